import { expect, test } from 'vitest'
import { graticule, lineName, stepFor } from './graticule'

test('three lines at least, and not a forest of them', () => {
  for (let degrees = 360; degrees > 0.06; degrees /= 1.3) {
    const n = degrees / stepFor(degrees)
    expect(n).toBeGreaterThanOrEqual(3)
    expect(n).toBeLessThanOrEqual(12)
  }
})

test('names in both languages', () => {
  expect(lineName(-99, 'lon', 'en')).toBe('99°W')
  expect(lineName(-99, 'lon', 'es')).toBe('99°O')
  expect(lineName(31.5, 'lat', 'es')).toBe("31°30'N")
  expect(lineName(-1 / 60, 'lat', 'en')).toBe("0°01'S")
  expect(lineName(0, 'lat', 'en')).toBe('0°')
  expect(lineName(180, 'lon', 'en')).toBe('180°')
})

test('a view past 180° has its lines and their true names', () => {
  const g = graticule({ west: 170, south: -10, east: 195, north: 10 }, (d, axis) => lineName(d, axis, 'en'))
  const texts = g.labels.features.map((f) => f.properties.text)
  expect(texts).toContain('175°E')
  expect(texts).toContain('180°')
  expect(texts).toContain('170°W')
  expect(g.labels.features.length).toBeLessThanOrEqual(g.lines.features.length)
  expect(g.labels.features.length).toBeGreaterThan(5)
})
