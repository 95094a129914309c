// The arithmetic of the moving layer, apart from its drawing: what goes into the buffers and what lies under a pixel.
// World coordinates are Web Mercator from 0 to 1. A float32 holds them to some metres only, so the buffers hold offsets from
// an origin near the middle of the view, and the origin goes into the matrix while that is still in float64.
import { flag, type MovingFrame } from '../live/frame'

export interface Point {
  readonly x: number
  readonly y: number
}

/** The latitude that the map ends at. */
export const highest = 85.0511287798066

export const mercatorX = (lon: number) => lon / 360 + 0.5
export function mercatorY(lat: number): number {
  const s = Math.sin((Math.max(-highest, Math.min(highest, lat)) * Math.PI) / 180)
  return 0.5 - Math.atanh(s) / (2 * Math.PI)
}

/** x moved by whole worlds to within half a world of the reference. */
const near = (x: number, reference: number) => x - Math.round(x - reference)

/** State of a thing in a buffer, one bit each. */
export const mark = { provisional: 1, selected: 2, noHeading: 4, sensor: 8 } as const

/** x, y, heading (radians), seconds after the frame's time, marks */
export const aircraftStride = 5
/** x, y, seconds, marks */
export const cornerStride = 4
/** x0, y0, x1, y1, seconds, marks */
export const lineStride = 6

export interface Packed {
  readonly origin: Point
  /** how far west and east of the origin anything reaches, in worlds */
  readonly reach: readonly [number, number]
  readonly aircraft: Float32Array
  readonly corners: Float32Array
  readonly lines: Float32Array
}

/**
 * Which corners make the two triangles of a quad. The corners of a picture on the ground come in order; where they do not
 * (the sides cross) they are put in order, and where one corner points inward the cut goes through it, so that every point
 * inside is covered once and none outside.
 */
export function quadTriangles(x: ArrayLike<number>, y: ArrayLike<number>): [order: number[], triangles: number[]] {
  const cross = (a: number, b: number, c: number) => (x[b]! - x[a]!) * (y[c]! - y[a]!) - (y[b]! - y[a]!) * (x[c]! - x[a]!)
  const meet = (a: number, b: number, c: number, d: number) => cross(a, b, c) * cross(a, b, d) < 0 && cross(c, d, a) * cross(c, d, b) < 0
  let order = [0, 1, 2, 3]
  if (meet(0, 1, 2, 3)) order = [0, 2, 1, 3]
  else if (meet(1, 2, 3, 0)) order = [0, 1, 3, 2]
  const [a, b, c, d] = order as [number, number, number, number]
  // the diagonal a-c lies inside when it parts b from d
  const inside = cross(a, c, b) * cross(a, c, d) <= 0
  return [order, inside ? [a, b, c, a, c, d] : [a, b, d, b, c, d]]
}

/** The corners of a footprint in world coordinates, unbroken across 180°, near the reference. */
export function footprintCorners(frame: MovingFrame, i: number, reference: number): { x: number[]; y: number[] } {
  const x: number[] = []
  const y: number[] = []
  for (let k = 0; k < 4; k++) {
    const at = mercatorX(frame.footprints[8 * i + 2 * k]! / 1e7)
    x.push(near(at, k === 0 ? reference : x[0]!))
    y.push(mercatorY(frame.footprints[8 * i + 2 * k + 1]! / 1e7))
  }
  return { x, y }
}

const known = (flags: number) => (flags & flag.unknown) === 0

export function pack(frame: MovingFrame, origin: Point, selected: ReadonlySet<number>): Packed {
  const n = frame.ids.length
  const m = frame.footprintOf.length
  const aircraft = new Float32Array(n * aircraftStride)
  const corners = new Float32Array(m * 6 * cornerStride)
  const lines = new Float32Array(m * 5 * lineStride)
  const indexOf = new Map<number, number>()
  let west = 0
  let east = 0
  const stretch = (x: number) => {
    if (x < west) west = x
    if (x > east) east = x
  }
  const seconds = (instant: number) => (instant - frame.time) / 1000

  let at = 0
  const put = (i: number) => {
    const x = near(mercatorX(frame.lonLat[2 * i]! / 1e7), origin.x) - origin.x
    const heading = frame.heading[i]!
    aircraft[at++] = x
    aircraft[at++] = mercatorY(frame.lonLat[2 * i + 1]! / 1e7) - origin.y
    aircraft[at++] = Number.isFinite(heading) ? (heading * Math.PI) / 180 : 0
    aircraft[at++] = seconds(frame.instants[i]!)
    aircraft[at++] = (frame.flags[i]! & flag.provisional ? mark.provisional : 0)
      | (selected.has(frame.ids[i]!) ? mark.selected : 0)
      | (Number.isFinite(heading) ? 0 : mark.noHeading)
    stretch(x)
  }
  for (let i = 0; i < n; i++) {
    if (!known(frame.flags[i]!)) continue
    indexOf.set(frame.ids[i]!, i)
    if (!selected.has(frame.ids[i]!)) put(i)
  }
  for (const i of indexOf.values()) if (selected.has(frame.ids[i]!)) put(i) // what is selected lies on top

  let c = 0
  let l = 0
  for (let i = 0; i < m; i++) {
    if (!known(frame.footprintFlags[i]!)) continue
    const { x, y } = footprintCorners(frame, i, origin.x)
    const [order, triangles] = quadTriangles(x, y)
    const of = frame.footprintOf[i]!
    const t = seconds(frame.footprintInstants[i]!)
    const marks = (frame.footprintFlags[i]! & flag.provisional ? mark.provisional : 0) | (selected.has(of) ? mark.selected : 0)
    for (const k of triangles) {
      corners[c++] = x[k]! - origin.x
      corners[c++] = y[k]! - origin.y
      corners[c++] = t
      corners[c++] = marks
    }
    const line = (x0: number, y0: number, x1: number, y1: number, kind: number) => {
      lines[l++] = x0 - origin.x
      lines[l++] = y0 - origin.y
      lines[l++] = x1 - origin.x
      lines[l++] = y1 - origin.y
      lines[l++] = t
      lines[l++] = marks | kind
      stretch(x0 - origin.x)
      stretch(x1 - origin.x)
    }
    for (let k = 0; k < 4; k++) {
      const from = order[k]!
      const to = order[(k + 1) % 4]!
      line(x[from]!, y[from]!, x[to]!, y[to]!, 0)
    }
    const j = indexOf.get(of)
    if (j !== undefined) {
      const cx = near(mercatorX(frame.footprintCentres[2 * i]! / 1e7), x[0]!)
      const ax = near(mercatorX(frame.lonLat[2 * j]! / 1e7), cx)
      line(ax, mercatorY(frame.lonLat[2 * j + 1]! / 1e7), cx, mercatorY(frame.footprintCentres[2 * i + 1]! / 1e7), mark.sensor)
    }
  }
  return { origin, reach: [west, east], aircraft: aircraft.subarray(0, at), corners: corners.subarray(0, c), lines: lines.subarray(0, l) }
}

/** What the buffers hold, read back from them: where each thing is drawn, and as it was at which instant (Unix milliseconds). */
export interface Drawn {
  readonly aircraft: readonly DrawnAircraft[]
  readonly footprints: readonly DrawnFootprint[]
}
export interface DrawnAircraft {
  /** longitude, latitude */
  readonly at: readonly [number, number]
  readonly instant: number
  readonly stale: boolean
}
export interface DrawnFootprint {
  /** in the order of their sides */
  readonly corners: readonly (readonly [number, number])[]
  readonly instant: number
  readonly stale: boolean
}

/**
 * Reads back what a card was given: an account of the picture, not of what was asked for. Time is that of the frame that was packed, to
 * which the buffers' seconds are added; what is older than goneAfter seconds the shaders leave out, and so does this.
 */
export function readBack(packed: Packed, time: number, now: number, staleAfter: number, goneAfter: number): Drawn {
  const place = (x: number, y: number): [number, number] => {
    const lon = (packed.origin.x + x - 0.5) * 360
    return [lon - 360 * Math.round(lon / 360), (Math.asin(Math.tanh((0.5 - packed.origin.y - y) * 2 * Math.PI)) * 180) / Math.PI]
  }
  const aircraft: DrawnAircraft[] = []
  for (let i = 0; i < packed.aircraft.length; i += aircraftStride) {
    const instant = time + packed.aircraft[i + 3]! * 1000
    aircraft.push({ at: place(packed.aircraft[i]!, packed.aircraft[i + 1]!), instant, stale: now - instant > staleAfter * 1000 })
  }
  const footprints: DrawnFootprint[] = []
  const c = packed.corners
  for (let i = 0; i < c.length; i += 6 * cornerStride) {
    const instant = time + c[i + 2]! * 1000
    if (now - instant > goneAfter * 1000) continue
    const vertex = (k: number) => place(c[i + k * cornerStride]!, c[i + k * cornerStride + 1]!)
    // Two triangles a, b, c and a, c, d; or a, b, d and b, c, d: see quadTriangles.
    const same = c[i] === c[i + 3 * cornerStride] && c[i + 1] === c[i + 3 * cornerStride + 1]
    const order = same ? [0, 1, 2, 5] : [0, 1, 4, 2]
    footprints.push({ corners: order.map(vertex), instant, stale: now - instant > staleAfter * 1000 })
  }
  return { aircraft, footprints }
}

/** The matrix moved to an origin, column by column; the sums are float64 and only the result is narrowed. */
export function matrixAt(matrix: ArrayLike<number>, x: number, y: number): Float32Array {
  const out = new Float32Array(16)
  for (let i = 0; i < 12; i++) out[i] = matrix[i]!
  for (let i = 0; i < 4; i++) out[12 + i] = matrix[i]! * x + matrix[4 + i]! * y + matrix[12 + i]!
  return out
}

/** The pixel of a world coordinate, from the upper left corner of a canvas so large; undefined behind the eye. */
export function project(matrix: ArrayLike<number>, width: number, height: number, x: number, y: number): Point | undefined {
  const w = matrix[3]! * x + matrix[7]! * y + matrix[15]!
  if (!(w > 0)) return undefined
  return {
    x: (((matrix[0]! * x + matrix[4]! * y + matrix[12]!) / w + 1) / 2) * width,
    y: ((1 - (matrix[1]! * x + matrix[5]! * y + matrix[13]!) / w) / 2) * height,
  }
}

export interface Hit {
  readonly kind: 'aircraft' | 'footprint'
  /** of the aircraft, also where its footprint was hit */
  readonly id: number
  /** pixels from the aircraft; 0 inside a footprint */
  readonly distance: number
}

/** How the world lies on the screen: the matrix, the canvas in CSS pixels, and the copies of the world that may show. */
export interface Lie {
  readonly matrix: ArrayLike<number>
  readonly width: number
  readonly height: number
  readonly west: number
  readonly east: number
}

/** Whole worlds to shift by so that what reaches from west to east of x shows in the view. */
export function copies(lie: Lie, x: number, reach: readonly [number, number] = [0, 0]): number[] {
  const shifts: number[] = []
  for (let k = Math.ceil(lie.west - x - reach[1]); k <= Math.floor(lie.east - x - reach[0]) && shifts.length < 8; k++) shifts.push(k)
  return shifts
}

/** Everything under a pixel: aircraft first, the nearest first, then the footprints that contain it, the newest first. */
export function hits(frame: MovingFrame, lie: Lie, px: number, py: number, radius: number, goneBefore: number): Hit[] {
  const found: Hit[] = []
  // a margin of a world's width in pixels, so that a copy whose middle is just out of view is still found
  const scale = (lie.east - lie.west) / lie.width
  const margin: [number, number] = [-radius * scale, radius * scale]
  for (let i = 0; i < frame.ids.length; i++) {
    if (!known(frame.flags[i]!)) continue
    const x = mercatorX(frame.lonLat[2 * i]! / 1e7)
    const y = mercatorY(frame.lonLat[2 * i + 1]! / 1e7)
    let least = Infinity
    for (const k of copies(lie, x, margin)) {
      const p = project(lie.matrix, lie.width, lie.height, x + k, y)
      if (p) least = Math.min(least, Math.hypot(p.x - px, p.y - py))
    }
    if (least <= radius) found.push({ kind: 'aircraft', id: frame.ids[i]!, distance: least })
  }
  found.sort((a, b) => a.distance - b.distance)
  const below: { hit: Hit; instant: number }[] = []
  for (let i = 0; i < frame.footprintOf.length; i++) {
    if (!known(frame.footprintFlags[i]!) || frame.footprintInstants[i]! < goneBefore) continue
    const { x, y } = footprintCorners(frame, i, 0.5)
    const [, t] = quadTriangles(x, y)
    const span: [number, number] = [Math.min(...x) - x[0]!, Math.max(...x) - x[0]!]
    for (const k of copies(lie, x[0]!, span)) {
      const p = x.map((at, j) => project(lie.matrix, lie.width, lie.height, at + k, y[j]!))
      if (p.some((q) => !q)) continue
      const inTriangle = (a: Point, b: Point, c: Point) => {
        const side = (u: Point, v: Point) => (v.x - u.x) * (py - u.y) - (v.y - u.y) * (px - u.x)
        const [d, e, f] = [side(a, b), side(b, c), side(c, a)]
        return (d >= 0 && e >= 0 && f >= 0) || (d <= 0 && e <= 0 && f <= 0)
      }
      if (inTriangle(p[t[0]!]!, p[t[1]!]!, p[t[2]!]!) || inTriangle(p[t[3]!]!, p[t[4]!]!, p[t[5]!]!)) {
        below.push({ hit: { kind: 'footprint', id: frame.footprintOf[i]!, distance: 0 }, instant: frame.footprintInstants[i]! })
        break
      }
    }
  }
  below.sort((a, b) => b.instant - a.instant)
  return [...found, ...below.map((b) => b.hit)]
}
