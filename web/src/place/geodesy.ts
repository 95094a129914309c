// Geodesics on the WGS 84 ellipsoid, for measuring on the screen: good to a few millimetres, antipodes and poles included.
// Figures of record come from the server; nothing here is evidence.
//
// The inverse problem is solved by bisection on the first azimuth rather than by the usual fixed-point iteration, because
// that one does not converge for nearly antipodal places and this one always does. Sixty halvings cost microseconds.
import { nearLongitude, wrapLongitude, type Place } from './place'

const a = 6378137
const f = 1 / 298.257223563
const b = a * (1 - f)
const e2 = f * (2 - f)
const e = Math.sqrt(e2)
const secondE2 = e2 / (1 - e2)
const degree = Math.PI / 180

export interface Geodesic {
  /** metres */
  readonly distance: number
  /** degrees clockwise from north at the first place, 0 <= bearing < 360 */
  readonly bearing: number
}

/** How an arc on the auxiliary sphere maps to metres and to longitude, for one geodesic (one equatorial azimuth). */
function arcSeries(sinAlpha0: number) {
  const cos2 = 1 - sinAlpha0 * sinAlpha0
  const u2 = cos2 * secondE2
  const A = 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
  const B = (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
  const C = (f / 16) * cos2 * (4 + f * (4 - 3 * cos2))
  return {
    A,
    correction(sigma: number, cos2m: number) {
      const s = Math.sin(sigma)
      const c = Math.cos(sigma)
      const m2 = cos2m * cos2m
      return B * s * (cos2m + (B / 4) * (c * (-1 + 2 * m2) - (B / 6) * cos2m * (-3 + 4 * s * s) * (-3 + 4 * m2)))
    },
    longitude(sigma: number, cos2m: number) {
      const s = Math.sin(sigma)
      const c = Math.cos(sigma)
      return (1 - C) * f * sinAlpha0 * (sigma + C * s * (cos2m + C * c * (-1 + 2 * cos2m * cos2m)))
    },
  }
}

const reduced = (lat: number) => Math.atan((1 - f) * Math.tan(lat * degree))

/** The geodesic from one place to another. Between coincident places the bearing is 0. */
export function inverse(from: Place, to: Place): Geodesic {
  let b1 = Math.abs(from.lat) === 90 ? from.lat * degree : reduced(from.lat)
  let b2 = Math.abs(to.lat) === 90 ? to.lat * degree : reduced(to.lat)
  const turn = nearLongitude(to.lon - from.lon, 0) * degree
  const lambda = Math.abs(turn)
  // Every case is a mirror image of one that starts in the south, ends no nearer to the pole, and runs eastward.
  const swapped = Math.abs(b1) < Math.abs(b2)
  if (swapped) [b1, b2] = [b2, b1]
  const flipped = b1 > 0
  if (flipped) [b1, b2] = [-b1, -b2]
  if (b1 === 0 && lambda <= (1 - f) * Math.PI) {
    // both on the equator, and the equator is the shortest way
    return { distance: a * lambda, bearing: lambda === 0 ? 0 : turn > 0 ? 90 : 270 }
  }
  if (b1 > -1e-14) b1 = -1e-14 // on the equator, but the way over a pole is shorter

  const s1 = Math.sin(b1)
  const c1 = Math.cos(b1)
  const s2 = Math.sin(b2)
  const c2 = Math.cos(b2)
  const shoot = (alpha1: number) => {
    const sinA1 = Math.sin(alpha1)
    const cosA1 = Math.cos(alpha1)
    const sinA0 = sinA1 * c1
    const northward1 = cosA1 * c1
    const northward2 = Math.sqrt(Math.max(0, northward1 * northward1 + (c2 - c1) * (c2 + c1)))
    const sigma1 = Math.atan2(s1, northward1)
    const sigma2 = Math.atan2(s2, northward2)
    let omega = Math.atan2(sinA0 * s2, northward2) - Math.atan2(sinA0 * s1, northward1)
    if (omega < 0) omega += 2 * Math.PI
    let sigma = sigma2 - sigma1
    if (sigma < 0) sigma += 2 * Math.PI
    const cos2m = Math.cos(sigma1 + sigma2)
    const series = arcSeries(sinA0)
    return { sigma, cos2m, series, lambda: omega - series.longitude(sigma, cos2m), sinA0, northward2 }
  }
  let alpha1: number
  if (c1 < 1e-14) alpha1 = lambda // at the pole every way is a meridian
  else if (lambda === 0) alpha1 = 0
  else if (lambda >= Math.PI * (1 - 1e-15)) alpha1 = Math.PI
  else {
    let low = 0
    let high = Math.PI
    for (let i = 0; i < 64; i++) {
      const middle = (low + high) / 2
      if (shoot(middle).lambda < lambda) low = middle
      else high = middle
    }
    alpha1 = (low + high) / 2
  }
  const found = shoot(c1 < 1e-14 ? 0 : alpha1)
  const distance = b * found.series.A * (found.sigma - found.series.correction(found.sigma, found.cos2m))
  if (distance < 1e-6) return { distance: 0, bearing: 0 }
  const alpha2 = c1 < 1e-14 ? 0 : Math.atan2(found.sinA0, found.northward2)
  // Undo the mirrors: seen from the other end the way back runs the opposite way; a flip turns north into south.
  let bearing: number
  if (swapped) bearing = flipped ? alpha2 : Math.PI - alpha2
  else bearing = flipped ? Math.PI - alpha1 : alpha1
  if (turn < 0) bearing = -bearing
  const degrees = (bearing / degree + 360) % 360
  return { distance, bearing: degrees }
}

/** Where one arrives after so many metres on a bearing, and the bearing there. */
export function destination(from: Place, bearing: number, distance: number): Place & { readonly bearing: number } {
  const alpha1 = bearing * degree
  const beta = Math.abs(from.lat) === 90 ? from.lat * degree : reduced(from.lat)
  const s1 = Math.sin(beta)
  const c1 = Math.abs(from.lat) === 90 ? 1e-16 : Math.cos(beta)
  const sinA1 = Math.sin(alpha1)
  const cosA1 = Math.cos(alpha1)
  const sigma1 = Math.atan2(s1, c1 * cosA1)
  const sinA0 = c1 * sinA1
  const series = arcSeries(sinA0)
  const plain = distance / (b * series.A)
  let sigma = plain
  let cos2m = Math.cos(2 * sigma1 + sigma)
  for (let i = 0; i < 20; i++) {
    const next = plain + series.correction(sigma, cos2m)
    const done = Math.abs(next - sigma) < 1e-14
    sigma = next
    cos2m = Math.cos(2 * sigma1 + sigma)
    if (done) break
  }
  const s = Math.sin(sigma)
  const c = Math.cos(sigma)
  const south = s1 * s - c1 * c * cosA1
  const lat = Math.atan2(s1 * c + c1 * s * cosA1, (1 - f) * Math.hypot(sinA0, south))
  const omega = Math.atan2(s * sinA1, c1 * c - s1 * s * cosA1)
  const lambda = omega - series.longitude(sigma, cos2m)
  return {
    lon: wrapLongitude(from.lon + lambda / degree),
    lat: lat / degree,
    bearing: (Math.atan2(sinA0, -south) / degree + 360) % 360,
  }
}

/** Metres along the places in order. */
export function pathLength(path: readonly Place[]): number {
  let sum = 0
  for (let i = 1; i < path.length; i++) sum += inverse(path[i - 1]!, path[i]!).distance
  return sum
}

/** Half the area between the equator and a latitude, per radian of longitude, in units of b²: the authalic function. */
function authalic(sinLat: number): number {
  return (sinLat / (1 - e2 * sinLat * sinLat) + Math.atanh(e * sinLat) / e) / 2
}

/** A place as a point of the ellipsoid: metres from the middle of the earth, toward 0° 0°, 90° east on the equator, and the pole. */
export function onEllipsoid({ lon, lat }: Place): [number, number, number] {
  const [phi, lambda] = [lat * degree, lon * degree]
  const r = a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2)
  return [r * Math.cos(phi) * Math.cos(lambda), r * Math.cos(phi) * Math.sin(lambda), r * (1 - e2) * Math.sin(phi)]
}

/** Square metres between two parallels, over so many degrees of longitude. */
export const zone = (south: number, north: number, width: number): number =>
  b * b * (authalic(Math.sin(north * degree)) - authalic(Math.sin(south * degree))) * width * degree

const nodes = [0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717]
const weights = [0.2955242247147529, 0.2692667193099963, 0.219086362515982, 0.1494513491505806, 0.0666713443086881]

/** Square metres inside the ring of geodesics through the places; order and closing do not matter. */
export function area(ring: readonly Place[]): number {
  let sum = 0
  let winding = 0
  for (let i = 0; i < ring.length; i++) {
    const from = ring[i]!
    const to = ring[(i + 1) % ring.length]!
    const way = inverse(from, to)
    if (way.distance === 0) continue
    winding += nearLongitude(to.lon - from.lon, 0)
    // Gauss's quadrature of the strip between edge and equator, in steps short enough to be exact to the metre
    const steps = Math.max(1, Math.ceil(way.distance / 250_000))
    const half = way.distance / steps / 2
    for (let k = 0; k < steps; k++) {
      for (let j = 0; j < nodes.length; j++) {
        for (const side of [-1, 1]) {
          const p = destination(from, way.bearing, half * (2 * k + 1 + side * nodes[j]!))
          const sinLat = Math.sin(p.lat * degree)
          const radius = (a / Math.sqrt(1 - e2 * sinLat * sinLat)) * Math.cos(p.lat * degree)
          sum += half * weights[j]! * authalic(sinLat) * (Math.sin(p.bearing * degree) / radius)
        }
      }
    }
  }
  const strip = Math.abs(sum) * b * b
  // a ring around a pole encloses what the strips leave over
  return Math.abs(winding) > 180 ? 2 * Math.PI * b * b * authalic(1) - strip : strip
}

/** A circle of constant geodesic radius as a closed ring of [lon, lat]; longitudes run on across 180°. */
export function circle(centre: Place, radius: number, corners = 128): [number, number][] {
  const ring: [number, number][] = []
  for (let i = 0; i < corners; i++) {
    const p = destination(centre, (360 * i) / corners, radius)
    ring.push([nearLongitude(p.lon, centre.lon), p.lat])
  }
  ring.push([...ring[0]!])
  return ring
}

/** The points of a geodesic between two places, near enough to one another to be drawn as straight lines. */
export function geodesicLine(from: Place, to: Place, step = 50_000): [number, number][] {
  const way = inverse(from, to)
  const count = Math.min(200, Math.max(1, Math.ceil(way.distance / step)))
  const line: [number, number][] = [[from.lon, from.lat]]
  let lon = from.lon
  for (let i = 1; i < count; i++) {
    const p = destination(from, way.bearing, (way.distance * i) / count)
    lon = nearLongitude(p.lon, lon)
    line.push([lon, p.lat])
  }
  line.push([nearLongitude(to.lon, lon), to.lat])
  return line
}
