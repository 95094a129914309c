// A map of looks as GeoJSON, as `overflight coverage -o MAP.geojson` writes it: a polygon a cell that was looked at or planned, then a point
// a gap.
import type { Gap } from './gaps'
import { boxOfCell, type Cover } from './raster'

const seven = (x: number) => Math.round(x * 1e7) / 1e7
const four = (x: number) => Math.round(x * 1e4) / 1e4

export function coverGeoJSON(c: Cover, plan: Float32Array | undefined, gaps: readonly Gap[]): Blob {
  const lines: string[] = []
  for (let row = 0; row < c.rows; row++) {
    for (let column = 0; column < c.columns; column++) {
      const i = row * c.columns + column
      const looked = !Number.isNaN(c.looks[i]!), worth = plan?.[i] ?? NaN, planned = !Number.isNaN(worth)
      if (!looked && !planned) continue
      const [w, s, e, n] = boxOfCell(c, { column, row }).map(seven) as [number, number, number, number]
      const of = (v: number) => (looked ? four(v) : 0)
      lines.push(JSON.stringify({
        type: 'Feature', geometry: { type: 'Polygon', coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] },
        properties: {
          kind: 'cell', looked, looks: looked ? c.looks[i]! : 0, pod: of(c.pod[i]!), pod_correlated: of(c.correlated[i]!), pod_independent: of(c.independent[i]!),
          ...(plan ? { planned } : {}), ...(planned && worth >= 0 ? { planned_pod: four(worth) } : {}),
        },
      }))
    }
  }
  gaps.forEach((g, k) => lines.push(JSON.stringify({
    type: 'Feature', geometry: { type: 'Point', coordinates: [seven(g.middle.lon), seven(g.middle.lat)] },
    properties: { kind: 'gap', number: k + 1, area_km2: four(g.area), cells: g.cells, west: seven(g.box[0]), south: seven(g.box[1]), east: seven(g.box[2]), north: seven(g.box[3]) },
  })))
  return new Blob(['{"type":"FeatureCollection","features":[\n', lines.join(',\n'), '\n]}\n'], { type: 'application/geo+json' })
}
