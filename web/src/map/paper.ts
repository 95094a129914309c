// A map on paper at a declared scale: what zoom that is, and where the ticks of its frame stand.
import { inverse } from '../place/geodesy'
import type { Place } from '../place/place'
import { stepFor } from './graticule'

/** A CSS pixel is a ninety-sixth of an inch, on paper exactly. */
export const millimetre = 96 / 25.4
const perPixel = 0.0254 / 96 // metres of paper

export const papers = { A4: [297, 210], Letter: [279.4, 215.9] } as const
export type Paper = keyof typeof papers

export const scales = [5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000] as const

/**
 * Metres of ground in a degree of longitude as the map shows a degree there. The map takes the Earth for a ball, and east-west and
 * north-south differ by up to 0.7 %: the middle of the two is off by no more than a third of a per cent either way.
 */
function metresPerDegree(at: Place): number {
  const d = 0.005
  const across = inverse({ lon: at.lon - d, lat: at.lat }, { lon: at.lon + d, lat: at.lat }).distance / (2 * d)
  const along = inverse({ lon: at.lon, lat: at.lat - d }, { lon: at.lon, lat: at.lat + d }).distance / (2 * d)
  return Math.sqrt(across * along * Math.cos((at.lat * Math.PI) / 180))
}

/** The zoom at which the map, drawn as large as it is on paper, is at 1 to `scale` in its middle. */
export function zoomFor(scale: number, at: Place): number {
  const pixelsPerDegree = metresPerDegree(at) / (scale * perPixel)
  return Math.log2((pixelsPerDegree * 360) / 512)
}

/** The scale that a zoom is on paper. */
export function scaleOf(zoom: number, at: Place): number {
  return metresPerDegree(at) / (((512 * 2 ** zoom) / 360) * perPixel)
}

/** The largest of the round scales that shows at least as many metres across so many millimetres of paper. */
export function roundedScale(least: number): number {
  return scales.find((s) => s >= least * 0.999) ?? scales[scales.length - 1]!
}

export interface Tick {
  readonly degrees: number
  /** pixels from the upper left of the map */
  readonly at: number
}

export interface Frame {
  readonly meridians: readonly Tick[]
  readonly parallels: readonly Tick[]
}

interface Projection {
  project(at: [number, number]): { x: number; y: number }
  unproject(at: [number, number]): { lng: number; lat: number }
}

/** Where meridians and parallels meet the frame of a map of so many pixels. */
export function frameOf(map: Projection, width: number, height: number): Frame {
  const a = map.unproject([0, height])
  const b = map.unproject([width, 0])
  const step = stepFor(Math.min(b.lng - a.lng, b.lat - a.lat)) // three at least on every side
  const run = (from: number, to: number) => Array.from({ length: Math.max(0, Math.floor(to / step + 1e-9) - Math.ceil(from / step - 1e-9) + 1) }, (_, i) => (Math.ceil(from / step - 1e-9) + i) * step)
  return {
    meridians: run(a.lng, b.lng).map((degrees) => ({ degrees, at: map.project([degrees, a.lat]).x })),
    parallels: run(a.lat, b.lat).map((degrees) => ({ degrees, at: map.project([a.lng, degrees]).y })),
  }
}
