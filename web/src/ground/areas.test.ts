import { describe, expect, test } from 'vitest'
import { areaOf, areaText, boundsOf, readPlan } from './areas'

const ring = [[-110.9, 31.3], [-110.8, 31.3], [-110.8, 31.4], [-110.9, 31.3]]
const polygon = { type: 'Polygon', coordinates: [ring] }
const feature = (geometry: unknown, properties: unknown = {}) => ({ type: 'Feature', geometry, properties })
const read = (x: unknown) => readPlan(JSON.stringify(x))

describe('a file of areas', () => {
  test('gives its polygons, with what they were planned for, and leaves routes out', () => {
    const got = read({ type: 'FeatureCollection', features: [feature(polygon, { pod: 0.6 }), feature({ type: 'LineString', coordinates: ring }), feature({ type: 'MultiPolygon', coordinates: [[ring], [ring, ring]] }), feature(null)] })
    expect(got.plan?.map((p) => [p.rings.length, p.pod])).toEqual([[1, 0.6], [3, NaN]])
    expect(got.plan?.[0]!.rings[0]).toHaveLength(3) // the first corner is there once
    expect(read(polygon).plan).toHaveLength(1)
    expect(read(feature(polygon, null)).plan).toHaveLength(1)
    expect(read(feature(polygon, { pod: 7 })).plan?.[0]!.pod).toBeNaN()
  })
  test.each([
    ['{', 'json'], ['null', 'polygon'], ['[]', 'polygon'], ['{"type":"Point","coordinates":[0,0]}', 'polygon'], ['{"type":"FeatureCollection","features":7}', 'polygon'], ['{"type":"FeatureCollection","features":[null,7]}', 'polygon'],
    ['{"type":"Polygon","coordinates":[[[0,0],[1,0]]]}', 'corners'], ['{"type":"Polygon","coordinates":[[[0,0],[181,0],[0,1]]]}', 'corners'], ['{"type":"Polygon","coordinates":[[[0,0],[1,91],[0,1]]]}', 'corners'],
    ['{"type":"Polygon","coordinates":[[["0","0"],[1,0],[0,1]]]}', 'corners'], ['{"type":"Polygon","coordinates":7}', 'corners'], ['{"type":"Polygon","coordinates":[7]}', 'corners'],
    [JSON.stringify({ type: 'Polygon', coordinates: [Array.from({ length: 10_001 }, (_, i) => [i / 1000, 0])] }), 'corners'],
    [' '.repeat((16 << 20) + 1), 'large'],
  ])('is refused: %.50s', (text, fault) => expect(readPlan(text)).toEqual({ fault }))
})

test('a drawn area is in the address as it is drawn', () => {
  const corners = [{ lat: 31.3, lon: 179.95 }, { lat: 31.4, lon: -179.95 }, { lat: 31.5, lon: 179.987654321 }]
  expect(areaText(corners)).toBe('31.3,179.95 31.4,-179.95 31.5,179.98765')
  expect(areaOf(areaText(corners))).toEqual([[179.95, 31.3], [-179.95, 31.4], [179.98765, 31.5]])
  for (const bad of ['', '1,1 2,2', '1,1 2,2 x', '91,0 0,0 1,1', '1,1 2,2 3,181', '1;1 2;2 3;3', '1,1 2,2 3,3 '.repeat(2000)]) expect(areaOf(bad), bad.slice(0, 20)).toBeUndefined()
})

test('bounds go the shorter way round', () => {
  const of = (...rings: [number, number][][]) => boundsOf([{ rings, pod: NaN }])
  expect(of([[179, 0], [-179, 0], [-179, 2], [179, 2]])).toEqual([179, 0, 181, 2])
  expect(of([[-179, 0], [179, 0], [179, 2], [-179, 2]])).toEqual([179, 0, 181, 2])
  expect(of([[10, 0], [20, 0], [20, 2]], [[-10, -1], [0, 0], [0, 2]])).toEqual([-10, -1, 20, 2])
  expect(boundsOf([])).toBeUndefined()
})
