import { expect, test } from 'vitest'
import type { Flown, Told } from '../api/client'
import { standingOf, standingsFlown, standingsOf, worst } from './standing'

const told = (rule: string, state: string, outcome: string, code: string): Told => ({ rule, state, outcome, code, name: rule, text: '' })

test('the worst clearance of a state counts, and a notice tells only of a state that gave none', () => {
  const of = (...r: Told[]) => [...standingsOf(r)].map(([s, x]) => `${s} ${x}`).join()
  expect(of(told('clearance', 'MEX', 'pass', 'authority.clearance.covers'), told('clearance', 'MEX', 'fail', 'authority.clearance.period'))).toBe('MEX uncleared')
  expect(of(told('clearance', 'MEX', 'pass', 'authority.clearance.covers'), told('notice', 'MEX', 'unknown', 'authority.notice.disputed'))).toBe('MEX cleared')
  expect(of(told('clearance', 'USA', 'pass', 'authority.clearance.not_required'))).toBe('USA unknown')
  expect(of(told('clearance', 'MEX', 'unknown', 'authority.clearance.unknown'), told('notice', 'MEX', 'pass', 'authority.notice.met'))).toBe('MEX notified')
  expect(of(told('clearance', 'MEX', 'unknown', 'authority.clearance.unknown'), told('notice', 'MEX', 'unknown', 'authority.notice.disputed'))).toBe('MEX disputed')
})

test('what was not asked is not known', () => {
  expect(standingOf(undefined)).toBe('unknown')
  expect(standingOf('none')).toBe('uncleared')
})

test('of several flights the worst is shown, and what is not known is no leave', () => {
  const all = worst([new Map([['MEX', 'cleared'], ['GTM', 'uncleared']] as const), new Map([['MEX', 'unknown'], ['GTM', 'disputed']] as const), new Map([['USA', 'notified']] as const)])
  expect([...all]).toEqual([['MEX', 'unknown'], ['GTM', 'uncleared'], ['USA', 'notified']])
})

test('entries and looks are told apart', () => {
  const flown = (state: string, look: boolean, leave: string) => ({ state, look, now: { leave } }) as Flown
  const items = [flown('MEX', false, 'cleared'), flown('MEX', true, 'none'), flown('MEX', false, 'notified')]
  expect([...standingsFlown(items)]).toEqual([['MEX', 'notified']])
  expect([...standingsFlown(items, true)]).toEqual([['MEX', 'uncleared']])
  expect(standingsFlown(null).size).toBe(0)
})
