import { expect, test } from 'vitest'
import { thin } from '../place/units'
import { roundScale } from './scalebar'

test('a bar is a round length, no longer than it may be and no shorter than 40 % of it', () => {
  for (const lengths of ['metric', 'nautical'] as const) {
    for (let most = 3; most < 2e7; most *= 1.37) {
      const { metres } = roundScale(most, lengths)
      expect(metres).toBeLessThanOrEqual(most * (1 + 1e-9))
      expect(metres).toBeGreaterThanOrEqual(most * 0.39)
    }
  }
})

test('it is written without idle zeros', () => {
  const text = (m: number, l: 'metric' | 'nautical') => roundScale(m, l).text.replaceAll(thin, ' ')
  expect(text(1234, 'metric')).toBe('1 km')
  expect(text(56_000, 'metric')).toBe('50 km')
  expect(text(999, 'metric')).toBe('500 m')
  expect(text(2_300_000, 'metric')).toBe('2 000 km')
  expect(text(1852 * 0.25, 'nautical')).toBe('0.2 NM')
  expect(text(1852 * 11, 'nautical')).toBe('10 NM')
})
