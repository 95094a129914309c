// Reports of moving things (ST 0903) as the map draws them: how many at which place. They are counted anew in every frame: none is
// told apart from another, and none is followed.
import type { LonLat, Reported } from '../map/shape'

/** Reports nearer than this are one place: a footprint is not known better. Degrees, some 25 m. */
const grain = 0.000225

export function counted(places: readonly LonLat[]): Reported[] {
  const cells = new Map<string, { lon: number; lat: number; count: number }>()
  for (const [lon, lat] of places) {
    const shrink = Math.max(0.01, Math.cos((lat * Math.PI) / 180))
    const key = `${Math.round((lon * shrink) / grain)} ${Math.round(lat / grain)}`
    const c = cells.get(key)
    if (c) {
      c.lon += lon
      c.lat += lat
      c.count++
    } else {
      cells.set(key, { lon, lat, count: 1 })
    }
  }
  return [...cells].map(([id, c]) => ({ id, at: [c.lon / c.count, c.lat / c.count], count: c.count }))
}
