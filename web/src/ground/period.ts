// A period that a person types: either end may be open.
import { parse } from '../lib/time'

export interface Typed {
  /** RFC 3339; empty where it is open */
  readonly since: string
  readonly until: string
  readonly wrong: '' | 'since' | 'until' | 'empty'
}

export function periodOf(since: string, until: string, near: number): Typed {
  const read = (s: string) => (s.trim() === '' ? NaN : parse(s, near))
  const a = read(since), b = read(until)
  const text = (x: number | null) => (x !== null && Number.isFinite(x) ? new Date(x).toISOString() : '')
  const wrong = a === null ? 'since' : b === null ? 'until' : a >= b ? 'empty' : ''
  return { since: text(a), until: text(b), wrong }
}

/** As it stands in a field: what is a whole day is written as one. */
export const fieldOf = (iso: string | undefined): string => (iso ? iso.replace(/T00:00:00(\.000)?Z$/, '').replace('T', ' ').replace(/(\.000)?Z$/, '') : '')
