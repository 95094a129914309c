import { expect, test } from 'vitest'
import type { PreviewField, PreviewRecord, ReportValue } from '../api/client'
import { commonest, instantText, isCoarse, narrowed, shownOf, tally } from './fields'

const value = (kind: ReportValue['kind'], text: string, whole = 0): ReportValue => ({ kind, text, whole, digits: whole > 0 ? text.length : 0, box: null as unknown as ReportValue['box'] })
const field = (name: string, v: ReportValue, shown: ReportValue | null): PreviewField => ({ name, title: name, class: 'position', marking: '', value: v, shown: shown as ReportValue, reasons: [] })

const whole = field('at', value('instant', '20260301150000000', 17), value('instant', '20260301150000000', 17))
const coarse = field('place', value('place', '9sfrq2b8z0pc', 12), value('place', '9sfrq', 12))
const withheld = field('sensor', value('text', 'nose'), null)
const empty = field('note', value('absent', ''), value('absent', ''))

test('a field is shown, coarse, withheld, or has no value, whatever is said of it', () => {
  expect([whole, coarse, withheld, empty].map(shownOf)).toEqual(['shown', 'coarse', 'withheld', 'absent'])
  expect(isCoarse(value('text', 'nose'))).toBe(false)
})

test('what is narrowed to leaves out records of which nothing is left', () => {
  const records: PreviewRecord[] = [
    { record: 0, kind: 'site/1', title: 'Site', withheld: false, fields: [whole, coarse, empty] },
    { record: 1, kind: 'observation/1', title: 'Observation', withheld: false, fields: [withheld, empty] },
  ]
  const names = (only: string) => narrowed(records, only).map((r) => [r.record, ...(r.fields ?? []).map((f) => f.name)])
  expect(names('')).toEqual([[0, 'at', 'place'], [1, 'sensor']])
  expect(names('coarse')).toEqual([[0, 'place']])
  expect(names('withheld')).toEqual([[1, 'sensor']])
  expect(names('nonsense')).toEqual(names(''))
})

test('rules are counted by the fields that they hold back, and not by those that have no value', () => {
  const rule = (id: string) => ({ id, text: id })
  const records: PreviewRecord[] = [
    { record: 0, kind: 'site/1', title: 'Site', withheld: false, fields: [{ ...coarse, reasons: [rule('place-floor')] }, { ...withheld, reasons: [rule('class'), rule('compartment')] }, { ...empty, reasons: [rule('class')] }] },
    { record: 1, kind: 'site/1', title: 'Site', withheld: true, fields: [{ ...withheld, reasons: [rule('compartment')] }, whole] },
  ]
  expect(tally(records).map((x) => [x.rule.id, x.fields])).toEqual([['compartment', 2], ['class', 1], ['place-floor', 1]])
})

test.each([
  ['20260301150000000', '2026-03-01 15:00:00Z'],
  ['20260301150000250', '2026-03-01 15:00:00.250Z'],
  ['202603011500', '2026-03-01 15:00…'],
  ['20260301', '2026-03-01…'],
  ['2026030115003', '2026-03-01 15:00:3…'],
  ['2026', '2026…'],
  ['', '…'],
])('the instant of the digits %s goes as far as they do', (digits, text) => {
  expect(instantText(digits)).toBe(text)
})

test('what is there most often is said once', () => {
  expect(commonest(['a', 'b', 'b', 'a', 'b'])).toBe('b')
  expect(commonest(['a', 'b'])).toBe('a')
  expect(commonest([])).toBe('')
})
