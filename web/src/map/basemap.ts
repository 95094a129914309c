// The ground beneath: countries at 1:50 million from our own server, drawn without any other. It is for finding one's way
// only. At this scale the border itself is off by more than a depth of entry: no figure is ever taken from it.
import type { FeatureCollection, Geometry, MultiLineString, Point, Position } from 'geojson'
import { feature, mesh } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import atlasUrl from 'world-atlas/countries-50m.json?url'
import labelPoints from './labels.json'
import { unbroken } from './shape'

export interface Basemap {
  readonly land: FeatureCollection
  readonly borders: MultiLineString
  readonly coast: MultiLineString
}

type Atlas = Topology<{ countries: GeometryCollection }>

/** Fetches the ground once; a failure is not remembered, so that it can be tried again. */
export function loadBasemap(url: string = atlasUrl): Promise<Basemap> {
  loading ??= fetch(url)
    .then((response) => {
      if (!response.ok) throw new Error(`basemap: the server answers ${response.status}`)
      return response.json() as Promise<Atlas>
    })
    .then(basemapOf)
    .catch((reason: unknown) => {
      loading = undefined
      throw reason
    })
  return loading
}

let loading: Promise<Basemap> | undefined

export function basemapOf(atlas: Atlas): Basemap {
  const countries = atlas.objects.countries
  return {
    land: { type: 'FeatureCollection', features: feature(atlas, countries).features.map((f) => ({ ...f, geometry: unrolled(f.geometry) })) },
    borders: withoutSeam(mesh(atlas, countries, (a, b) => a !== b)),
    coast: withoutSeam(mesh(atlas, countries, (a, b) => a === b)),
  }
}

/**
 * Rings that cross 180° in the data run on past it here. The ground around the pole is a ring around the world with the pole
 * itself for an outside: on a flat map its outside is the lower edge.
 */
function unrolled(geometry: Geometry): Geometry {
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

/** One point a country with its names; made at build time by scripts/labels.mjs. */
export const countryLabels: FeatureCollection<Point> = {
  type: 'FeatureCollection',
  features: labelPoints.map(({ id, lon, lat, rank, en, es }) => ({
    type: 'Feature',
    properties: { id, rank, en, es },
    geometry: { type: 'Point', coordinates: [lon, lat] },
  })),
}
