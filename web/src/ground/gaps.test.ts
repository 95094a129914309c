import { expect, test } from 'vitest'
import { marksOf, numbered } from './gaps'

test('gaps are numbered from the largest on, and the map has the first of them by the same names', () => {
  const gaps = numbered(Array.from({ length: 60 }, (_, i) => ({ area: 60 - i, middle: { lon: -110, lat: 31 + i / 100 }, box: [-111, 30, -109, 32] as const })))
  expect(gaps.map((g) => [g.id, g.number]).slice(0, 2)).toEqual([['gap1', 1], ['gap2', 2]])
  expect(gaps).toHaveLength(60)
  const marks = marksOf(gaps)
  expect(marks).toHaveLength(40)
  expect(marks[39]).toEqual({ id: 'gap40', at: [-110, 31.39], label: '40' })
})
