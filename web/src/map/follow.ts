import { flag, type MovingFrame } from '../live/frame'
import type { LonLat } from './shape'

export interface Followed {
  readonly id: number
  readonly what: 'aircraft' | 'footprint'
}

/** Where what is followed is; undefined where that is not known. What sees no ground now is waited for: the map does not leap to the aircraft. */
export function whereIs({ id, what }: Followed, f: MovingFrame): LonLat | undefined {
  const of = what === 'footprint' ? { ids: f.footprintOf, flags: f.footprintFlags, at: f.footprintCentres } : { ids: f.ids, flags: f.flags, at: f.lonLat }
  const i = of.ids.indexOf(id)
  return i < 0 || of.flags[i]! & flag.unknown ? undefined : [of.at[2 * i]! / 1e7, of.at[2 * i + 1]! / 1e7]
}
