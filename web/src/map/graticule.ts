import type { FeatureCollection, LineString, Point } from 'geojson'

export interface View {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

// Steps that divide a degree as the coordinates do: whole degrees, then minutes.
const steps = [30, 20, 10, 5, 2, 1, 30 / 60, 20 / 60, 10 / 60, 5 / 60, 2 / 60, 1 / 60]
const poleward = 85.0511

/** The step that parts a view of so many degrees into no fewer than three and about six. */
export function stepFor(degrees: number): number {
  return steps.find((s) => degrees / s >= 3) ?? steps[steps.length - 1]!
}

export interface Graticule {
  readonly lines: FeatureCollection<LineString>
  /** one at the foot of each meridian and at the left end of each parallel */
  readonly labels: FeatureCollection<Point, { text: string; side: 'foot' | 'left' }>
}

/** Meridians and parallels of a view, and what they are called. The view may run past 180°. */
export function graticule(view: View, name: (degrees: number, axis: 'lat' | 'lon') => string): Graticule {
  const south = Math.max(-poleward, view.south)
  const north = Math.min(poleward, view.north)
  const step = stepFor(Math.max(view.east - view.west, north - south))
  const lines: Graticule['lines']['features'] = []
  const labels: Graticule['labels']['features'] = []
  const line = (coordinates: [number, number][]) => lines.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } })
  const label = (lon: number, lat: number, text: string, side: 'foot' | 'left') =>
    labels.push({ type: 'Feature', properties: { text, side }, geometry: { type: 'Point', coordinates: [lon, lat] } })
  for (let i = Math.ceil(view.west / step); i * step <= view.east; i++) {
    const lon = i * step
    line([[lon, south], [lon, north]])
    // a name in the corner would be cut in half, or lie on another
    if (lon - view.west > (view.east - view.west) * 0.05 && view.east - lon > (view.east - view.west) * 0.03) label(lon, south, name(lon - 360 * Math.round(lon / 360), 'lon'), 'foot')
  }
  for (let i = Math.ceil(south / step); i * step <= north; i++) {
    const lat = i * step
    line([[view.west, lat], [view.east, lat]])
    if (lat - south > (north - south) * 0.08) label(view.west, lat, name(lat, 'lat'), 'left')
  }
  return { lines: { type: 'FeatureCollection', features: lines }, labels: { type: 'FeatureCollection', features: labels } }
}

/** The name of a meridian or parallel: 99°W, 31°30'N; in Spanish west is O. */
export function lineName(degrees: number, axis: 'lat' | 'lon', language: 'en' | 'es'): string {
  const minutes = Math.round(Math.abs(degrees) * 60)
  const whole = Math.floor(minutes / 60)
  const rest = minutes % 60
  const letter = minutes === 0 || (axis === 'lon' && minutes === 180 * 60) ? ''
    : axis === 'lat' ? (degrees < 0 ? 'S' : 'N')
    : degrees > 0 ? 'E' : language === 'es' ? 'O' : 'W'
  return `${whole}°${rest ? `${String(rest).padStart(2, '0')}'` : ''}${letter}`
}
