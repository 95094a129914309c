// What the metadata packets of segments say, fetched a segment at a time and kept for the newest few.
import type { Client, Row } from '../api/client'
import { behind } from './player'

const kept = 12

export class Rows {
  private readonly known = new Map<string, Promise<Row[]>>()
  private readonly here = new Map<string, Row[]>()

  constructor(
    private readonly client: Client,
    private readonly query: Record<string, string>,
  ) {}

  of(segment: string): Promise<Row[]> {
    let rows = this.known.get(segment)
    if (rows) {
      this.known.delete(segment)
    } else {
      rows = this.client.get<{ items: Row[] | null }>(`/segments/${encodeURIComponent(segment)}/rows`, this.query).then((r) => r.items ?? [])
      const asked = rows
      rows.then(
        (here) => this.known.get(segment) === asked && this.here.set(segment, here),
        () => this.known.delete(segment), // asked for again by whoever needs it next
      )
    }
    this.known.set(segment, rows)
    for (const k of this.known.keys()) {
      if (this.known.size <= kept) break
      this.known.delete(k)
      this.here.delete(k)
    }
    return rows
  }

  /** The rows of a segment that are here already: a picture that is shown does not wait for them. */
  at(segment: string): readonly Row[] | undefined {
    return this.here.get(segment)
  }
}

/** Metadata may come five times a second and less: further than a third of a second off a packet says nothing of a picture. Ticks of 90 kHz. */
const farthest = 30_000

/**
 * The row of a picture: that whose time is nearest. Rows that took their time from the picture before are often sent behind the
 * picture that they belong to, and several may name the same one; the last of them counts.
 */
export function rowOf(rows: readonly Row[], pts: number): Row | null {
  let best: Row | null = null
  let least = Infinity
  for (const r of rows) {
    if (r.pts === null) continue
    const d = Math.abs(behind(r.pts, pts))
    if (d < least || (d === least && r.relied)) {
      best = r
      least = d
    }
  }
  return best && least <= farthest ? best : null
}

/** The row that was newest at an instant; null where none is within a second. */
export function rowAt(rows: readonly Row[], at: number): Row | null {
  let best: Row | null = null
  for (const r of rows) {
    const t = r.time ? Date.parse(r.time) : NaN
    if (Number.isFinite(t) && t <= at + 1) best = r
    else if (Number.isFinite(t)) break
  }
  return best && best.time && at - Date.parse(best.time) < 1500 ? best : null
}
