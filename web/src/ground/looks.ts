// Looks at a place as a person asks of them: by how many flights, when last, how long not.
import type { Look } from '../api/client'
import { line } from '../lib/csv'
import { instant } from '../lib/time'

export interface Told {
  readonly flights: number
  /** of the first and of the last look; NaN where none has a time */
  readonly from: number
  readonly to: number
  /** the longest time between two looks; undefined where there is none */
  readonly gap: { readonly from: number; readonly to: number } | undefined
}

/** A look has an end where it has a beginning. */
export const spanOf = (l: Look): [number, number] => [instant(l.from), instant(l.to)]

/** What is between looks, in the order of time: looks of different flights may lie over one another. */
export function gapsOf(looks: readonly Look[]): { from: number; to: number }[] {
  const spans = looks.map(spanOf).filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b)).sort((a, b) => a[0] - b[0])
  const out: { from: number; to: number }[] = []
  let end = spans[0]?.[1] ?? NaN
  for (const [a, b] of spans) {
    if (a > end) out.push({ from: end, to: a })
    end = Math.max(end, b)
  }
  return out
}

export function told(looks: readonly Look[]): Told {
  const spans = looks.map(spanOf)
  const gaps = gapsOf(looks)
  const bound = (all: readonly number[], of: (...n: number[]) => number) => {
    const some = all.filter(Number.isFinite)
    return some.length > 0 ? some.reduce((a, b) => of(a, b)) : NaN
  }
  return {
    flights: new Set(looks.map((l) => l.flight)).size,
    from: bound(spans.map((s) => s[0]), Math.min),
    to: bound(spans.map((s) => s[1]), Math.max),
    gap: gaps.reduce<Told['gap']>((a, g) => (!a || g.to - g.from > a.to - a.from ? g : a), undefined),
  }
}

export const lookId = (l: Look): string => `${l.flight}/${l.source}/${l.best_frame}`

/** A probability as people read it; what is not nothing never reads as nothing, and what is not sure never as sure. */
export const probability = (p: number | null | undefined): string => (p === null || p === undefined || !Number.isFinite(p) ? '—' : p > 0 && p < 0.005 ? '< 0.01' : p < 1 && p >= 0.995 ? '> 0.99' : p.toFixed(2))

/** An instant as the command writes it: no more digits of the second than it has. */
const short = (s: string | null | undefined) => s?.replace(/\.(\d*?)0*Z$/, (_, digits: string) => (digits ? `.${digits}Z` : 'Z'))

/** A row a look, as `overflight looks --csv` writes it. */
export function csv(looks: readonly Look[]): string {
  const columns: readonly [string, (l: Look) => string | number | null | undefined][] = [
    ['flight', (l) => l.flight], ['source', (l) => l.source], ['from', (l) => short(l.from)], ['to', (l) => short(l.to)], ['frames', (l) => l.frames], ['best_frame', (l) => l.best_frame], ['best_time', (l) => short(l.best_time)],
    ['sensor_lat', (l) => l.sensor?.[1]], ['sensor_lon', (l) => l.sensor?.[0]], ['height_m', (l) => l.height_m], ['slant_range_m', (l) => l.slant_range_m], ['grazing_deg', (l) => l.grazing_deg],
    ['azimuth_deg', (l) => l.azimuth_deg], ['resolution_m', (l) => l.resolution_m], ['band', (l) => l.band], ['light', (l) => l.light], ['terrain', (l) => l.terrain], ['pod', (l) => l.pod], ['best_pod', (l) => l.best_pod],
    ['pod_resolution', (l) => l.pod_resolution], ['pod_canopy', (l) => l.pod_canopy], ['nothing', (l) => l.nothing], ['group', (l) => l.group], ['uncertainty_m', (l) => l.uncertainty_m],
  ]
  return [columns.map((c) => c[0]), ...looks.map((l) => columns.map((c) => c[1](l)))].map((r) => line(r)).join('\n') + '\n'
}
