// Weeks of flights as columns for a plot, and as a file. A week of which nothing is on record has no number, which is not zero.
import type { Tempo } from '../api/client'
import { line } from '../lib/csv'
import { instant } from '../lib/time'

export type Measure = 'flights' | 'hours' | 'depth_m'

export interface Columns {
  /** the middle of each week, in seconds */
  readonly at: number[]
  readonly values: (number | null)[]
  /** the weeks without a record, from and to in seconds */
  readonly none: [number, number][]
}

export const nothing = (w: Tempo): boolean => w.record === 'no-record'

/** A week that is complete and without an entry has no depth, and is drawn with no bar; that is no lack of a record. */
export function columnsOf(weeks: readonly Tempo[], measure: Measure, factor = 1): Columns {
  const out: Columns = { at: [], values: [], none: [] }
  for (const w of weeks) {
    const from = instant(w.from) / 1000, to = instant(w.to) / 1000
    out.at.push((from + to) / 2)
    const v = w[measure]
    out.values.push(nothing(w) || v === null ? null : v * factor)
    if (nothing(w)) out.none.push([from, to])
  }
  return out
}

/** The same figures as comma-separated values (RFC 4180), with the names of the API. */
export function csv(weeks: readonly Tempo[]): string {
  const head = ['week', 'state', 'from', 'to', 'record', 'flights', 'most_flights', 'hours', 'depth_m', 'days_complete'] as const
  return [line(head), ...weeks.map((w) => line(head.map((h) => w[h])))].join('\r\n') + '\r\n'
}
