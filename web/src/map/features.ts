// What is slow on the map as features of its sources. A line or ring runs on beyond 180 degrees rather than the long way round.
import { circle } from '../place/geodesy'
import { unbroken, type Entry, type Looked, type Pin, type Track } from './shape'

export const collection = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: 'FeatureCollection', features })

export const trackFeatures = (list: readonly Track[]): GeoJSON.Feature[] =>
  list.flatMap((t) => t.parts.map((p): GeoJSON.Feature => ({
    type: 'Feature', properties: { id: t.id, gap: p.gap ?? false }, geometry: { type: 'LineString', coordinates: unbroken(p.points) },
  })))

export const entryFeatures = (list: readonly Entry[]): GeoJSON.Feature[] =>
  list.flatMap((e): GeoJSON.Feature[] => {
    const of = (part: string, geometry: GeoJSON.Geometry, more: object = {}): GeoJSON.Feature =>
      ({ type: 'Feature', properties: { id: e.id, standing: e.standing, part, ...more }, geometry })
    return [
      ...(e.outline ?? []).map((l) => of('outline', { type: 'LineString', coordinates: unbroken(l) })),
      ...e.inside.map((l) => of('inside', { type: 'LineString', coordinates: unbroken(l) })),
      ...e.crossings.map((c) => of('crossing', { type: 'Point', coordinates: [...c.at] }, { inward: c.inward })),
    ]
  })

export const lookedFeatures = (list: readonly Looked[]): GeoJSON.Feature[] =>
  list.map((l) => ({ type: 'Feature', properties: { id: l.id }, geometry: { type: 'MultiPolygon', coordinates: l.polygons.map((rings) => rings.map(unbroken)) } }))

export const pinFeatures = (list: readonly Pin[]): GeoJSON.Feature[] =>
  list.flatMap((p): GeoJSON.Feature[] => {
    const [lon, lat] = p.at
    const out: GeoJSON.Feature[] = [{ type: 'Feature', properties: { id: p.id, part: 'pin', label: p.label ?? '' }, geometry: { type: 'Point', coordinates: [lon, lat] } }]
    if (p.doubt) out.push({ type: 'Feature', properties: { id: p.id, part: 'doubt' }, geometry: { type: 'LineString', coordinates: circle({ lon, lat }, p.doubt, 72) } })
    return out
  })
