import { expect, test } from 'vitest'
import { columns, nearest, span } from './profile'
import type { ProfilePoint } from '../api/client'

const point = (second: number, altitude_m?: number): ProfilePoint => ({ time: new Date(1_000_000 + 1000 * second).toISOString(), ...(altitude_m === undefined ? {} : { altitude_m, datum: 'HAE' }) })

test('a silence is a gap and nothing is drawn across it', () => {
  const c = columns([point(0, 10), point(1, 11), point(2, 12), point(60, 20), point(61, 21)], (p) => p.altitude_m, 1)
  expect(c.at.map((t) => Math.round(t * 1000 - 1_000_000) / 1000)).toEqual([0, 1, 2, 2.001, 60, 61])
  expect(c.values).toEqual([10, 11, 12, null, 20, 21])
})

test('what is not known is not zero', () => {
  expect(columns([point(0, 10), point(1), point(2, 12)], (p) => p.altitude_m, 1).values).toEqual([10, null, 12])
})

test('figures are those of the unit that is shown', () => {
  expect(columns([point(0, 304.8)], (p) => p.altitude_m, 1 / 0.3048).values[0]).toBeCloseTo(1000)
})

test('the value of an instant is one that was measured near it', () => {
  const points = [point(0, 10), point(2, 12), point(100, 50)]
  expect(nearest(points, 1_000_900)?.altitude_m).toBe(10)
  expect(nearest(points, 1_001_100)?.altitude_m).toBe(12)
  expect(nearest(points, 1_050_000)).toBeNull()
  expect(nearest([], 5)).toBeNull()
})

test('the span of values', () => {
  expect(span([3, null, 1, 2])).toEqual([1, 3])
  expect(span([null])).toBeNull()
})
