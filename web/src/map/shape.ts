// What the map is told to show. Positions are [lon, lat] in degrees; a line or ring may run on past 180°.
export type LonLat = readonly [number, number]

/** Whether a state allowed it: told by colour, by hatch and by dash, never by colour alone. */
export type Standing = 'cleared' | 'notified' | 'uncleared' | 'disputed' | 'unknown'
export const standings: readonly Standing[] = ['cleared', 'notified', 'uncleared', 'disputed', 'unknown']

export interface Track {
  readonly id: string
  /** in order; a gap is a stretch nobody measured, from its last point to its next */
  readonly parts: readonly { readonly points: readonly LonLat[]; readonly gap?: boolean }[]
}

export interface Entry {
  readonly id: string
  readonly standing: Standing
  /** where the limit was crossed, inward or outward */
  readonly crossings: readonly { readonly at: LonLat; readonly inward: boolean }[]
  /** the parts of the path inside */
  readonly inside: readonly (readonly LonLat[])[]
  /** the limit that was crossed, as much of it as is worth showing */
  readonly outline?: readonly (readonly LonLat[])[]
}

/** Where reports of moving things are, counted: a place and a number, and nothing of what is there. */
export interface Reported {
  readonly id: string
  readonly at: LonLat
  readonly count: number
}

/** Ground that was looked at: polygons of rings, the first of each its outside. */
export interface Looked {
  readonly id: string
  readonly polygons: readonly (readonly (readonly LonLat[])[])[]
}

export interface Pin {
  readonly id: string
  readonly at: LonLat
  /** short, in the language of the page */
  readonly label?: string
  /** metres within which it is */
  readonly doubt?: number
}

export type Kind = 'aircraft' | 'footprint' | 'track' | 'entry' | 'looked' | 'airspace' | 'pin' | 'reported' | 'sight' | 'site'

export interface Pick {
  readonly kind: Kind
  readonly id: string
}

export interface Box {
  west: number
  south: number
  east: number
  north: number
}

/** The same of its four sides, in the order of GeoJSON. */
export const boxFrom = ([west, south, east, north]: readonly [number, number, number, number]): Box => ({ west, south, east, north })

/** Moves each longitude by whole turns to follow the one before, so that a line is never drawn the long way round. */
export function unbroken(points: readonly LonLat[]): [number, number][] {
  const out: [number, number][] = []
  for (const [lon, lat] of points) {
    const before = out[out.length - 1]
    out.push([before ? lon - 360 * Math.round((lon - before[0]) / 360) : lon, lat])
  }
  return out
}

/** The smallest box around the points, which may run past 180°; undefined where there are none. */
export function boxOf(points: Iterable<LonLat>): Box | undefined {
  const lons: number[] = []
  let south = Infinity
  let north = -Infinity
  for (const [lon, lat] of points) {
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) continue
    lons.push(((lon % 360) + 360) % 360)
    south = Math.min(south, lat)
    north = Math.max(north, lat)
  }
  if (lons.length === 0) return undefined
  lons.sort((a, b) => a - b)
  // the box leaves out the widest stretch of the circle without a point
  let widest = lons[0]! + 360 - lons[lons.length - 1]!
  let west = lons[0]!
  for (let i = 1; i < lons.length; i++) {
    if (lons[i]! - lons[i - 1]! > widest) {
      widest = lons[i]! - lons[i - 1]!
      west = lons[i]!
    }
  }
  const turn = west > 180 ? 360 : 0
  return { west: west - turn, south, east: west - turn + 360 - widest, north }
}

/** Whether two boxes share a point, the world being round. */
export function meets(a: Box, b: Box): boolean {
  if (a.north < b.south || b.north < a.south) return false
  const k = Math.ceil((a.west - b.east) / 360)
  return b.west + 360 * k <= a.east
}

export function boxesMeetPoint(box: Box, [lon, lat]: LonLat): boolean {
  return meets(box, { west: lon, east: lon, south: lat, north: lat })
}
