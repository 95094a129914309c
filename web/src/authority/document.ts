// What a person types into a form, as the document of an act. Nothing is filled in that was not typed, but what a form says.
import { parse } from '../lib/time'
import type { Key } from '../lib/words.svelte'

export type Input = 'text' | 'long' | 'instant' | 'day' | 'number' | 'check' | 'choice' | 'choices' | 'words' | 'places' | 'paper' | 'papers' | 'stations' | 'json'

export interface Field {
  /** where in the document: 'period.from' */
  readonly at: string
  readonly name: Key
  readonly input: Input
  readonly optional?: boolean
  /** of a closed list; the words of the standard, said by the catalogue under `says` */
  readonly of?: readonly string[]
  readonly says?: string
  readonly hint?: Key
  readonly value?: Value
}

export interface Paper {
  title: string
  reference: string
  sha256: string
}

export interface Station {
  station: string
  carried: string
  item: string
  release: boolean
}

export type Value = string | boolean | string[] | Paper | Paper[] | Station[]

export interface Form {
  readonly kind: string
  readonly name: Key
  readonly fields: readonly Field[]
}

/** What of a form cannot be put into a document: the field, and what was expected of it. */
export class FieldError extends Error {
  constructor(
    readonly field: Field,
    readonly expected: Key,
  ) {
    super(field.at)
  }
}

/** Reads "27.5, -107" a line, as one reads a map: latitude first. The document has longitude first, as GeoJSON has. */
export function places(text: string): [number, number][] | null {
  const out: [number, number][] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const m = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(line)
    if (!m) return null
    const [lat, lon] = [Number(m[1]), Number(m[2])]
    if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return null
    out.push([lon, lat])
  }
  return out
}

/** An instant as documents write it, to the second where it has no more. */
export const written = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')

const wordsOf = (text: string): string[] => text.split(/[,\n]/).map((w) => w.trim()).filter((w) => w !== '')

function paperOf(p: Paper): Record<string, string> | undefined {
  const out: Record<string, string> = {}
  if (p.title.trim()) out['title'] = p.title.trim()
  if (p.reference.trim()) out['reference'] = p.reference.trim()
  if (p.sha256) out['sha256'] = p.sha256
  return Object.keys(out).length > 0 ? out : undefined
}

/** What one field says; undefined where it says nothing. */
function read(field: Field, value: Value | undefined): unknown {
  switch (field.input) {
    case 'check':
      return value === true || (field.optional ? undefined : false)
    case 'choices':
      return Array.isArray(value) && (value.length > 0 || !field.optional) ? value : undefined
    case 'paper':
      return paperOf(value as Paper)
    case 'papers': {
      const all = (value as Paper[]).map(paperOf).filter((p) => p !== undefined)
      return all.length > 0 ? all : undefined
    }
    case 'stations':
      return (value as Station[]).filter((s) => s.station.trim() !== '').map((s) => ({
        station: s.station.trim(), carried: s.carried, ...(s.item.trim() ? { item: s.item.trim() } : {}), ...(s.release ? { release: true } : {}),
      }))
  }
  const text = typeof value === 'string' ? value.trim() : ''
  if (text === '') return undefined
  switch (field.input) {
    case 'number': {
      const n = Number(text.replace(',', '.'))
      if (!Number.isFinite(n)) throw new FieldError(field, 'page.act.wrong.number')
      return n
    }
    case 'instant': {
      const at = parse(text, NaN)
      if (at === null) throw new FieldError(field, 'page.act.wrong.instant')
      return written(at)
    }
    case 'day':
      if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || parse(text, NaN) === null) throw new FieldError(field, 'page.act.wrong.day')
      return text
    case 'words':
      return wordsOf(text)
    case 'places': {
      const all = places(text)
      if (!all) throw new FieldError(field, 'page.act.wrong.places')
      return all
    }
    case 'json':
      try {
        return JSON.parse(text) as unknown
      } catch {
        throw new FieldError(field, 'page.act.wrong.json')
      }
    default:
      return text
  }
}

/** Puts a value where a path says; figures in a path are places in an array. */
export function put(into: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.')
  let here: Record<string, unknown> = into
  steps.forEach((step, i) => {
    if (i === steps.length - 1) {
      here[step] = value
      return
    }
    here[step] ??= /^\d+$/.test(steps[i + 1]!) ? [] : {}
    here = here[step] as Record<string, unknown>
  })
}

/** The document of what was typed. Throws a FieldError. */
export function documentOf(form: Form, values: Readonly<Record<string, Value | undefined>>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of form.fields) {
    const v = read(f, values[f.at])
    if (v === undefined) {
      if (f.optional) continue
      throw new FieldError(f, 'page.act.wrong.needed')
    }
    put(out, f.at, v)
  }
  return out
}

export const noPaper = (): Paper => ({ title: '', reference: '', sha256: '' })
export const noStation = (): Station => ({ station: '', carried: 'nothing', item: '', release: false })

/** What a field begins with. */
export function initial(f: Field): Value {
  if (f.value !== undefined) return f.value
  switch (f.input) {
    case 'check':
      return false
    case 'choices':
      return []
    case 'paper':
      return noPaper()
    case 'papers':
      return [noPaper()]
    case 'stations':
      return [noStation()]
    case 'choice':
      return f.optional ? '' : (f.of?.[0] ?? '')
    default:
      return ''
  }
}
