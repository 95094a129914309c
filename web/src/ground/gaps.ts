// Gaps: ground that was to be looked at and was not, in connected pieces that are numbered from the largest on.
import type { Sight } from '../map/sight'
import { onEllipsoid } from '../place/geodesy'
import type { Place } from '../place/place'
import { boxOfCell, cellArea, centreOf, type Cell, type Grid } from './raster'

/** A connected piece of what was to be looked at and was not. */
export interface Gap {
  readonly cells: number
  readonly area: number // square kilometres
  /** the middle of the cell of the gap that is nearest to the mean of its cells: it lies in the gap */
  readonly middle: Place
  /** west, south, east, north; east may be beyond 180 */
  readonly box: readonly [number, number, number, number]
}

/** The pieces of the marked cells that hang together by their sides, the largest first. */
export function pieces(g: Grid, marked: (i: number) => boolean): Gap[] {
  const n = g.columns * g.rows
  const open = new Uint8Array(n)
  for (let i = 0; i < n; i++) open[i] = marked(i) ? 1 : 0
  const round = g.columns * g.width > 360 - 1e-9
  const out: Gap[] = []
  for (let i = 0; i < n; i++) {
    if (!open[i]) continue
    open[i] = 0
    const piece = [i]
    const take = (column: number, row: number) => {
      const c = round ? (column + g.columns) % g.columns : column
      if (c < 0 || c >= g.columns || row < 0 || row >= g.rows || !open[row * g.columns + c]) return
      open[row * g.columns + c] = 0
      piece.push(row * g.columns + c)
    }
    for (let k = 0; k < piece.length; k++) {
      const at = piece[k]!, column = at % g.columns, row = (at - column) / g.columns
      take(column - 1, row)
      take(column + 1, row)
      take(column, row - 1)
      take(column, row + 1)
    }
    out.push(gapOf(g, piece))
  }
  return out.sort((a, b) => b.area - a.area)
}

function gapOf(g: Grid, piece: readonly number[]): Gap {
  let area = 0, x = 0, y = 0, z = 0
  let west = Infinity, east = -Infinity, south = Infinity, north = -Infinity
  const cell = (i: number): Cell => ({ column: i % g.columns, row: Math.floor(i / g.columns) })
  for (const i of piece) {
    const c = cell(i)
    area += cellArea(g, c.row)
    const [w, s, e, n] = boxOfCell(g, c)
    west = Math.min(west, w)
    east = Math.max(east, e)
    south = Math.min(south, s)
    north = Math.max(north, n)
    const v = onEllipsoid(centreOf(g, c))
    x += v[0] / piece.length
    y += v[1] / piece.length
    z += v[2] / piece.length
  }
  let middle = centreOf(g, cell(piece[0]!)), nearest = Infinity
  for (const i of piece) {
    const p = centreOf(g, cell(i)), v = onEllipsoid(p)
    const d = Math.hypot(v[0] - x, v[1] - y, v[2] - z)
    if (d < nearest) {
      nearest = d
      middle = p
    }
  }
  return { cells: piece.length, area, middle, box: [west, south, east, north] }
}

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
