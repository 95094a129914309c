// How a flight went over its time, for plots: points that were measured, joined only where nobody fell silent.
import type { ProfilePoint } from '../api/client'

/** A flight of minutes is told every second or so, one of a day thinned to a minute: silence is what is long for both. */
function silence(points: readonly ProfilePoint[]): number {
  const apart = points.slice(1).map((p, i) => Date.parse(p.time) - Date.parse(points[i]!.time)).sort((a, b) => a - b)
  const usual = apart[Math.floor((apart.length - 1) / 2)] ?? 0
  return Math.max(10_000, 5 * usual)
}

export interface Columns {
  /** seconds since 1970 */
  readonly at: number[]
  readonly values: (number | null)[]
}

export function columns(points: readonly ProfilePoint[], value: (p: ProfilePoint) => number | undefined, factor: number): Columns {
  const at: number[] = []
  const values: (number | null)[] = []
  const longest = silence(points)
  let before = NaN
  for (const p of points) {
    const t = Date.parse(p.time)
    if (t - before > longest) {
      at.push(before / 1000 + 0.001)
      values.push(null)
    }
    const v = value(p)
    at.push(t / 1000)
    values.push(v === undefined ? null : v * factor)
    before = t
  }
  return { at, values }
}

/** The point nearest to an instant; null where all are further than a silence. */
export function nearest(points: readonly ProfilePoint[], at: number): ProfilePoint | null {
  let low = 0, high = points.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (Date.parse(points[middle]!.time) < at) low = middle + 1
    else high = middle
  }
  let best: ProfilePoint | null = null
  let least = Math.min(10_000, silence(points))
  for (const p of [points[low - 1], points[low]]) {
    const d = p ? Math.abs(Date.parse(p.time) - at) : Infinity
    if (p && d <= least) {
      best = p
      least = d
    }
  }
  return best
}

export function span(values: readonly (number | null)[]): [number, number] | null {
  let low = Infinity, high = -Infinity
  for (const v of values) {
    if (v === null) continue
    low = Math.min(low, v)
    high = Math.max(high, v)
  }
  return low <= high ? [low, high] : null
}
