// What is typed to describe an office, as the server takes it.
import { listOf } from './draft'

export const classes = ['identity', 'platform', 'authority', 'time', 'position', 'sensing', 'finding', 'claim', 'outcome', 'source'] as const

export interface TypedOffice {
  readonly office: string
  readonly level: string
  readonly handling: string
  readonly compartments: string
  readonly classes: readonly string[]
  readonly purposes: readonly string[]
  readonly place: string // characters of a geohash
  readonly time: string // digits
  readonly hours: string
  readonly node: string
  readonly people: string // a key a line
  readonly witness: string
}

/** The geohash of so many characters is about so large at the equator, in metres; for who chooses how finely places are shown. */
export function cellAt(digits: number): { readonly across: number; readonly up: number } {
  const bits = 5 * digits
  const lon = Math.ceil(bits / 2), lat = Math.floor(bits / 2)
  const degree = 111_319.5
  return { across: (360 / 2 ** lon) * degree, up: (180 / 2 ** lat) * degree }
}

/** What a number of digits of an instant comes to. */
export const finenessOf = (digits: number): 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'none' =>
  digits >= 15 ? 'fraction' : digits >= 14 ? 'second' : digits >= 12 ? 'minute' : digits >= 10 ? 'hour' : digits >= 8 ? 'day' : digits >= 6 ? 'month' : digits >= 4 ? 'year' : 'none'

export type Wrong = 'office' | 'classes' | 'purposes' | 'hours' | 'node' | 'people'

const key = /^\S+\+[0-9a-f]{8}\+\S+$/

export function officeOf(t: TypedOffice): { readonly body: Record<string, unknown>; readonly wrong?: never } | { readonly wrong: Wrong; readonly body?: never } {
  if (!/^[A-Z]{3}\/[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(t.office.trim())) return { wrong: 'office' }
  if (t.classes.length === 0) return { wrong: 'classes' }
  if (t.purposes.length === 0) return { wrong: 'purposes' }
  const hours = Number(t.hours.trim() || '0')
  if (!Number.isFinite(hours) || hours < 0 || hours > 10 * 366 * 24) return { wrong: 'hours' }
  if (!key.test(t.node.trim())) return { wrong: 'node' }
  const people = t.people.split(/\s+/).filter((x) => x !== '')
  if (people.length === 0 || people.some((p) => !key.test(p))) return { wrong: 'people' }
  return {
    body: {
      office: t.office.trim(), level: t.level, handling: t.handling, compartments: listOf(t.compartments), classes: t.classes, purposes: t.purposes, place_digits: Number(t.place), time_digits: Number(t.time),
      delay_s: Math.round(hours * 3600), node: t.node.trim(), signatories: people, ...(t.witness.trim() ? { witness: t.witness.trim() } : {}),
    },
  }
}
