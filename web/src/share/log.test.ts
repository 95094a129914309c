import { expect, test } from 'vitest'
import type { Inbox, InboxEntry } from '../api/client'
import { logOf } from './log'

const entry = (size: number, arrived: string) => ({ origin: 'ops.example/log', size, arrived }) as InboxEntry
const none = { items: [], withheld: [], refused: [], held: null as unknown as Inbox['held'] }

test('of a log from which nothing came nothing is known', () => {
  expect(logOf(none)).toEqual({ origin: '', size: 0, seen: null, cosigned: null, forked: false })
})

test('the largest checkpoint counts, and the last that came', () => {
  const x = logOf({ ...none, items: [entry(40, '2026-03-01T00:00:00Z'), entry(90, '2026-02-01T00:00:00Z')] })
  expect([x.origin, x.size, x.seen]).toEqual(['ops.example/log', 90, '2026-03-01T00:00:00Z'])
  expect(logOf({ ...none, items: [entry(40, 'x')], held: { origin: 'ops.example/log', size: 120, at: null } }).size).toBe(120)
})

test('a checkpoint that was refused is a log with two histories', () => {
  const refused = (item: string) => ({ item, reason: 'x', at: null, event: 1 })
  expect(logOf({ ...none, refused: [refused('product RL-1')] }).forked).toBe(false)
  expect(logOf({ ...none, refused: [refused('checkpoint 12')] }).forked).toBe(true)
})
