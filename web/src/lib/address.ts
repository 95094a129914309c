// The address restores the exact view: screen, time, selection and map are in it, and nothing else is.
import type { Place } from '../place/place'

export interface View {
  screen: string
  flight: string
  source: string
  place: string // "lat,lon"
  entry: string
  at: number // NaN: live
  takeoff: number // of a plan that is asked about; NaN: as planned
  known: number // by what was known then; NaN: now
  filter: string // what a list is narrowed to, as "party=MEX&kind=claims"
  speed: number
  zoom: number // NaN: the map fits what is shown
  lat: number
  lon: number
  kiosk: boolean
}

export const none: View = { screen: 'live', flight: '', source: '', place: '', entry: '', at: NaN, takeoff: NaN, known: NaN, filter: '', speed: 1, zoom: NaN, lat: NaN, lon: NaN, kiosk: false }

/** The fragment of a view: #/review/LOCAL-2026-0001?at=2026-11-28T07:24:30.123Z&map=7.5/31.33/-110.9 */
export function format(v: View): string {
  const q = new URLSearchParams()
  if (v.source) q.set('source', v.source)
  if (v.place) q.set('place', v.place)
  if (v.entry) q.set('entry', v.entry)
  if (Number.isFinite(v.at)) q.set('at', new Date(v.at).toISOString())
  if (Number.isFinite(v.takeoff)) q.set('takeoff', new Date(v.takeoff).toISOString())
  if (Number.isFinite(v.known)) q.set('known', new Date(v.known).toISOString())
  if (v.filter) q.set('filter', v.filter)
  if (v.speed !== 1) q.set('speed', String(v.speed))
  if (Number.isFinite(v.zoom)) q.set('map', `${round(v.zoom, 2)}/${round(v.lat, 5)}/${round(v.lon, 5)}`)
  if (v.kiosk) q.set('kiosk', '1')
  const query = q.toString().replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',')
  return `#/${v.screen}${v.flight ? '/' + encodeURIComponent(v.flight) : ''}${query ? '?' + query : ''}`
}

/** What a fragment says; what it does not say or says wrongly is as in `none`. */
export function parse(fragment: string): View {
  const v = { ...none }
  const [path = '', query = ''] = fragment.replace(/^#?\/*/, '').split('?', 2)
  const [screen = '', flight = ''] = path.split('/')
  if (/^[a-z]+$/.test(screen)) v.screen = screen
  try {
    v.flight = decodeURIComponent(flight)
  } catch {
    v.flight = ''
  }
  const q = new URLSearchParams(query)
  v.source = q.get('source') ?? ''
  v.place = q.get('place') ?? ''
  v.entry = q.get('entry') ?? ''
  const at = q.get('at')
  if (at) v.at = Date.parse(at)
  v.takeoff = Date.parse(q.get('takeoff') ?? '')
  v.known = Date.parse(q.get('known') ?? '')
  v.filter = q.get('filter') ?? ''
  const speed = Number(q.get('speed'))
  if (speed > 0) v.speed = speed
  const map = /^(-?[\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(q.get('map') ?? '')
  if (map && Math.abs(Number(map[2])) <= 90 && Math.abs(Number(map[3])) <= 180) {
    v.zoom = Number(map[1])
    v.lat = Number(map[2])
    v.lon = Number(map[3])
  }
  v.kiosk = q.get('kiosk') === '1'
  return v
}

/** A filter as its parts; empty ones are left out of its text. */
export const filterOf = (v: Pick<View, 'filter'>): Record<string, string> => Object.fromEntries(new URLSearchParams(v.filter))
export const filterText = (parts: Readonly<Record<string, string>>): string => new URLSearchParams(Object.entries(parts).map(([k, x]) => [k, x.trim()] as [string, string]).filter(([, x]) => x !== '')).toString()

/** A place as it stands in an address, to a decimetre; undefined for what is no place. */
export const placeText = (p: Place): string => `${p.lat.toFixed(6)},${p.lon.toFixed(6)}`
export function placeOf(text: string): Place | undefined {
  const m = /^(-?[\d.]+),(-?[\d.]+)$/.exec(text)
  return m && Math.abs(Number(m[1])) <= 90 && Math.abs(Number(m[2])) <= 180 ? { lat: Number(m[1]), lon: Number(m[2]) } : undefined
}

const round = (x: number, digits: number) => String(Number(x.toFixed(digits)))
