import { describe, expect, test } from 'vitest'
import { emptyFrame, type MovingFrame } from '../live/frame'
import {
  aircraftStride, copies, cornerStride, hits, lineStride, mark, matrixAt, mercatorX, mercatorY, pack, project, quadTriangles, readBack, type Lie,
} from './moving-geometry'

const e7 = (...degrees: number[]) => Int32Array.from(degrees, (d) => Math.round(d * 1e7))

function frame(part: Partial<MovingFrame>): MovingFrame {
  const n = part.ids?.length ?? 0
  const m = part.footprintOf?.length ?? 0
  return {
    ...emptyFrame, time: 1000, flags: new Uint8Array(n), instants: new Float64Array(n), heading: new Float32Array(n), altitude: new Float32Array(n),
    footprintFlags: new Uint8Array(m), footprintInstants: new Float64Array(m), footprintDoubt: new Float32Array(m), footprintCentres: new Int32Array(2 * m), ...part,
  }
}

/** A plain view: so many pixels a world, its left upper corner at a world coordinate. */
function lieOf(left: number, top: number, width: number, height: number, world: number): Lie {
  const m = new Float64Array(16)
  m[0] = (2 * world) / width
  m[5] = (-2 * world) / height
  m[10] = 1
  m[12] = (-2 * world * left) / width - 1
  m[13] = (2 * world * top) / height + 1
  m[15] = 1
  return { matrix: m, width, height, west: left, east: left + width / world }
}

describe('the triangles of a quad', () => {
  const area = (x: number[], y: number[], t: number[]) =>
    [0, 3].map((k) => {
      const [a, b, c] = t.slice(k, k + 3) as [number, number, number]
      return Math.abs((x[b]! - x[a]!) * (y[c]! - y[a]!) - (y[b]! - y[a]!) * (x[c]! - x[a]!)) / 2
    }).reduce((s, v) => s + v, 0)

  test.each<[string, number[], number[], number]>([
    ['a square', [0, 1, 1, 0], [0, 0, 1, 1], 1],
    ['a square the other way round', [0, 0, 1, 1], [0, 1, 1, 0], 1],
    ['crossed sides', [0, 1, 0, 1], [0, 1, 1, 0], 1],
    ['the other sides crossed', [0, 0, 1, 1], [0, 1, 0, 1], 1],
    ['an arrow head, its notch first', [1, 0, 4, 0], [0, 2, 0, -2], 6],
    ['an arrow head, its notch second', [0, 1, 0, 4], [-2, 0, 2, 0], 6],
    ['an arrow head, its notch third', [4, 0, 1, 0], [0, 2, 0, -2], 6],
    ['an arrow head, its notch last', [0, 4, 0, 1], [-2, 0, 2, 0], 6],
    ['nothing: all on one line', [0, 1, 2, 3], [0, 0, 0, 0], 0],
  ])('%s', (_, x, y, expected) => {
    const [order, triangles] = quadTriangles(x, y)
    expect([...order].sort()).toEqual([0, 1, 2, 3])
    expect(area(x, y, triangles)).toBeCloseTo(expected, 9)
  })
})

describe('what is read back from the buffers', () => {
  const quads: [string, number[]][] = [
    ['a quad', [-110.86, 31.33, -110.85, 31.33, -110.85, 31.32, -110.86, 31.32]],
    ['with a notch first', [-110.858, 31.33, -110.86, 31.334, -110.852, 31.33, -110.86, 31.326]],
    ['with a notch second', [-110.86, 31.326, -110.858, 31.33, -110.86, 31.334, -110.852, 31.33]],
    ['across 180°', [179.99, 10, -179.99, 10, -179.99, 9.98, 179.99, 9.98]],
  ]
  test.each(quads)('%s', (_, corners) => {
    const f = frame({
      ids: Uint32Array.of(7), instants: Float64Array.of(900), lonLat: e7(corners[0]!, corners[1]!), footprintOf: Uint32Array.of(7),
      footprintInstants: Float64Array.of(933.25), footprints: e7(...corners), footprintCentres: e7(corners[0]!, corners[1]!),
    })
    const packed = pack(f, { x: mercatorX(corners[0]!), y: mercatorY(corners[1]!) }, new Set())
    const { aircraft, footprints } = readBack(packed, f.time, 1000, 10, 120)
    expect(footprints).toHaveLength(1)
    expect(footprints[0]!.instant).toBeCloseTo(933.25, 3)
    footprints[0]!.corners.forEach(([lon, lat], i) => {
      expect(lon).toBeCloseTo(corners[2 * i]!, 7)
      expect(lat).toBeCloseTo(corners[2 * i + 1]!, 7)
    })
    expect(aircraft[0]!.instant).toBeCloseTo(900, 3)
    expect(aircraft[0]!.at[0]).toBeCloseTo(corners[0]!, 7)
    expect(aircraft[0]!.at[1]).toBeCloseTo(corners[1]!, 7)
    // Grown old: first it looks it, then the footprint is gone.
    expect(readBack(packed, f.time, 20_000, 10, 120).footprints[0]!.stale).toBe(true)
    expect(readBack(packed, f.time, 130_000, 10, 120)).toEqual({ aircraft: [{ ...aircraft[0]!, stale: true }], footprints: [] })
  })
})

describe('pack', () => {
  const moving = frame({
    ids: Uint32Array.of(1, 2, 3),
    flags: Uint8Array.of(0, 2, 1),
    instants: Float64Array.of(1000, 1000, -4000),
    lonLat: e7(179.9, 10, 0, 0, -179.9, 10),
    heading: Float32Array.of(90, 0, NaN),
    footprintOf: Uint32Array.of(3),
    footprintFlags: Uint8Array.of(1),
    footprintInstants: Float64Array.of(500),
    footprints: e7(179.95, 10, -179.95, 10, -179.95, 10.1, 179.95, 10.1),
    footprintCentres: e7(180, 10.05),
  })
  const origin = { x: mercatorX(179), y: mercatorY(10) }

  test('near the origin on both sides of 180°, what is selected last, what has no position left out', () => {
    const p = pack(moving, origin, new Set([1]))
    expect(p.aircraft.length).toBe(2 * aircraftStride)
    expect(p.aircraft[0]).toBeCloseTo(1.1 / 360, 7)
    expect(p.aircraft[aircraftStride]).toBeCloseTo(0.9 / 360, 7)
    expect(p.aircraft[3]).toBe(-5)
    expect(p.aircraft[4]).toBe(mark.provisional | mark.noHeading)
    expect(p.aircraft[aircraftStride + 2]).toBeCloseTo(Math.PI / 2, 6)
    expect(p.aircraft[aircraftStride + 4]).toBe(mark.selected)
  })

  test('a footprint across 180° is as narrow as it is, with its outline and its line of sight', () => {
    const p = pack(moving, origin, new Set())
    expect(p.corners.length).toBe(6 * cornerStride)
    const xs = Array.from({ length: 6 }, (_, i) => p.corners[i * cornerStride]!)
    expect(Math.max(...xs) - Math.min(...xs)).toBeCloseTo(0.1 / 360, 7)
    expect(p.lines.length).toBe(5 * lineStride)
    expect(p.lines[4 * lineStride + 5]).toBe(mark.provisional | mark.sensor)
    expect(p.lines[4]).toBe(-0.5)
    expect(p.reach[1]).toBeCloseTo(1.1 / 360, 6)
  })

  test('with the origin in the matrix a metre is still a metre at zoom 18', () => {
    const world = 512 * 2 ** 18
    const at = { x: mercatorX(-106.420001), y: mercatorY(31.630001) }
    const near = { x: mercatorX(-106.42), y: mercatorY(31.63) }
    const lie = lieOf(near.x - 500 / world, near.y - 300 / world, 1000, 600, world)
    const exact = project(lie.matrix, 1000, 600, at.x, at.y)!
    const narrow = matrixAt(lie.matrix, near.x, near.y)
    const through = project(narrow, 1000, 600, Math.fround(at.x - near.x), Math.fround(at.y - near.y))!
    expect(Math.hypot(through.x - exact.x, through.y - exact.y)).toBeLessThan(0.05)
  })
})

describe('hits', () => {
  const world = 512 * 4
  const seen = frame({
    ids: Uint32Array.of(10, 11, 12),
    flags: Uint8Array.of(0, 0, 2),
    lonLat: e7(-99, 19, -98, 19, -99, 19),
    instants: Float64Array.of(1000, 1000, 1000),
    footprintOf: Uint32Array.of(10, 11),
    footprintInstants: Float64Array.of(900, 950),
    footprints: e7(-100, 18, -98, 18, -98, 20, -100, 20, -100, 18, -96, 18, -96, 20, -100, 20),
  })
  const lie = lieOf(mercatorX(-110), mercatorY(30), 1000, 600, world)
  const pixel = (lon: number, lat: number) => project(lie.matrix, 1000, 600, mercatorX(lon), mercatorY(lat))!

  test('the nearest aircraft first, then footprints, the newest first; what has no position is not hit', () => {
    const p = pixel(-99, 19)
    expect(hits(seen, lie, p.x, p.y, 14, 0).map((h) => [h.kind, h.id])).toEqual([
      ['aircraft', 10], ['aircraft', 11], ['footprint', 11], ['footprint', 10],
    ])
    expect(hits(seen, lie, p.x, p.y, 14, 920).map((h) => h.kind + h.id)).toEqual(['aircraft10', 'aircraft11', 'footprint11'])
    expect(hits(seen, lie, p.x - 300, p.y, 14, 0)).toEqual([])
  })

  test('in every copy of the world', () => {
    const wide = lieOf(-1.2, 0, 1000, 600, 250)
    expect(copies(wide, mercatorX(-99))).toEqual([-1, 0, 1, 2])
    for (const k of [-1, 0, 1, 2]) {
      const p = project(wide.matrix, 1000, 600, mercatorX(-99) + k, mercatorY(19))!
      expect(hits(seen, wide, p.x, p.y, 3, 0)[0]).toMatchObject({ kind: 'aircraft', id: 10 })
    }
  })

  test('a footprint across 180° is hit on both sides of it and nowhere else', () => {
    const dateLine = frame({ footprintOf: Uint32Array.of(5), footprints: e7(179, -1, -179, -1, -179, 1, 179, 1) })
    const view = lieOf(mercatorX(170), mercatorY(5), 1000, 600, 512 * 16)
    for (const lon of [179.5, 180.5]) {
      const p = project(view.matrix, 1000, 600, mercatorX(lon), mercatorY(0))!
      expect(hits(dateLine, view, p.x, p.y, 3, -1).map((h) => h.id)).toEqual([5])
    }
    const out = project(view.matrix, 1000, 600, mercatorX(178), mercatorY(0))!
    expect(hits(dateLine, view, out.x, out.y, 3, -1)).toEqual([])
    const far = lieOf(mercatorX(-20), mercatorY(5), 1000, 600, 512 * 16)
    const p = project(far.matrix, 1000, 600, mercatorX(0), mercatorY(0))!
    expect(hits(dateLine, far, p.x, p.y, 3, -1)).toEqual([])
  })
})
