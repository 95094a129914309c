import { expect, test } from 'vitest'
import { boxOf, boxesMeetPoint, meets, unbroken } from './shape'

test('a line across 180° stays unbroken', () => {
  expect(unbroken([[179, 1], [-179, 2], [-178, 3], [178, 4]])).toEqual([[179, 1], [181, 2], [182, 3], [178, 4]])
})

test('the smallest box around points', () => {
  expect(boxOf([[-99, 19], [-106, 31]])).toEqual({ west: -106, south: 19, east: -99, north: 31 })
  expect(boxOf([[179, -1], [-179, 1]])).toEqual({ west: 179, south: -1, east: 181, north: 1 })
  expect(boxOf([[5, 5]])).toEqual({ west: 5, south: 5, east: 5, north: 5 })
  expect(boxOf([])).toBeUndefined()
  expect(boxOf([[NaN, 1]])).toBeUndefined()
})

test('boxes meet around the world', () => {
  const fiji = { west: 177, south: -20, east: 183, north: -15 }
  expect(meets(fiji, { west: -179, south: -18, east: -170, north: -10 })).toBe(true)
  expect(meets(fiji, { west: -176, south: -18, east: -170, north: -10 })).toBe(false)
  expect(meets({ west: -190, south: -20, east: -170, north: 0 }, fiji)).toBe(true)
  expect(meets(fiji, { west: 177, south: 0, east: 183, north: 5 })).toBe(false)
  expect(boxesMeetPoint(fiji, [-178, -16])).toBe(true)
  expect(boxesMeetPoint(fiji, [-176, -16])).toBe(false)
  expect(meets({ west: -300, south: -80, east: 300, north: 80 }, fiji)).toBe(true)
})
