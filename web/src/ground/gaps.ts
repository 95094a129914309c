// Gaps as they are numbered, the largest first: in the table and on the map.
import type { Sight } from '../map/sight'
import type { Gap } from './raster'

export interface Numbered extends Pick<Gap, 'area' | 'middle' | 'box'> {
  readonly id: string
  readonly number: number
}

/** More numbers than these the map does not hold. */
const mostMarked = 40

export const numbered = (gaps: readonly Pick<Gap, 'area' | 'middle' | 'box'>[]): Numbered[] =>
  gaps.map(({ area, middle, box }, i) => ({ id: `gap${i + 1}`, number: i + 1, area, middle, box }))

export const marksOf = (gaps: readonly Numbered[]): Sight['gaps'] =>
  gaps.slice(0, mostMarked).map((g) => ({ id: g.id, at: [g.middle.lon, g.middle.lat], label: String(g.number) }))
