import { expect, test } from 'vitest'
import { stripsOf } from './coverage'
import { mercatorY } from './moving-geometry'
import { sightFeatures } from './sight'

test('every row of a raster lies where it is on the map, and what the map does not show is flat', () => {
  const grid = { columns: 40, rows: 60, north: 60, west: 170, height: 1, width: 1 }
  const { origin, corners, wide } = stripsOf(grid)
  expect(corners.length).toBe(4 * 2 * 61)
  for (let row = 0; row <= 60; row++) {
    expect(corners[8 * row + 3]).toBe(row)
    expect(corners[8 * row + 1]! + origin.y).toBeCloseTo(mercatorY(60 - row), 6)
  }
  expect(wide).toBeCloseTo(40 / 360, 12)
  const pole = stripsOf({ columns: 1, rows: 10, north: 90, west: -180, height: 1, width: 360 })
  expect(pole.corners[1]).toBe(0)
  expect(pole.corners[8 * 4 + 1]).toBe(0) // 86 degrees
  expect(pole.corners[8 * 6 + 1]).toBeGreaterThan(0)
  expect(stripsOf({ columns: 1, rows: 1_000_000, north: 60, west: 0, height: 1e-6, width: 1e-6 }).corners.length).toBeLessThan(40_000)
})

test('looks are drawn from the place to the sensor the shorter way, also across the antimeridian', () => {
  const f = sightFeatures({ looks: [{ id: 'a', sensor: [-179.9, -17], place: [179.9, -17], ground: [[179.8, -17.1], [-179.8, -17.1], [-179.8, -16.9], [179.8, -16.9]], doubt: 40 }], outlines: [], gaps: [{ id: 'gap1', at: [0, 0], label: '1' }] })
  expect(f.map((x) => x.properties!['part'])).toEqual(['ground', 'doubt', 'line', 'sensor', 'gap'])
  for (const x of f.slice(0, 4)) for (const [lon] of (JSON.stringify((x.geometry as GeoJSON.Point).coordinates).match(/\[[-\d.e]+,[-\d.e]+\]/g) ?? []).map((t) => JSON.parse(t) as [number, number])) expect(Math.abs(lon - 180)).toBeLessThan(0.3)
})
