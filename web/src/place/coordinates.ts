// Places as people write them. What is pasted is understood in any of the forms, in English and Spanish; what could be read
// in two ways is given in both, and what cannot be a place is refused rather than guessed.
import { inverse as mgrsBox, forward as mgrsOf } from 'mgrs'
import { wrapLongitude, type Place } from './place'
import { bandLimits, fromUtm, toUtm, zoneOf } from './utm'

export type Form = 'DD' | 'DMM' | 'DMS' | 'MGRS' | 'UTM'
export const forms: readonly Form[] = ['DD', 'DMM', 'DMS', 'MGRS', 'UTM']
export type Language = 'en' | 'es'

export interface Parsed extends Place {
  readonly form: Form
  /** The other place the same text can mean: "14S 500000 4000000" names a band in one custom, a hemisphere in the other. */
  readonly otherwise?: Place
}

/** The place a text names, or undefined. A bare pair is latitude, then longitude. */
export function parse(text: string): Parsed | undefined {
  if (text.length > 200) return undefined
  const t = tidy(text)
  return parseMgrs(t) ?? parseUtm(t) ?? parsePacked(t) ?? parseAngles(t)
}

function tidy(text: string): string {
  return text
    .normalize('NFKC') // full-width digits, º, and the thin spaces become plain
    .toUpperCase()
    .replace(/^\s*GEO:/, '')
    .replace(/[−–—‒‐‑]/g, '-')
    .replace(/[′’‘´`ʹ]/g, "'")
    .replace(/''|[″”“ʺ]/g, '"')
    .replace(/[°˚]|\bDEG\b|(?<=\d)O(?=\d)/g, '°')
    .replace(/\s+/g, ' ')
    .replace(/ ̊/g, '°') // NFKC takes the ring above apart
    .trim()
}

function parseMgrs(t: string): Parsed | undefined {
  const m = /^(\d{1,2}) ?([C-HJ-NP-X]) ?([A-HJ-NP-Z]{2}) ?(\d{0,5}) ?(\d{0,5})$/.exec(t)
  if (!m) return undefined
  let [, zone, band, square, east, north] = m as unknown as [string, string, string, string, string, string]
  if (north === '') {
    if (east.length % 2) return undefined
    north = east.slice(east.length / 2)
    east = east.slice(0, east.length / 2)
  } else if (/^\S*\d{6,}$/.test(t.replace(/ /g, '')) && !/\d \d/.test(t.slice(t.indexOf(square)))) {
    // written without a space the expression above splits the digits where it likes
    const digits = east + north
    if (digits.length % 2) return undefined
    east = digits.slice(0, digits.length / 2)
    north = digits.slice(digits.length / 2)
  }
  if (east.length !== north.length || +zone < 1 || +zone > 60) return undefined
  try {
    const [west, south, right, top] = mgrsBox(`${+zone}${band}${square}${east}${north}`)
    const place = { lon: wrapLongitude((west + right) / 2), lat: (south + top) / 2 }
    // A square that does not exist in this zone and band decodes to somewhere else: refuse it.
    const limits = bandLimits(band)
    const cell = 100_000 / 10 ** east.length / 111_000
    if (!limits || !(place.lat > limits[0] - cell && place.lat < limits[1] + cell)) return undefined
    const reach = (zoneOf(place) === +zone ? 6 : 3.1) + cell / Math.cos((place.lat * Math.PI) / 180)
    if (Math.abs(wrapLongitude(place.lon - (+zone * 6 - 183))) > reach) return undefined
    return { ...place, form: 'MGRS' }
  } catch {
    return undefined // the library throws on what it cannot decode
  }
}

function parseUtm(t: string): Parsed | undefined {
  const m = /^(?:UTM )?(?:ZON[EA] )?(\d{1,2}) ?([C-HJ-NP-X])[ ,;]+(\d{5,6}(?:\.\d+)?) ?(?:M ?)?E?[ ,;]+(\d{1,8}(?:\.\d+)?) ?(?:M ?)?N?$/.exec(t)
  if (!m) return undefined
  const [, zoneText, letter, eastText, northText] = m as unknown as [string, string, string, string, string]
  const zone = +zoneText
  const east = +eastText
  const north = +northText
  if (zone < 1 || zone > 60 || east < 100_000 || east >= 900_000 || north > 10_000_000) return undefined
  const read = (south: boolean, limits: [number, number]) => {
    const p = fromUtm(zone, south, east, north)
    return p.lat >= limits[0] - 0.01 && p.lat <= limits[1] + 0.01 ? p : undefined
  }
  const asBand = read(letter < 'N', bandLimits(letter)!)
  const asHemisphere = letter === 'S' ? read(true, [-80, 0]) : letter === 'N' ? read(false, [0, 84]) : undefined
  const place = asBand ?? asHemisphere
  if (!place) return undefined
  const twice = asBand && asHemisphere && Math.abs(asBand.lat - asHemisphere.lat) > 1
  return { ...place, form: 'UTM', ...(twice ? { otherwise: asHemisphere } : {}) }
}

/** 192557N0990759W, as notices to airmen write it, and ISO 6709: +19.4325-099.1330/. */
function parsePacked(t: string): Parsed | undefined {
  const packed = /^(\d{2})(\d{2})(\d{2}(?:\.\d+)?)?([NS]) ?(\d{3})(\d{2})(\d{2}(?:\.\d+)?)?([EWO])$/.exec(t)
  if (packed) {
    const [, d1, m1, s1, h1, d2, m2, s2, h2] = packed
    if ((s1 === undefined) !== (s2 === undefined)) return undefined
    return place([+d1!, +m1!, +(s1 ?? 0)], h1 === 'S', [+d2!, +m2!, +(s2 ?? 0)], h2 !== 'E', s1 === undefined ? 'DMM' : 'DMS')
  }
  const iso = /^([+-])(\d{2}(?:\.\d+)?)([+-])(\d{3}(?:\.\d+)?)\/?$/.exec(t)
  if (iso) return place([+iso[2]!], iso[1] === '-', [+iso[4]!], iso[3] === '-', 'DD')
  return undefined
}

interface Angle {
  parts: number[]
  negative: boolean | undefined
  axis: 'lat' | 'lon' | undefined
  hemisphere: boolean
}

const words: [RegExp, string][] = [
  [/\b(?:LATITUDE|LATITUD|LAT)\b\.? ?[:=]? ?/g, ' «'],
  [/\b(?:LONGITUDE|LONGITUD|LONG|LON|LNG)\b\.? ?[:=]? ?/g, ' »'],
  [/\b(?:NORTH|NORTE)\b/g, 'N'],
  [/\b(?:SOUTH|SUR)\b/g, 'S'],
  [/\b(?:EAST|ESTE)\b/g, 'E'],
  [/\b(?:WEST|OESTE)\b/g, 'W'],
]

function parseAngles(t: string): Parsed | undefined {
  let s = t
  for (const [word, sign] of words) s = s.replace(word, sign)
  s = s.replace(/(?<=[\d°'" ])O(?![A-Z])|(?<![A-Z])O(?=[ \d])/g, 'W').replace(/^[([]|[)\]]$/g, '')
  if (/[([]/.test(t) && /\[/.test(t)) return undefined // a bracketed pair is GeoJSON's order as often as not
  // "19,43 -99,13": two commas, each tight between digits, no point anywhere, and something else to part the pair
  if (!s.includes('.')) {
    const tight = s.match(/\d,\d/g)?.length ?? 0
    const loose = s.match(/,/g)?.length ?? 0
    if (tight === 2 && (loose === 2 || loose === 3) && !/\d,\d+,\d/.test(s)) s = s.replace(/(\d),(?=\d)/g, '$1.')
  }
  const tokens = s.match(/[+-]? ?\d+(?:\.\d*)?|[NSEW]|[°'"]|[,;/]|[«»]|[^\s]/g)
  if (!tokens) return undefined
  const angles = split(tokens)
  if (!angles) return undefined
  let [first, second] = angles
  if (first.axis === 'lon' || second.axis === 'lat') [first, second] = [second, first]
  if (first.axis === 'lon' || second.axis === 'lat') return undefined
  if (first.hemisphere !== second.hemisphere) return undefined // "19N 99": which half of the world is not said
  if (first.parts.length !== second.parts.length) return undefined
  const form: Form = first.parts.length === 1 ? 'DD' : first.parts.length === 2 ? 'DMM' : 'DMS'
  return place(first.parts, first.negative ?? false, second.parts, second.negative ?? false, form)
}

/** Parts the words of a pair into two angles: at letters where there are letters, else at the comma, the degree sign, or half way. */
function split(tokens: string[]): [Angle, Angle] | undefined {
  const isNumber = (k: string) => /\d/.test(k)
  const numbers = tokens.filter(isNumber).length
  const leading = /^[NSEW«»]$/.test(tokens[0]!)
  const separator = tokens.findIndex((k, i) => /[,;/]/.test(k) && i > 0 && tokens.slice(0, i).filter(isNumber).length * 2 === numbers)
  const signed = tokens.findIndex((k, i) => i > 0 && /^[+-]/.test(k))
  const angles: Angle[] = []
  let now: Angle | undefined
  let mark = -1
  const open = () => {
    now = { parts: [], negative: undefined, axis: undefined, hemisphere: false }
    mark = -1
    angles.push(now)
    return now
  }
  for (let i = 0; i < tokens.length; i++) {
    const k = tokens[i]!
    if (isNumber(k)) {
      const full = !now || (!leading && now.hemisphere) || (i === signed && now.parts.length > 0)
        || (separator < 0 && signed < 0 && numbers % 2 === 0 && now.parts.length * 2 === numbers)
      const at = full ? open() : now!
      if (/^[+-]/.test(k)) {
        if (at.parts.length > 0) return undefined
        at.negative = k.startsWith('-')
      }
      if (at.parts.length > 0 && !Number.isInteger(at.parts[at.parts.length - 1])) return undefined // only the last may have a fraction
      at.parts.push(+k.replace(/[+ -]/g, ''))
      if (at.parts.length > 3) return undefined
    } else if (/^[NSEW]$/.test(k)) {
      const at = leading ? (now && now.parts.length === 0 && !now.hemisphere ? now : open()) : now
      if (!at || at.hemisphere || at.negative !== undefined) return undefined
      const axis = k === 'N' || k === 'S' ? 'lat' : 'lon'
      if (at.axis && at.axis !== axis) return undefined
      at.axis = axis
      at.negative = k === 'S' || k === 'W'
      at.hemisphere = true
    } else if (k === '«' || k === '»') {
      open().axis = k === '«' ? 'lat' : 'lon'
    } else if (/[°'"]/.test(k)) {
      const place = '°\'"'.indexOf(k)
      if (!now || now.parts.length !== place + 1 || place <= mark) return undefined
      mark = place
    } else if (/[,;/]/.test(k)) {
      if (!now) return undefined
      if (i === separator) {
        const next = tokens[i + 1]
        if (next === undefined) return undefined
        if (isNumber(next)) open()
      } else if (i !== tokens.length - 1 || k === ',') return undefined
    } else return undefined
  }
  const filled = angles.filter((x) => x.parts.length > 0)
  if (filled.length !== 2 || filled.length !== angles.length) return undefined
  return [filled[0]!, filled[1]!]
}

function place(lat: number[], south: boolean, lon: number[], west: boolean, form: Form): Parsed | undefined {
  const degrees = (parts: number[], negative: boolean) => {
    const [d, m = 0, s = 0] = parts
    if (d === undefined || m >= 60 || s >= 60) return NaN
    const sum = d + m / 60 + s / 3600
    return negative ? -sum : sum
  }
  const y = degrees(lat, south)
  const x = degrees(lon, west)
  return Math.abs(y) <= 90 && Math.abs(x) <= 180 ? { lat: y, lon: x, form } : undefined
}

/** A place in one of the forms; undefined where the form has no word for it (MGRS and UTM near the poles). */
export function print(at: Place, form: Form, language: Language = 'en'): string | undefined {
  if (!(Math.abs(at.lat) <= 90) || !Number.isFinite(at.lon)) return undefined
  const lon = wrapLongitude(at.lon)
  switch (form) {
    case 'DD':
      return `${signed(at.lat, 5)}, ${signed(lon, 5)}`
    case 'DMM':
    case 'DMS':
      return `${sexagesimal(at.lat, 2, form)}${at.lat < 0 ? 'S' : 'N'} ${sexagesimal(lon, 3, form)}${lon < 0 ? west(language) : 'E'}`
    case 'MGRS': {
      if (!toUtm(at)) return undefined
      const m = /^(\d+)(.)(..)(.{5})(.{5})$/.exec(mgrsOf([lon, at.lat], 5))
      return m ? `${m[1]!.padStart(2, '0')}${m[2]} ${m[3]} ${m[4]} ${m[5]}` : undefined
    }
    case 'UTM': {
      const u = toUtm(at)
      return u && `${String(u.zone).padStart(2, '0')}${u.band} ${Math.floor(u.easting)} ${String(Math.floor(u.northing)).padStart(7, '0')}`
    }
  }
}

const west = (language: Language) => (language === 'es' ? 'O' : 'W')

function signed(degrees: number, digits: number): string {
  const s = degrees.toFixed(digits)
  return /^-0\.?0*$/.test(s) ? s.slice(1) : s
}

/** Rounded once, in the smallest unit, so that no minute or second of 60 can appear. */
function sexagesimal(degrees: number, width: number, form: 'DMM' | 'DMS'): string {
  const unit = form === 'DMM' ? 1000 : 10
  const whole = form === 'DMM' ? 60 : 3600
  const ticks = Math.round(Math.abs(degrees) * whole * unit)
  const d = String(Math.floor(ticks / (whole * unit))).padStart(width, '0')
  if (form === 'DMM') {
    const m = ((ticks % (60 * unit)) / unit).toFixed(3).padStart(6, '0')
    return `${d}°${m}'`
  }
  const m = String(Math.floor((ticks % (3600 * unit)) / (60 * unit))).padStart(2, '0')
  const s = ((ticks % (60 * unit)) / unit).toFixed(1).padStart(4, '0')
  return `${d}°${m}'${s}"`
}
