// Universal Transverse Mercator by Krüger's series in the third flattening, sixth order: well under a millimetre in a zone.
import { wrapLongitude, type Place } from './place'

export interface Utm {
  readonly zone: number
  /** latitude band, C to X; its half of the alphabet tells the hemisphere */
  readonly band: string
  readonly easting: number
  readonly northing: number
}

const a = 6378137
const f = 1 / 298.257223563
const e = Math.sqrt(f * (2 - f))
const scale = 0.9996
const degree = Math.PI / 180
const bands = 'CDEFGHJKLMNPQRSTUVWX'

const n = f / (2 - f)
const rectifying = (a / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64 + n ** 6 / 256)
const forth = [
  n / 2 - (2 / 3) * n ** 2 + (5 / 16) * n ** 3 + (41 / 180) * n ** 4 - (127 / 288) * n ** 5 + (7891 / 37800) * n ** 6,
  (13 / 48) * n ** 2 - (3 / 5) * n ** 3 + (557 / 1440) * n ** 4 + (281 / 630) * n ** 5 - (1983433 / 1935360) * n ** 6,
  (61 / 240) * n ** 3 - (103 / 140) * n ** 4 + (15061 / 26880) * n ** 5 + (167603 / 181440) * n ** 6,
  (49561 / 161280) * n ** 4 - (179 / 168) * n ** 5 + (6601661 / 7257600) * n ** 6,
  (34729 / 80640) * n ** 5 - (3418889 / 1995840) * n ** 6,
  (212378941 / 319334400) * n ** 6,
]
const back = [
  n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3 - (1 / 360) * n ** 4 - (81 / 512) * n ** 5 + (96199 / 604800) * n ** 6,
  (1 / 48) * n ** 2 + (1 / 15) * n ** 3 - (437 / 1440) * n ** 4 + (46 / 105) * n ** 5 - (1118711 / 3870720) * n ** 6,
  (17 / 480) * n ** 3 - (37 / 840) * n ** 4 - (209 / 4480) * n ** 5 + (5569 / 90720) * n ** 6,
  (4397 / 161280) * n ** 4 - (11 / 504) * n ** 5 - (830251 / 7257600) * n ** 6,
  (4583 / 161280) * n ** 5 - (108847 / 3991680) * n ** 6,
  (20648693 / 638668800) * n ** 6,
]

const centralMeridian = (zone: number) => zone * 6 - 183

/** The zone a place belongs to, with the exceptions for Norway and Svalbard. */
export function zoneOf(place: Place): number {
  const lon = wrapLongitude(place.lon)
  const { lat } = place
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32
  if (lat >= 72 && lat <= 84 && lon >= 0 && lon < 42) return lon < 9 ? 31 : lon < 21 ? 33 : lon < 33 ? 35 : 37
  return Math.min(60, Math.floor((lon + 180) / 6) + 1)
}

export function bandOf(lat: number): string | undefined {
  if (!(lat >= -80 && lat <= 84)) return undefined
  return bands[Math.min(19, Math.floor((lat + 80) / 8))]
}

/** The south and north edge of a band in degrees. */
export function bandLimits(band: string): [number, number] | undefined {
  const i = bands.indexOf(band)
  if (i < 0 || band.length !== 1) return undefined
  return [i * 8 - 80, i === 19 ? 84 : i * 8 - 72]
}

/** Undefined beyond 80° S and 84° N, where the grid ends. */
export function toUtm(place: Place): Utm | undefined {
  const band = bandOf(place.lat)
  if (!band) return undefined
  const zone = zoneOf(place)
  const turn = wrapLongitude(place.lon - centralMeridian(zone)) * degree
  const sinLat = Math.sin(place.lat * degree)
  const t = Math.sinh(Math.atanh(sinLat) - e * Math.atanh(e * sinLat))
  const xi = Math.atan2(t, Math.cos(turn))
  const eta = Math.atanh(Math.sin(turn) / Math.hypot(1, t))
  let x = eta
  let y = xi
  forth.forEach((c, i) => {
    const k = 2 * (i + 1)
    x += c * Math.cos(k * xi) * Math.sinh(k * eta)
    y += c * Math.sin(k * xi) * Math.cosh(k * eta)
  })
  const northing = scale * rectifying * y
  return {
    zone,
    band,
    easting: 500_000 + scale * rectifying * x,
    northing: place.lat < 0 ? northing + 10_000_000 : northing,
  }
}

export function fromUtm(zone: number, south: boolean, easting: number, northing: number): Place {
  const eta0 = (easting - 500_000) / (scale * rectifying)
  const xi0 = (south ? northing - 10_000_000 : northing) / (scale * rectifying)
  let xi = xi0
  let eta = eta0
  back.forEach((c, i) => {
    const k = 2 * (i + 1)
    xi -= c * Math.sin(k * xi0) * Math.cosh(k * eta0)
    eta -= c * Math.cos(k * xi0) * Math.sinh(k * eta0)
  })
  const conformal = Math.sin(xi) / Math.cosh(eta)
  const t0 = conformal / Math.sqrt(1 - conformal * conformal)
  // from conformal latitude back to geographic: Newton's method, settled in three rounds
  let t = t0
  for (let i = 0; i < 5; i++) {
    const h = Math.hypot(1, t)
    const s = Math.sinh(e * Math.atanh((e * t) / h))
    const ti = t * Math.hypot(1, s) - s * h
    t += ((t0 - ti) / Math.hypot(1, ti)) * ((1 + (1 - e * e) * t * t) / ((1 - e * e) * h))
  }
  return {
    lat: Math.atan(t) / degree,
    lon: wrapLongitude(centralMeridian(zone) + Math.atan2(Math.sinh(eta), Math.cos(xi)) / degree),
  }
}
