// Whether what an office was given is what was logged, found out in this page from the bytes of the product. A tick says "committed to
// then, unchanged since"; it never says that something is true.
import type { InboxRecord } from '../api/client'
import { encode, hex } from '../verify/bytes'
import { type Wrong, check, parse } from '../verify/redaction/check'
import { sha256 } from '../verify/sha256'
import { idOf } from './cells'

/** What was found of a field: it is what was committed to; it is not; the page shows other than the bytes say; it was not come to. */
export type Held = 'held' | 'wrong' | 'other' | 'unchecked'

export interface Verified {
  readonly bytes: boolean // they have the digest that two persons released
  readonly digest: string
  readonly wrong: Wrong | null // the first that is wrong of what they say
  readonly records: number
  readonly disclosed: number // fields that are opened
  readonly hidden: number // fields that are committed to and not shown, where their record is
  readonly whole: number // records that are withheld whole
}

/** Checks the bytes of a product against the digest that is on record of it. */
export function verify(document: string, product: string): Verified {
  const digest = hex(sha256(encode(document)))
  const wrong = check(document)
  const p = parse(document)
  const fields = p?.parts.flatMap((x) => x.fields) ?? []
  const disclosed = fields.filter((f) => f.opening).length
  return { bytes: digest === product, digest, wrong, records: p?.records ?? 0, disclosed, hidden: fields.length - disclosed, whole: p?.parts.filter((x) => x.kind === '').length ?? 0 }
}

export const holds = (v: Verified): boolean => v.bytes && v.wrong === null

/** Every field of the page by record and name: held against the bytes, and against what was found of them. */
export function fieldsHeld(document: string, v: Verified, records: readonly InboxRecord[]): ReadonlyMap<string, Held> {
  const said = new Map<string, string>()
  for (const part of parse(document)?.parts ?? []) for (const f of part.fields) if (f.opening) said.set(idOf(part.record, f.name), `${f.opening.value.kind} ${f.opening.value.text}`)
  const out = new Map<string, Held>()
  for (const r of records) {
    for (const f of r.fields ?? []) {
      const id = idOf(r.record, f.name)
      const here = f.value ? `${f.value.kind} ${f.value.text}` : undefined
      // What is wrong with one is no word on the others: a tree that does not hold proves none of them.
      const at = v.wrong?.what === 'field' && v.wrong.record === r.record && v.wrong.field === f.name
      const record = v.wrong?.what === 'record' && v.wrong.record === r.record
      if (at || record) out.set(id, 'wrong')
      else if (said.get(id) !== here) out.set(id, 'other')
      else out.set(id, holds(v) ? 'held' : 'unchecked')
    }
  }
  return out
}
