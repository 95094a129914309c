// A second check of what a recipient was shown of a report: whether it is what the root in the log commits to.
import schemas from '../../../../docs/vectors/redaction/schemas.json'
import { encode, equal, fromHex, hex, join, uint64 } from '../bytes'
import { Tree, leafHash } from '../tree'
import { type Kind, type Opening, commitment } from './value'

/** What is wrong with a product: the document, the report, one of its records or one field of one. */
export interface Wrong {
  readonly what: 'document' | 'report' | 'record' | 'field'
  readonly record: number // -1 where it is of none
  readonly field: string
}

export interface Shown {
  readonly name: string
  readonly commitment: Uint8Array
  readonly opening: Opening | undefined
}

export interface Part {
  readonly record: number
  readonly leaf: Uint8Array
  readonly kind: string // empty: withheld whole
  readonly fields: readonly Shown[]
}

export interface Product {
  readonly records: number
  readonly root: Uint8Array
  readonly parts: readonly Part[]
}

const mostRecords = 1 << 20

class NoDocument extends Error {}

type Members = Record<string, unknown>

/** The members of an object: all that must be there, none that is neither there by right nor by leave, and in this order. */
function members(v: unknown, must: readonly string[], may: readonly string[] = []): Members {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) throw new NoDocument()
  const m = v as Members
  const order = [...must, ...may.filter((n) => Object.hasOwn(m, n))]
  const names = Object.keys(m)
  if (names.length !== order.length || names.some((n, i) => n !== order[i])) throw new NoDocument()
  return m
}

function list(v: unknown): unknown[] {
  if (v === undefined || v === null) return []
  if (!Array.isArray(v)) throw new NoDocument()
  return v as unknown[]
}

/** A text; half of a character is none, since it is nothing in UTF-8. */
function text(v: unknown): string {
  if (typeof v !== 'string' || /\p{Surrogate}/u.test(v)) throw new NoDocument()
  return v
}

const texts = (v: unknown): string[] => list(v).map(text)

/** A member that is left out where it would be empty. */
function filled<T extends { length: number }>(v: T): T {
  if (v.length === 0) throw new NoDocument()
  return v
}

function count(v: unknown): number {
  if (typeof v !== 'number' || !Number.isSafeInteger(v)) throw new NoDocument()
  return v
}

function bytes(v: unknown, length: number): Uint8Array {
  const s = text(v)
  const b = fromHex(s)
  if (b?.length !== length || hex(b) !== s) throw new NoDocument()
  return b
}

/** Reads a product; undefined where a document is none. */
export function parse(document: string): Product | undefined {
  try {
    const parsed: unknown = JSON.parse(document)
    // Whoever writes a name twice says two things, and which of them is read is not for us to choose.
    if (written(parsed) !== document.trim()) return undefined
    const d = members(parsed, ['document', 'statement', 'copy', 'records'])
    if (d['document'] !== 'overflight.product/1') return undefined
    const s = members(d['statement'], ['id', 'version', 'made', 'records', 'root', 'supersedes'])
    for (const name of ['id', 'made', 'supersedes']) text(s[name])
    count(s['version'])
    const copy = members(d['copy'], ['office', 'state', 'mark', 'released', 'purpose', 'caveats'])
    for (const name of ['office', 'state', 'mark', 'released', 'purpose']) text(copy[name])
    texts(copy['caveats'])
    const records = count(s['records'])
    if (records < 1 || records > mostRecords) return undefined
    return { records, root: bytes(s['root'], 32), parts: list(d['records']).map(part) }
  } catch (e) {
    if (e instanceof NoDocument || e instanceof SyntaxError) return undefined
    throw e
  }
}

/** JSON in the one way: the two line separators are escaped, all else as JSON.stringify does. */
const written = (v: unknown): string => JSON.stringify(v).replace(/[\u2028\u2029]/g, (c) => (c === '\u2028' ? '\\u2028' : '\\u2029'))

function part(v: unknown): Part {
  const m = members(v, ['record', 'leaf'], ['kind', 'fields'])
  return {
    record: count(m['record']),
    leaf: bytes(m['leaf'], 32),
    kind: m['kind'] === undefined ? '' : filled(text(m['kind'])),
    fields: m['fields'] === undefined ? [] : filled(list(m['fields'])).map(shown),
  }
}

function marked(v: unknown): void {
  const m = members(v, ['policy', 'classification', 'releasable_to', 'caveats', 'handling', 'originator', 'created', 'review'])
  for (const [name, value] of Object.entries(m)) {
    if (name === 'releasable_to' || name === 'caveats') texts(value)
    else text(value)
  }
}

function shown(v: unknown): Shown {
  const m = members(v, ['name', 'commitment'], ['opening', 'marking', 'reasons'])
  if (m['marking'] !== undefined) marked(m['marking'])
  if (m['reasons'] !== undefined) filled(texts(m['reasons']))
  return { name: text(m['name']), commitment: bytes(m['commitment'], 32), opening: m['opening'] === undefined ? undefined : opening(m['opening']) }
}

function opening(v: unknown): Opening {
  const m = members(v, ['value', 'salts', 'rest'])
  const value = members(m['value'], ['kind', 'text'])
  return { value: { kind: text(value['kind']) as Kind, text: text(value['text']) }, salts: list(m['salts']).map((s) => bytes(s, 16)), rest: bytes(m['rest'], 32) }
}

/** The first that is wrong with a product; null where all that it shows is what was logged. */
export function check(document: string): Wrong | null {
  const p = parse(document)
  if (!p) return { what: 'document', record: -1, field: '' }
  const report: Wrong = { what: 'report', record: -1, field: '' }
  if (p.parts.length !== p.records) return report
  const tree = new Tree()
  for (const [n, x] of p.parts.entries()) {
    const record: Wrong = { what: 'record', record: n, field: '' }
    if (x.record !== n) return record
    tree.append(x.leaf, 0)
    if (x.kind === '') {
      if (x.fields.length > 0) return record
      continue
    }
    const schema = schemas.find((s) => s.kind === x.kind)
    if (!schema || schema.fields.length !== x.fields.length) return record
    for (const [i, f] of x.fields.entries()) {
      const field: Wrong = { what: 'field', record: n, field: f.name }
      const { name, kind } = schema.fields[i]!
      if (f.name !== name) return field
      if (!f.opening) continue
      if (f.opening.value.kind !== kind && f.opening.value.kind !== 'absent') return field
      const c = commitment(n, f.name, f.opening)
      if (!c || !equal(c, f.commitment)) return field
    }
    if (!equal(recordLeaf(n, x.kind, x.fields), x.leaf)) return record
  }
  return equal(tree.root(), p.root) ? null : report
}

function recordLeaf(record: number, kind: string, fields: readonly Shown[]): Uint8Array {
  const head = ['overflight.record/1', String(record), kind, String(fields.length)].map(encode).flatMap((b) => [uint64(BigInt(b.length)), b])
  return leafHash(join(...head, ...fields.map((f) => f.commitment)))
}
