// The moving picture as the server sends it: one binary message, little endian, everything that moves in it. For display
// only: evidence never goes this way.
//
//   header  24 bytes  "OVL1", u32 sequence, i64 server time (Unix µs), u32 n aircraft, u32 m footprints
//   n x     32 bytes  u32 id, u8 flags, 3 x pad, i64 instant (Unix µs), i32 lon, i32 lat (1e-7°), f32 heading (°), f32 altitude (m)
//   m x     64 bytes  u32 id of the aircraft, u8 flags, 3 x pad, i64 instant (Unix µs), 8 x i32 corners lon, lat (1e-7°),
//                     2 x i32 centre lon, lat (1e-7°), f32 doubt (m), 4 x pad

export const flag = { provisional: 1, unknown: 2 } as const

/** A moment of everything that moves, in columns. Angles are in units of 1e-7 degree, instants in Unix milliseconds. */
export interface MovingFrame {
  readonly sequence: number
  readonly time: number
  readonly ids: Uint32Array
  readonly flags: Uint8Array
  readonly instants: Float64Array
  /** lon, lat */
  readonly lonLat: Int32Array
  /** degrees; NaN where not known */
  readonly heading: Float32Array
  /** metres; NaN where not known */
  readonly altitude: Float32Array
  /** the aircraft each footprint belongs to */
  readonly footprintOf: Uint32Array
  readonly footprintFlags: Uint8Array
  readonly footprintInstants: Float64Array
  /** four corners, lon, lat each */
  readonly footprints: Int32Array
  /** lon, lat */
  readonly footprintCentres: Int32Array
  /** metres; NaN where not known */
  readonly footprintDoubt: Float32Array
}

export type FrameFault = 'short' | 'magic' | 'length' | 'count' | 'instant' | 'position' | 'duplicate'

/** A message that is refused whole: half a picture would look like a whole one. */
export class FrameError extends Error {
  constructor(
    readonly fault: FrameFault,
    readonly offset: number,
    detail: string,
  ) {
    super(`live frame refused at byte ${offset}: ${detail}`)
    this.name = 'FrameError'
  }
}

export const headerBytes = 24
export const aircraftBytes = 32
export const footprintBytes = 64
/** Far more than is ever flown, and small enough that a wrong count cannot exhaust memory. */
export const mostThings = 100_000

const magic = 0x314c564f // "OVL1"

export function decodeFrame(message: ArrayBuffer | Uint8Array): MovingFrame {
  const view = message instanceof ArrayBuffer ? new DataView(message) : new DataView(message.buffer, message.byteOffset, message.byteLength)
  if (view.byteLength < headerBytes) throw new FrameError('short', view.byteLength, `${view.byteLength} bytes are no header`)
  if (view.getUint32(0, true) !== magic) throw new FrameError('magic', 0, 'it does not begin with OVL1')
  const sequence = view.getUint32(4, true)
  const n = view.getUint32(16, true)
  const m = view.getUint32(20, true)
  if (n > mostThings || m > mostThings) throw new FrameError('count', 16, `${n} aircraft and ${m} footprints are more than ${mostThings}`)
  const length = headerBytes + n * aircraftBytes + m * footprintBytes
  if (view.byteLength !== length) throw new FrameError('length', 16, `${n} aircraft and ${m} footprints are ${length} bytes, not ${view.byteLength}`)

  const ids = new Uint32Array(n)
  const flags = new Uint8Array(n)
  const instants = new Float64Array(n)
  const lonLat = new Int32Array(n * 2)
  const heading = new Float32Array(n)
  const altitude = new Float32Array(n)
  const seen = new Set<number>()
  let at = headerBytes
  for (let i = 0; i < n; i++, at += aircraftBytes) {
    ids[i] = view.getUint32(at, true)
    flags[i] = view.getUint8(at + 4)
    instants[i] = instantAt(view, at + 8)
    lonLat[2 * i] = view.getInt32(at + 16, true)
    lonLat[2 * i + 1] = view.getInt32(at + 20, true)
    heading[i] = view.getFloat32(at + 24, true)
    altitude[i] = view.getFloat32(at + 28, true)
    if (!(flags[i]! & flag.unknown)) checkPosition(lonLat, 2 * i, at + 16)
    if (seen.has(ids[i]!)) throw new FrameError('duplicate', at, `aircraft ${ids[i]} is in it twice`)
    seen.add(ids[i]!)
  }

  const footprintOf = new Uint32Array(m)
  const footprintFlags = new Uint8Array(m)
  const footprintInstants = new Float64Array(m)
  const footprints = new Int32Array(m * 8)
  const footprintCentres = new Int32Array(m * 2)
  const footprintDoubt = new Float32Array(m)
  for (let i = 0; i < m; i++, at += footprintBytes) {
    footprintOf[i] = view.getUint32(at, true)
    footprintFlags[i] = view.getUint8(at + 4)
    footprintInstants[i] = instantAt(view, at + 8)
    for (let k = 0; k < 8; k++) footprints[8 * i + k] = view.getInt32(at + 16 + 4 * k, true)
    footprintCentres[2 * i] = view.getInt32(at + 48, true)
    footprintCentres[2 * i + 1] = view.getInt32(at + 52, true)
    footprintDoubt[i] = view.getFloat32(at + 56, true)
    if (!(footprintFlags[i]! & flag.unknown)) {
      for (let k = 0; k < 8; k += 2) checkPosition(footprints, 8 * i + k, at + 16 + 4 * k)
      checkPosition(footprintCentres, 2 * i, at + 48)
    }
  }
  return {
    sequence, time: instantAt(view, 8), ids, flags, instants, lonLat, heading, altitude,
    footprintOf, footprintFlags, footprintInstants, footprints, footprintCentres, footprintDoubt,
  }
}

/** Microseconds to milliseconds; refused where a clock could not show it, so that no date downstream is invalid. */
function instantAt(view: DataView, offset: number): number {
  const high = view.getInt32(offset + 4, true)
  const ms = (high * 4294967296 + view.getUint32(offset, true)) / 1000
  if (Math.abs(ms) > 8.64e15) throw new FrameError('instant', offset, 'an instant beyond the calendar')
  return ms
}

function checkPosition(lonLat: Int32Array, i: number, offset: number): void {
  const lon = lonLat[i]!
  const lat = lonLat[i + 1]!
  if (lon < -1_800_000_000 || lon > 1_800_000_000 || lat < -900_000_000 || lat > 900_000_000) {
    throw new FrameError('position', offset, `${lon / 1e7}, ${lat / 1e7} is no place`)
  }
}

export const emptyFrame: MovingFrame = {
  sequence: 0, time: 0,
  ids: new Uint32Array(), flags: new Uint8Array(), instants: new Float64Array(), lonLat: new Int32Array(),
  heading: new Float32Array(), altitude: new Float32Array(),
  footprintOf: new Uint32Array(), footprintFlags: new Uint8Array(), footprintInstants: new Float64Array(),
  footprints: new Int32Array(), footprintCentres: new Int32Array(), footprintDoubt: new Float32Array(),
}

/** The message of a frame. The server writes its own; this one is for replays within the page, the bench and the tests. */
export function encodeFrame(frame: MovingFrame): ArrayBuffer {
  const n = frame.ids.length
  const m = frame.footprintOf.length
  const buffer = new ArrayBuffer(headerBytes + n * aircraftBytes + m * footprintBytes)
  const view = new DataView(buffer)
  const instant = (offset: number, ms: number) => view.setBigInt64(offset, BigInt(Math.round(ms * 1000)), true)
  view.setUint32(0, magic, true)
  view.setUint32(4, frame.sequence, true)
  instant(8, frame.time)
  view.setUint32(16, n, true)
  view.setUint32(20, m, true)
  let at = headerBytes
  for (let i = 0; i < n; i++, at += aircraftBytes) {
    view.setUint32(at, frame.ids[i]!, true)
    view.setUint8(at + 4, frame.flags[i]!)
    instant(at + 8, frame.instants[i]!)
    view.setInt32(at + 16, frame.lonLat[2 * i]!, true)
    view.setInt32(at + 20, frame.lonLat[2 * i + 1]!, true)
    view.setFloat32(at + 24, frame.heading[i]!, true)
    view.setFloat32(at + 28, frame.altitude[i]!, true)
  }
  for (let i = 0; i < m; i++, at += footprintBytes) {
    view.setUint32(at, frame.footprintOf[i]!, true)
    view.setUint8(at + 4, frame.footprintFlags[i]!)
    instant(at + 8, frame.footprintInstants[i]!)
    for (let k = 0; k < 8; k++) view.setInt32(at + 16 + 4 * k, frame.footprints[8 * i + k]!, true)
    view.setInt32(at + 48, frame.footprintCentres[2 * i]!, true)
    view.setInt32(at + 52, frame.footprintCentres[2 * i + 1]!, true)
    view.setFloat32(at + 56, frame.footprintDoubt[i]!, true)
  }
  return buffer
}
