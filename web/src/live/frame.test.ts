import { describe, expect, test } from 'vitest'
import { decodeFrame, emptyFrame, encodeFrame, FrameError, type FrameFault, type MovingFrame } from './frame'

const frame: MovingFrame = {
  sequence: 4_000_000_000,
  time: 1_764_316_800_123.456,
  ids: Uint32Array.of(7, 4_294_967_295),
  flags: Uint8Array.of(1, 2),
  instants: Float64Array.of(1_764_316_800_000.001, -5),
  lonLat: Int32Array.of(-991_300_000, 194_300_000, 1_800_000_000, -900_000_000),
  heading: Float32Array.of(271.5, NaN),
  altitude: Float32Array.of(NaN, 3048),
  footprintOf: Uint32Array.of(7),
  footprintFlags: Uint8Array.of(1),
  footprintInstants: Float64Array.of(1_764_316_800_000),
  footprints: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  footprintCentres: Int32Array.of(9, 10),
  footprintDoubt: Float32Array.of(12.5),
}

test('what is encoded is decoded', () => {
  const bytes = encodeFrame(frame)
  expect(bytes.byteLength).toBe(24 + 2 * 32 + 64)
  expect(decodeFrame(bytes)).toEqual(frame)
  // also from the middle of a larger buffer, at an odd place
  const wide = new Uint8Array(bytes.byteLength + 3)
  wide.set(new Uint8Array(bytes), 3)
  expect(decodeFrame(wide.subarray(3))).toEqual(frame)
  expect(decodeFrame(encodeFrame(emptyFrame))).toEqual(emptyFrame)
})

test('a message laid out by hand', () => {
  const hex = '4f564c31' + '2a000000' + '00d4a1a3f7440600' + '01000000' + '00000000' // µs 0x000644f7a3a1d400
    + '05000000' + '01000000' + '40420f0000000000' + '80969800' + '00d3ceff' + '0000b442' + '0000c07f'
  const f = decodeFrame(Uint8Array.from(hex.match(/../g)!, (h) => parseInt(h, 16)))
  expect(f.sequence).toBe(42)
  expect(f.time).toBe(Number(0x000644f7a3a1d400n) / 1000)
  expect([...f.ids]).toEqual([5])
  expect([...f.flags]).toEqual([1])
  expect([...f.instants]).toEqual([1000])
  expect([...f.lonLat]).toEqual([10_000_000, -3_222_784])
  expect([...f.heading]).toEqual([90])
  expect(f.altitude[0]).toBeNaN()
})

describe('refused', () => {
  const cases: [string, FrameFault, (bytes: Uint8Array, view: DataView) => Uint8Array | void][] = [
    ['an empty message', 'short', () => new Uint8Array()],
    ['half a header', 'short', (b) => b.slice(0, 23)],
    ['another magic', 'magic', (b) => void (b[3] = 0x32)],
    ['a byte too few', 'length', (b) => b.slice(0, -1)],
    ['a byte too many', 'length', (b) => { const w = new Uint8Array(b.length + 1); w.set(b); return w }],
    ['a count that does not fit', 'length', (_, v) => v.setUint32(16, 3, true)],
    ['a count that would fill the memory', 'count', (_, v) => v.setUint32(20, 0xffffffff, true)],
    ['a time beyond the calendar', 'instant', (_, v) => v.setInt32(12, 0x7fffffff, true)],
    ['an instant beyond the calendar', 'instant', (_, v) => v.setInt32(24 + 12, -0x7fffffff, true)],
    ['a longitude of 181°', 'position', (_, v) => v.setInt32(24 + 16, 1_810_000_000, true)],
    ['a corner at 91° S', 'position', (_, v) => v.setInt32(24 + 64 + 16 + 4, -910_000_000, true)],
    ['one aircraft twice', 'duplicate', (_, v) => v.setUint32(24 + 32, 7, true)],
  ]
  test.each(cases)('%s', (_, fault, spoil) => {
    const bytes = new Uint8Array(encodeFrame(frame))
    const spoilt = spoil(bytes, new DataView(bytes.buffer)) ?? bytes
    expect(() => decodeFrame(spoilt)).toThrow(FrameError)
    try {
      decodeFrame(spoilt)
    } catch (e) {
      expect((e as FrameError).fault).toBe(fault)
    }
  })

  test('a position that is said to be unknown may hold anything', () => {
    const bytes = encodeFrame(frame)
    new DataView(bytes).setInt32(24 + 32 + 16, -2_147_483_648, true)
    expect(decodeFrame(bytes).lonLat[2]).toBe(-2_147_483_648)
  })

  test('any one byte changed is either a frame or a FrameError', () => {
    const whole = new Uint8Array(encodeFrame(frame))
    for (let i = 0; i < whole.length; i++) {
      for (const x of [0x01, 0x80, 0xff]) {
        const bytes = whole.slice()
        bytes[i]! ^= x
        try {
          decodeFrame(bytes)
        } catch (e) {
          expect(e).toBeInstanceOf(FrameError)
        }
      }
    }
  })
})
