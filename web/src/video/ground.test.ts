import { describe, expect, it } from 'vitest'
import { groundAt, pictureOf } from './ground'

// A camera at 5,000 m looks down obliquely on a plane in metres; its rays are cut with the ground by hand, apart from the code.
function oblique(pitch: number, hfov: number, vfov: number, heading: number) {
  const rad = Math.PI / 180
  return (u: number, v: number): [number, number] => {
    const x = (2 * u - 1) * Math.tan((hfov / 2) * rad)
    const y = (1 - 2 * v) * Math.tan((vfov / 2) * rad)
    const c = Math.cos(pitch * rad), s = Math.sin(pitch * rad)
    const forward = c + y * s, down = s - y * c
    const k = 5000 / down
    const f = forward * k, r = x * k
    const ch = Math.cos(heading * rad), sh = Math.sin(heading * rad)
    const east = f * sh + r * ch, north = f * ch - r * sh
    return [-110.9 + east / (111_320 * Math.cos(31.3 * rad)), 31.3 + north / 111_320]
  }
}

describe('the ground under a pixel', () => {
  it.each([
    [45, 20, 15, 0],
    [20, 5, 4, 137],
    [80, 40, 30, 271],
  ])('pitch %f, fields %f and %f, heading %f', (pitch, hfov, vfov, heading) => {
    const ray = oblique(pitch, hfov, vfov, heading)
    const corners = [ray(0, 0), ray(1, 0), ray(1, 1), ray(0, 1)] as const
    for (const [u, v] of [[0.5, 0.5], [0.1, 0.9], [0.77, 0.2]] as const) {
      const want = ray(u, v)
      const got = groundAt(corners, u, v)
      expect(got).not.toBeNull()
      const metres = Math.hypot((got![0] - want[0]) * 111_320 * Math.cos(0.5463), (got![1] - want[1]) * 111_320)
      expect(metres).toBeLessThan(0.5)
      const back = pictureOf(corners, got!)
      expect(back![0]).toBeCloseTo(u, 9)
      expect(back![1]).toBeCloseTo(v, 9)
    }
  })
  it('is none beyond the frame or without corners', () => {
    const ray = oblique(45, 20, 15, 0)
    const corners = [ray(0, 0), ray(1, 0), ray(1, 1), ray(0, 1)] as const
    expect(pictureOf(corners, [-110, 31.3])).toBeNull()
    expect(groundAt([], 0.5, 0.5)).toBeNull()
  })
  it('crosses the antimeridian', () => {
    const corners = [[179.9, 1], [-179.9, 1], [-179.9, 0.9], [179.9, 0.9]] as const
    const got = groundAt(corners, 0.75, 0.5)!
    expect(got[0]).toBeCloseTo(-179.95, 9)
    expect(got[1]).toBeCloseTo(0.95, 9)
  })
})
