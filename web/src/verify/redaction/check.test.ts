// This verifier and the other agree on every vector, and on which field, record or report is wrong.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fromHex, hex } from '../bytes'
import { check, parse } from './check'
import { type Value, commitment } from './value'

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../../../../docs/vectors/redaction/${name}`, import.meta.url), 'utf8')) as T

interface CommitmentVector {
  record: number
  field: string
  opening: { value: Value; salts: string[]; rest: string }
  commitment: string
}

test.each(read<{ vectors: CommitmentVector[] }>('commitments.json').vectors.map((v) => [`${v.record} ${v.field} ${v.opening.value.text}`, v] as const))('commitment: %s', (_, v) => {
  const o = { value: v.opening.value, salts: v.opening.salts.map((s) => fromHex(s)!), rest: fromHex(v.opening.rest)! }
  expect(hex(commitment(v.record, v.field, o)!)).toBe(v.commitment)
  expect(hex(commitment(v.record + 1, v.field, o)!)).not.toBe(v.commitment)
  expect(hex(commitment(v.record, v.field + 'x', o)!)).not.toBe(v.commitment)
})

interface ProductVector {
  name: string
  product: string
  wrong: string
  record: number
  field: string
}

const products = read<ProductVector[]>('products.json')

test.each(products.map((v) => [v.name, v] as const))('product: %s', (_, v) => {
  expect(check(v.product)).toEqual(v.wrong === '' ? null : { what: v.wrong, record: v.record, field: v.field })
})

test('every character of what is proven counts', () => {
  const good = products[0]!.product.trim()
  expect(check(good)).toBeNull()
  const from = good.indexOf('"records":[')
  let refused = 0
  for (let at = from; at < good.length; at += 37) {
    const c = good[at]!
    if (!/[0-9a-f]/.test(c)) continue
    const changed = good.slice(0, at) + (c === '0' ? '1' : '0') + good.slice(at + 1)
    if (check(changed) !== null) refused++
    // Markings and reasons are the operator's word about what is proven, and stand outside the proof.
    else expect(parse(changed)).toEqual(parse(good))
  }
  expect(refused).toBeGreaterThan(50)
}, 60_000)
