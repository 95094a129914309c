import { describe, expect, test } from 'vitest'
import type { Receipt, ReleaseOf } from '../api/client'
import { ladder, levelOf, mayGive, missing, saidBeside } from './levels'

const receipt = (step: Receipt['step'], at: string, by = 'luz', event = 7): Receipt => ({ step, at, by, event, number: 1, title: step })
const release = (more: Partial<ReleaseOf>) => ({ state: 'sent', at: '2026-03-01T10:00:00Z', not_before: '2026-03-04T00:00:00Z', by: ['ana', 'ben'], event: 3, receipts: [], revoked: null as never, ...more }) as Parameters<typeof ladder>[0]

describe('how far a release has come', () => {
  test('is nowhere before both have signed and it is due', () => {
    expect(levelOf(release({ state: 'proposed' }))).toBeUndefined()
    expect(levelOf(release({ state: 'waiting' }))).toBeUndefined()
  })

  test('written is the first, at the instant at which it came due, and is not said to have arrived', () => {
    const [written, arrived] = ladder(release({}))
    expect(written).toEqual({ level: 'written', at: '2026-03-04T00:00:00Z', by: 'ana, ben', event: 3 })
    expect(arrived!.at).toBeNull()
    expect(levelOf(release({}))).toBe('written')
    expect(ladder(release({ not_before: '2026-02-01T00:00:00Z' }))[0]!.at).toBe('2026-03-01T10:00:00Z') // due before it was signed
  })

  test('each step is the word of who gave it', () => {
    const all = ladder(release({ receipts: [receipt('arrived', '2026-03-04T00:00:05Z', 'node-mex', 8), receipt('opened', '2026-03-04T09:00:00Z', 'luz', 9)] }))
    expect(all.map((x) => [x.level, x.at !== null, x.by])).toEqual([['written', true, 'ana, ben'], ['arrived', true, 'node-mex'], ['opened', true, 'luz'], ['acknowledged', false, '']])
  })

  test('what was revoked before it was due was never written', () => {
    const revoked = (at: string) => ({ at, by: 'ana', reason: 'x' })
    expect(levelOf(release({ state: 'revoked', revoked: revoked('2026-03-02T00:00:00Z') }))).toBeUndefined()
    expect(levelOf(release({ state: 'revoked', revoked: revoked('2026-03-05T00:00:00Z') }))).toBe('written')
  })
})

test('disputes and answers stand beside the steps', () => {
  expect(saidBeside([receipt('opened', 'x'), receipt('disputed', 'y'), receipt('answered', 'z')]).map((r) => r.step)).toEqual(['disputed', 'answered'])
  expect(saidBeside(null)).toEqual([])
})

test('nothing is said of what was not opened, and what was said once is said', () => {
  const may = (...steps: Receipt['step'][]) => mayGive({ receipts: steps.map((s) => receipt(s, 'x')) })
  expect(may('arrived')).toEqual({ open: true, acknowledge: false, more: false })
  expect(may('arrived', 'opened')).toEqual({ open: false, acknowledge: true, more: true })
  expect(may('arrived', 'opened', 'acknowledged', 'disputed')).toEqual({ open: false, acknowledge: false, more: true })
})

test('who is named and has not signed is missing', () => {
  expect(missing({ by: ['ana', 'ben'], signed: ['ben'] })).toEqual(['ana'])
  expect(missing({ by: ['ana', 'ben'], signed: null })).toEqual(['ana', 'ben'])
})
