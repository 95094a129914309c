import { expect, test } from 'vitest'
import { Tool } from './tool'

const at = (lon: number, lat: number) => ({ lon, lat })

test('a line measures its legs and its length', () => {
  const t = new Tool('line')
  t.add(at(0, 0))
  t.add(at(1, 0))
  t.add(at(1, 0)) // a double click
  t.point(at(1, 1))
  expect(t.leg()!.distance).toBeCloseTo(110574.39, 1)
  expect(t.drawing().features.filter((f) => f.properties!.part === 'closing')).toHaveLength(1)
  t.add(at(1, 1))
  t.end()
  t.add(at(5, 5))
  const m = t.measured()
  expect(m.vertices).toHaveLength(3)
  expect(m.legs.map((l) => Math.round(l.bearing))).toEqual([90, 0])
  expect(m.total).toBeCloseTo(221893.88, 1)
  expect(m.area).toBeUndefined()
  expect(m.done).toBe(true)
  expect(t.leg()).toBeUndefined()
})

test('a polygon closes itself once it has three corners', () => {
  const t = new Tool('polygon')
  t.add(at(-99, 19))
  t.add(at(-98, 19))
  expect(t.measured().legs).toHaveLength(1)
  t.add(at(-98, 20))
  t.add(at(-99, 20))
  t.add(at(-97, 25))
  t.removeLast()
  const m = t.measured()
  expect(m.legs).toHaveLength(4)
  expect(m.total).toBeCloseTo(431335.068, 1)
  expect(m.area! / 11620424320.216).toBeCloseTo(1, 7)
  expect(t.drawing().features.some((f) => f.geometry.type === 'Polygon')).toBe(true)
})

test('a polygon across 180° is drawn unbroken', () => {
  const t = new Tool('polygon')
  for (const [lon, lat] of [[179, 10], [-179, 10], [-179, 12], [179, 12]] as const) t.add(at(lon, lat))
  const polygon = t.drawing().features.find((f) => f.geometry.type === 'Polygon')!.geometry as GeoJSON.Polygon
  const lons = polygon.coordinates[0]!.map((p) => p[0]!)
  expect(Math.max(...lons) - Math.min(...lons)).toBeCloseTo(2, 6)
})

test('range rings have one centre, the last that was given', () => {
  const t = new Tool('rings', [10_000, 50_000])
  expect(t.measured().total).toBe(0)
  t.add(at(0, 0))
  t.add(at(-99, 19))
  expect(t.measured()).toMatchObject({ vertices: [at(-99, 19)], radii: [10_000, 50_000], total: 50_000, legs: [] })
  expect(t.drawing().features.filter((f) => f.properties!.part === 'ring')).toHaveLength(2)
})
