import { expect, test } from 'vitest'
import { coverGeoJSON } from './geojson'
import type { Cover } from './raster'

test('a polygon a cell that was looked at or planned, and a point a gap', async () => {
  const of = (...v: number[]) => Float32Array.from(v)
  const c: Cover = { columns: 3, rows: 1, north: 10, west: 179, height: 1, width: 1, pod: of(0.25, NaN, NaN), correlated: of(0.2, NaN, NaN), independent: of(0.3, NaN, NaN), looks: of(2, NaN, NaN) }
  const gap = { cells: 1, area: 1234.56789, middle: { lon: -179.5, lat: 9.5 }, box: [180, 9, 181, 10] as const }
  const got = JSON.parse(await coverGeoJSON(c, of(NaN, 0.5, NaN), [gap]).text()) as { features: { properties: object; geometry: { coordinates: unknown } }[] }
  expect(got.features.map((f) => f.properties)).toEqual([
    { kind: 'cell', looked: true, looks: 2, pod: 0.25, pod_correlated: 0.2, pod_independent: 0.3, planned: false },
    { kind: 'cell', looked: false, looks: 0, pod: 0, pod_correlated: 0, pod_independent: 0, planned: true, planned_pod: 0.5 },
    { kind: 'gap', number: 1, area_km2: 1234.5679, cells: 1, west: 180, south: 9, east: 181, north: 10 },
  ])
  expect(got.features[1]!.geometry.coordinates).toEqual([[[180, 9], [181, 9], [181, 10], [180, 10], [180, 9]]])
  const bare = JSON.parse(await coverGeoJSON(c, undefined, []).text()) as { features: { properties: object }[] }
  expect(bare.features.map((f) => Object.keys(f.properties).length)).toEqual([6])
})
