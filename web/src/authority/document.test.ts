import { expect, test } from 'vitest'
import { documentOf, FieldError, initial, places, put, type Value } from './document'
import { forms, formOf } from './forms'

const begun = (kind: string) => Object.fromEntries(formOf(kind).fields.map((f) => [f.at, initial(f)])) as Record<string, Value>

test('places are typed latitude first, and written longitude first', () => {
  expect(places('27.5, -107\n\n 24 -104.25')).toEqual([[-107, 27.5], [-104.25, 24]])
  for (const wrong of ['27.5', 'x, y', '91, 0', '0, 181', '1, 2, 3']) expect(places(wrong), wrong).toBeNull()
})

test('paths make objects and arrays', () => {
  const out = {}
  put(out, 'a.b', 1)
  put(out, 'by.0', 'ana')
  put(out, 'by.1', 'luis')
  expect(out).toEqual({ a: { b: 1 }, by: ['ana', 'luis'] })
})

test('what is not typed is not in the document', () => {
  const typed = { ...begun('clearance.given/v1'), id: 'C-1', state: 'MEX', issuer: 'MEX/AFAC', reference: '17', issued: '2025-02-10', 'period.from': '2025-02-10 06:00', unmanned: true, document: { title: 'note', reference: '', sha256: 'ab' } }
  expect(documentOf(formOf('clearance.given/v1'), typed)).toEqual({
    id: 'C-1', state: 'MEX', issuer: 'MEX/AFAC', reference: '17', issued: '2025-02-10T00:00:00Z', period: { from: '2025-02-10T06:00:00Z' }, unmanned: true, document: { title: 'note', sha256: 'ab' },
  })
})

test('what is needed, or typed wrongly, is named with what was expected', () => {
  const fault = (kind: string, change: Record<string, Value>) => {
    try {
      documentOf(formOf(kind), { ...begun(kind), ...change })
    } catch (e) {
      if (e instanceof FieldError) return `${e.field.at} ${e.expected}`
    }
    return ''
  }
  expect(fault('notice.delivered/v1', {})).toBe('notice page.act.wrong.needed')
  expect(fault('notice.delivered/v1', { notice: 'N', at: 'yesterday' })).toBe('at page.act.wrong.instant')
  expect(fault('statement.complete/v1', { id: 'x', operator: 'X', flights: 'some' })).toBe('flights page.act.wrong.number')
  expect(fault('request.made/v1', { id: 'x', by: 'MEX', question: '?', 'area.polygon': 'there' })).toBe('area.polygon page.act.wrong.places')
  expect(fault('ruleset.adopted/v1', { id: 'x', party: 'MEX', 'period.from': '2025-01-01', rules: '{' })).toBe('rules page.act.wrong.json')
})

test('no form asks for one place of its document twice', () => {
  for (const form of forms) {
    const all = form.fields.map((f) => f.at)
    expect(new Set(all).size, form.kind).toBe(all.length)
  }
})
