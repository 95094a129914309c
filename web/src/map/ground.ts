// The ground beneath, as the build cuts it from the published atlas: countries at 1:50 million. It is for finding one's way only. At
// this scale the border itself is off by more than a depth of entry: no figure is ever taken from it.
import type { Geometry, MultiLineString, MultiPolygon, Position } from 'geojson'
import { merge, mesh } from 'topojson-client'
import type { GeometryCollection, MultiPolygon as Shape, Polygon as OneShape, Topology } from 'topojson-specification'
import { unbroken } from './shape.ts'

/** Each a file of its own, that the map's worker fetches and reads: the page's main thread never sees it. */
export interface Ground {
  readonly land: MultiPolygon
  readonly borders: MultiLineString
  readonly coast: MultiLineString
}

export type Atlas = Topology<{ countries: GeometryCollection }>

export function groundOf(atlas: Atlas): Ground {
  const countries = atlas.objects.countries
  // Land is one colour: drawn without the borders within it.
  const land = merge(atlas, countries.geometries.filter((g): g is Shape | OneShape => g.type === 'Polygon' || g.type === 'MultiPolygon'))
  return {
    land: unrolled(land) as MultiPolygon,
    borders: withoutSeam(mesh(atlas, countries, (a, b) => a !== b)),
    coast: withoutSeam(mesh(atlas, countries, (a, b) => a === b)),
  }
}

/** The text of a part. Its coordinates are cut at a thousandth of a degree, which is less than the steps that the atlas counts in. */
export const fileOf = (geometry: Geometry): string =>
  JSON.stringify({ type: 'Feature', properties: {}, geometry }, (_, v: unknown) => (typeof v === 'number' ? Math.round(v * 1000) / 1000 : v))

/**
 * Rings that cross 180° in the data run on past it here. The ground around the pole is a ring around the world with the pole
 * itself for an outside: on a flat map its outside is the lower edge.
 */
export function unrolled(geometry: Geometry): Geometry {
  const ring = (points: Position[]): Position[] => {
    const out: Position[] = unbroken(points as [number, number][])
    const first = out[0]!
    const last = out[out.length - 1]!
    if (Math.abs(last[0]! - first[0]!) > 180) {
      const pole = first[1]! < 0 ? -90 : 90
      out.push([last[0]!, pole], [first[0]!, pole], first)
    }
    return out
  }
  const polygon = (rings: Position[][]) => rings.filter((r) => r.some((p) => Math.abs(p[1]!) < 89.9)).map(ring)
  if (geometry.type === 'Polygon') return { ...geometry, coordinates: polygon(geometry.coordinates) }
  if (geometry.type === 'MultiPolygon') return { ...geometry, coordinates: geometry.coordinates.map(polygon) }
  return geometry
}

/** Lines without the stretches along 180° and along the pole: there the data was cut, the ground is not. */
export function withoutSeam(lines: MultiLineString): MultiLineString {
  const onMeridian = (p: number[]) => Math.abs(Math.abs(p[0]!) - 180) < 0.001
  const onSeam = (a: number[], b: number[]) =>
    (onMeridian(a) && onMeridian(b)) || (a[1]! < -89.9 && b[1]! < -89.9)
  const kept: number[][][] = []
  for (const line of lines.coordinates.map((l) => unbroken(l as [number, number][]))) {
    let part: number[][] = []
    line.forEach((p, i) => {
      const before = line[i - 1]
      if (before && onSeam(before, p)) {
        if (part.length > 1) kept.push(part)
        part = []
      }
      part.push(p)
    })
    if (part.length > 1) kept.push(part)
  }
  return { type: 'MultiLineString', coordinates: kept }
}
