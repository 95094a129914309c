// Quantities in the units that the reader chose, from one switch: metres, kilometres and km/h, or feet, nautical miles, knots and,
// of pressure altitudes, flight levels; and places in the form of coordinates that was chosen.
import { print } from '../place/coordinates'
import type { Place } from '../place/place'
import * as units from '../place/units'
import { app } from './app.svelte'
import { coded, words } from './words.svelte'

export const length = (metres: number | null | undefined): string => units.distance(metres ?? NaN, app.units)
export const doubt = (metres: number | null | undefined): string => `± ${length(metres)}`
export const speed = (metresPerSecond: number | null | undefined): string => units.speed(metresPerSecond ?? NaN, app.units === 'metric' ? 'km/h' : 'kt')
export const area = (squareKilometres: number): string => units.area(squareKilometres * 1e6, app.units)

/** An altitude without its datum would be tens of metres in doubt: it is always said. */
export function altitude(metres: number | null | undefined, datum: string | undefined): string {
  if (metres === null || metres === undefined || !Number.isFinite(metres)) return '—'
  return `${heightOf(metres, datum)} ${datum ? coded('datum.' + datum) : ''}`.trim()
}

export const heightOf = (metres: number, datum?: string): string => units.height(metres, app.units === 'metric' ? 'm' : 'FL', datum === 'barometric')

/** A place in the form that the reader chose; in degrees where that form has none, as MGRS at the poles. */
export const written = (p: Place): string => print(p, app.form, words.language) ?? print(p, 'DD', words.language) ?? ''
