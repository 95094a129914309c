// The names of countries on the map; the ground beneath them is made by the build (ground.ts).
import type { FeatureCollection, Point } from 'geojson'
import labelPoints from './labels.json'

/** One point a country with its names; made at build time by scripts/labels.mjs. */
export const countryLabels: FeatureCollection<Point> = {
  type: 'FeatureCollection',
  features: labelPoints.map(({ id, lon, lat, rank, en, es }) => ({
    type: 'Feature',
    properties: { id, rank, en, es },
    geometry: { type: 'Point', coordinates: [lon, lat] },
  })),
}
