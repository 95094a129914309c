import { duration } from '../lib/time'

const day = 86_400_000

/** How long ago, or how long not: days where hours are too many to be counted. */
export function lapse(ms: number): string {
  if (!Number.isFinite(ms)) return '—'
  if (Math.abs(ms) < 2 * day) return duration(ms)
  const d = Math.floor(Math.abs(ms) / day), h = Math.floor((Math.abs(ms) % day) / 3_600_000)
  return d < 14 ? `${d} d ${h} h` : `${d} d`
}
