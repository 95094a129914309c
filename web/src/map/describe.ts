// The map in words' stead: what is drawn in a view, as facts for the list that stands beside it.
import { flag, type MovingFrame } from '../live/frame'
import type { Sight } from './sight'
import type { DrawnSite } from './sites'
import { boxesMeetPoint, boxOf, meets, type Box, type Entry, type Kind, type LonLat, type Looked, type Pin, type Reported, type Standing, type Track } from './shape'

export interface Described {
  readonly kind: Kind
  readonly id: string
  readonly at?: LonLat
  readonly box?: Box
  readonly standing?: Standing | undefined
  readonly label?: string | undefined
  /** Unix milliseconds */
  readonly instant?: number
  readonly stale?: boolean
  readonly provisional?: boolean
  /** degrees */
  readonly heading?: number | undefined
  /** metres */
  readonly altitude?: number | undefined
  readonly doubt?: number | undefined
  /** of a track: stretches nobody measured */
  readonly gaps?: number
  /** of a place: reports there */
  readonly count?: number
  /** of an entry: times the limit was crossed */
  readonly crossings?: number
}

export interface Slow {
  tracks: readonly Track[]
  entries: readonly Entry[]
  looked: readonly Looked[]
  pins: readonly Pin[]
  reported: readonly Reported[]
  sight: Sight
  sites: readonly DrawnSite[]
}

const figure = (v: number | undefined) => (v !== undefined && Number.isFinite(v) ? v : undefined)

export function describeFrame(frame: MovingFrame, view: Box, isStale: (instant: number) => boolean, isGone: (instant: number) => boolean): Described[] {
  const out: Described[] = []
  for (let i = 0; i < frame.ids.length; i++) {
    if (frame.flags[i]! & flag.unknown) continue
    const at: LonLat = [frame.lonLat[2 * i]! / 1e7, frame.lonLat[2 * i + 1]! / 1e7]
    if (!boxesMeetPoint(view, at)) continue
    const instant = frame.instants[i]!
    out.push({
      kind: 'aircraft', id: String(frame.ids[i]), at, instant, stale: isStale(instant), provisional: (frame.flags[i]! & flag.provisional) !== 0,
      heading: figure(frame.heading[i]), altitude: figure(frame.altitude[i]),
    })
  }
  for (let i = 0; i < frame.footprintOf.length; i++) {
    const instant = frame.footprintInstants[i]!
    if (frame.footprintFlags[i]! & flag.unknown || isGone(instant)) continue
    const corners: LonLat[] = [0, 2, 4, 6].map((k) => [frame.footprints[8 * i + k]! / 1e7, frame.footprints[8 * i + k + 1]! / 1e7])
    const box = boxOf(corners)
    if (!box || !meets(view, box)) continue
    out.push({
      kind: 'footprint', id: String(frame.footprintOf[i]), box, instant, stale: isStale(instant),
      at: [frame.footprintCentres[2 * i]! / 1e7, frame.footprintCentres[2 * i + 1]! / 1e7],
      provisional: (frame.footprintFlags[i]! & flag.provisional) !== 0, doubt: figure(frame.footprintDoubt[i]),
    })
  }
  return out
}

export function describeSlow(slow: Slow, view: Box): Described[] {
  const out: Described[] = []
  const within = (points: Iterable<LonLat>) => {
    const box = boxOf(points)
    return box && meets(view, box) ? box : undefined
  }
  for (const e of slow.entries) {
    const box = within([...e.inside.flat(), ...e.crossings.map((c) => c.at)])
    if (box) out.push({ kind: 'entry', id: e.id, box, standing: e.standing, crossings: e.crossings.length })
  }
  for (const t of slow.tracks) {
    const box = within(t.parts.flatMap((p) => p.points))
    if (box) out.push({ kind: 'track', id: t.id, box, gaps: t.parts.filter((p) => p.gap).length })
  }
  for (const l of slow.looked) {
    const box = within(l.polygons.flatMap((rings) => rings[0] ?? []))
    if (box) out.push({ kind: 'looked', id: l.id, box })
  }
  for (const l of slow.sight.looks) {
    const box = within([l.place, ...(l.sensor ? [l.sensor] : []), ...(l.ground ?? [])])
    if (box) out.push({ kind: 'sight', id: l.id, box, doubt: l.doubt })
  }
  for (const g of slow.sight.gaps) {
    if (boxesMeetPoint(view, g.at)) out.push({ kind: 'sight', id: g.id, at: g.at, label: g.label })
  }
  for (const r of slow.reported) {
    if (boxesMeetPoint(view, r.at)) out.push({ kind: 'reported', id: r.id, at: r.at, count: r.count })
  }
  for (const s of slow.sites) {
    const box = s.report ? undefined : within(s.ring)
    if (box) out.push({ kind: 'site', id: s.id, at: s.at, box, label: s.label })
  }
  for (const p of slow.pins) {
    if (boxesMeetPoint(view, p.at)) out.push({ kind: 'pin', id: p.id, at: p.at, label: p.label, doubt: p.doubt })
  }
  return out
}
