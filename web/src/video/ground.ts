// From a pixel to the ground and back, through the four corners of the frame: the picture of a plane is a homography. What relief
// does to it is part of the doubt that the server states beside the corners.
import type { LonLat } from '../map/shape'

type Matrix = readonly [number, number, number, number, number, number, number, number, number]

/** The homography from the unit square (u to the right, v downward) to four points, in the order of the corners. */
function square(c: readonly (readonly [number, number])[]): Matrix | null {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = c as [[number, number], [number, number], [number, number], [number, number]]
  const dx1 = x1 - x2, dx2 = x3 - x2, sx = x0 - x1 + x2 - x3
  const dy1 = y1 - y2, dy2 = y3 - y2, sy = y0 - y1 + y2 - y3
  const det = dx1 * dy2 - dx2 * dy1
  if (det === 0) return null
  const g = (sx * dy2 - dx2 * sy) / det
  const h = (dx1 * sy - sx * dy1) / det
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1]
}

function inverse(m: Matrix): Matrix | null {
  const [a, b, c, d, e, f, g, h, i] = m
  const A = e * i - f * h, B = f * g - d * i, C = d * h - e * g
  const det = a * A + b * B + c * C
  if (det === 0) return null
  return [A / det, (c * h - b * i) / det, (b * f - c * e) / det, B / det, (a * i - c * g) / det, (c * d - a * f) / det, C / det, (b * g - a * h) / det, (a * e - b * d) / det]
}

function apply(m: Matrix, x: number, y: number): [number, number] | null {
  const w = m[6] * x + m[7] * y + m[8]
  // Beyond the horizon of the plane there is no ground.
  if (w <= 1e-12) return null
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w]
}

// Positions are taken relative to the first corner and longitudes shrunk, so that the arithmetic is that of metres.
function plane(corners: readonly LonLat[]) {
  const [lon0, lat0] = corners[0] as LonLat
  const shrink = Math.cos((lat0 * Math.PI) / 180)
  const turn = (lon: number) => lon - 360 * Math.round(lon / 360)
  return {
    to: ([lon, lat]: LonLat): [number, number] => [turn(lon - lon0) * shrink, lat - lat0],
    from: ([x, y]: [number, number]): LonLat => [turn(lon0 + x / shrink), lat0 + y],
  }
}

/** The ground under a point of the picture, u and v from 0 to 1 from its upper left; null where there is none. */
export function groundAt(corners: readonly LonLat[], u: number, v: number): LonLat | null {
  if (corners.length !== 4) return null
  const p = plane(corners)
  const m = square(corners.map(p.to))
  const at = m && apply(m, u, v)
  return at && p.from(at)
}

/** Where a place is in the picture; null where it is not in it. */
export function pictureOf(corners: readonly LonLat[], at: LonLat): [number, number] | null {
  if (corners.length !== 4) return null
  const p = plane(corners)
  const m = square(corners.map(p.to))
  const back = m && inverse(m)
  const [x, y] = p.to(at)
  const uv = back && apply(back, x, y)
  return uv && uv[0] >= 0 && uv[0] <= 1 && uv[1] >= 0 && uv[1] <= 1 ? uv : null
}
