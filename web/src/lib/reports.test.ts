import { expect, test } from 'vitest'
import { counted } from './reports'

test('reports of one place are one place with their number, and no report is lost', () => {
  expect(counted([])).toEqual([])
  const all = counted([[-110, 31], [-110.00001, 31.00001], [-110.01, 31]])
  expect(all.map((r) => r.count).sort()).toEqual([1, 2])
  expect(all.find((r) => r.count === 2)!.at[0]).toBeCloseTo(-110.000005, 8)
})
