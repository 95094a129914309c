// Flights as the map draws them: measured points joined, and gaps as gaps.
import type { Fix, FlightEntry } from '../api/client'
import type { Entry, LonLat, Standing, Track } from '../map/shape'
import { instant } from './time'

/** Longer than this nobody measured: thinned fixes of a steady flight lie closer. */
const silence = 60_000

export function trackOf(id: string, fixes: readonly Fix[]): Track {
  const parts: { points: LonLat[]; gap?: boolean }[] = []
  let run: LonLat[] = []
  let last = NaN
  for (const f of fixes) {
    const at = instant(f.time)
    const p: LonLat = [f.lon, f.lat]
    if (run.length > 0 && at - last > silence) {
      parts.push({ points: run }, { points: [run[run.length - 1]!, p], gap: true })
      run = []
    }
    run.push(p)
    last = at
  }
  if (run.length > 0) parts.push({ points: run })
  return { id, parts }
}

/** Entries with the stretch of the track that lies within each. Fixes are in the order of their time. */
export function entriesOf(entries: readonly FlightEntry[], fixes: readonly Fix[], standing: (e: FlightEntry) => Standing = () => 'unknown'): Entry[] {
  const times = Float64Array.from(fixes, (f) => instant(f.time))
  // the first fix that is not before an instant
  const firstFrom = (at: number): number => {
    let low = 0
    let high = times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (times[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
  return entries.map((e) => {
    const from = instant(e.entered?.earliest ?? e.first.time)
    const to = e.open ? Infinity : instant(e.left?.latest ?? e.last.time)
    const inside: LonLat[] = []
    for (let i = firstFrom(from); i < times.length && times[i]! <= to; i++) inside.push([fixes[i]!.lon, fixes[i]!.lat])
    const crossings = [{ at: [e.first.lon, e.first.lat] as LonLat, inward: true }]
    if (!e.open) crossings.push({ at: [e.last.lon, e.last.lat] as LonLat, inward: false })
    return { id: entryId(e), standing: standing(e), crossings, inside: inside.length > 1 ? [inside] : [] }
  })
}

export const entryId = (e: FlightEntry) => `${e.flight}/${e.source}/${e.number}`
