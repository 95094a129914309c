import { expect, test } from 'vitest'
import { ticks } from './ticks'

const minute = 60_000, day = 86_400_000
const noon = Date.UTC(2026, 10, 28, 12)

test.each([
  [30 * minute, 6, 5 * minute, false], [31 * minute, 6, 10 * minute, false], [20 * 60 * minute, 8, 180 * minute, false], [30 * day, 5, 7 * day, true], [50 * 365 * day, 6, 3650 * day, true],
])('an axis of %d ms has at most %d round instants', (long, most, step, days) => {
  const t = ticks(noon + 1234, noon + 1234 + long, most)
  expect(t.days).toBe(days)
  expect(t.at.length).toBeGreaterThan(1)
  expect(t.at.length).toBeLessThanOrEqual(most + 1)
  for (const [i, at] of t.at.entries()) {
    expect(at % step).toBe(0)
    if (i > 0) expect(at - t.at[i - 1]!).toBe(step)
  }
  expect(t.at[0]).toBeGreaterThanOrEqual(noon + 1234)
})
