// Looks at a place, and ground that was to be looked at, as they lie on the map: where the sensor was, along which line it saw, what its best
// frames showed; the outline of a plan and the numbers of its gaps.
import type { LayerSpecification } from 'maplibre-gl'
import { circle, geodesicLine } from '../place/geodesy'
import { nearLongitude } from '../place/place'
import { unbroken, type LonLat } from './shape'
import type { Theme } from './theme'

export interface SightLook {
  readonly id: string
  readonly sensor: LonLat | null
  /** what it looked at */
  readonly place: LonLat
  /** the ground of its best frame; left out where there are too many to be told apart */
  readonly ground?: readonly LonLat[]
  /** metres that its ground may be off */
  readonly doubt?: number
}

export interface Sight {
  readonly looks: readonly SightLook[]
  /** ground that was to be looked at, as rings */
  readonly outlines: readonly (readonly LonLat[])[]
  readonly gaps: readonly { readonly id: string; readonly at: LonLat; readonly label: string }[]
  /** from the place to the nearest ground that was looked at */
  readonly nearest?: readonly [LonLat, LonLat]
}

export const noSight: Sight = { looks: [], outlines: [], gaps: [] }

export function sightFeatures(s: Sight): GeoJSON.Feature[] {
  const of = (id: string, part: string, geometry: GeoJSON.Geometry, more: object = {}): GeoJSON.Feature => ({ type: 'Feature', properties: { id, part, ...more }, geometry })
  const closed = (ring: readonly LonLat[]) => {
    const r = unbroken(ring)
    const [a, b] = [r[0]!, r[r.length - 1]!]
    return a[0] === b[0] && a[1] === b[1] ? r : [...r, a]
  }
  const line = (a: LonLat, b: LonLat) => geodesicLine({ lon: a[0], lat: a[1] }, { lon: b[0], lat: b[1] })
  return [
    ...s.outlines.map((r, i) => of(`outline${i}`, 'outline', { type: 'LineString', coordinates: closed(r) })),
    ...s.looks.flatMap((l): GeoJSON.Feature[] => [
      ...(l.ground ? [of(l.id, 'ground', { type: 'Polygon', coordinates: [closed(l.ground)] })] : []),
      ...(l.doubt ? [of(l.id, 'doubt', { type: 'LineString', coordinates: circle({ lon: l.place[0], lat: l.place[1] }, l.doubt, 72) })] : []),
      ...(l.sensor ? [
        of(l.id, 'line', { type: 'LineString', coordinates: line(l.place, l.sensor) }),
        of(l.id, 'sensor', { type: 'Point', coordinates: [nearLongitude(l.sensor[0], l.place[0]), l.sensor[1]] }),
      ] : []),
    ]),
    ...(s.nearest ? [of('nearest', 'nearest', { type: 'LineString', coordinates: line(...s.nearest) })] : []),
    ...s.gaps.map((g) => of(g.id, 'gap', { type: 'Point', coordinates: [...g.at] }, { label: g.label })),
  ]
}

const selected = ['boolean', ['feature-state', 'selected'], false]
const part = (name: string) => ['==', ['get', 'part'], name]

export function sightLayers(theme: Theme, font: readonly string[]): LayerSpecification[] {
  return [
    { id: 'sight-ground', type: 'fill', source: 'sight', filter: part('ground'), paint: { 'fill-color': theme.footprint, 'fill-opacity': ['case', selected, 0.3, 0.06], 'fill-antialias': false } },
    { id: 'sight-ground-line', type: 'line', source: 'sight', filter: part('ground'), paint: { 'line-color': ['case', selected, theme.selected, theme.footprint], 'line-width': ['case', selected, 2.4, 0.9], 'line-opacity': ['case', selected, 1, 0.55] } },
    { id: 'sight-outline-casing', type: 'line', source: 'sight', filter: part('outline'), paint: { 'line-color': theme.halo, 'line-width': 4.4, 'line-opacity': 0.85 } },
    { id: 'sight-outline', type: 'line', source: 'sight', filter: part('outline'), paint: { 'line-color': theme.tool, 'line-width': 2, 'line-dasharray': [5, 2] } },
    { id: 'sight-doubt', type: 'line', source: 'sight', filter: part('doubt'), paint: { 'line-color': theme.selected, 'line-width': 1.4, 'line-dasharray': [3, 2], 'line-opacity': ['case', selected, 1, 0] } },
    { id: 'sight-line', type: 'line', source: 'sight', filter: ['in', ['get', 'part'], ['literal', ['line', 'nearest']]], paint: { 'line-color': ['case', selected, theme.selected, theme.sensor], 'line-width': ['case', selected, 2.4, 1], 'line-dasharray': [4, 2], 'line-opacity': ['case', selected, 1, 0.6] } },
    {
      id: 'sight-sensor', type: 'circle', source: 'sight', filter: part('sensor'),
      paint: { 'circle-radius': ['case', selected, 6.5, 4], 'circle-color': ['case', selected, theme.selected, theme.own], 'circle-stroke-color': theme.halo, 'circle-stroke-width': 1.5 },
    },
    {
      id: 'sight-gap', type: 'circle', source: 'sight', filter: part('gap'),
      paint: { 'circle-radius': 9, 'circle-color': theme.halo, 'circle-stroke-color': ['case', selected, theme.selected, theme.tool], 'circle-stroke-width': ['case', selected, 3, 1.6] },
    },
    {
      id: 'sight-gap-number', type: 'symbol', source: 'sight', filter: part('gap'),
      layout: { 'text-field': ['get', 'label'], 'text-font': [...font], 'text-size': 11, 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': theme.label },
    },
  ] as unknown as LayerSpecification[]
}
