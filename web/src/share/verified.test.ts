// What the page says of a product is what its bytes say, or it is not ticked.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { InboxRecord } from '../api/client'
import { parse } from '../verify/redaction/check'
import { fieldsHeld, holds, verify } from './verified'

interface Vector {
  name: string
  product: string
  wrong: string
  record: number
  field: string
}
const products = JSON.parse(readFileSync(new URL('../../../docs/vectors/redaction/products.json', import.meta.url), 'utf8')) as Vector[]
const good = products.find((v) => v.wrong === '')!.product
const digest = (s: string) => createHash('sha256').update(s).digest('hex')

/** What the server would tell of a product. */
const told = (document: string): InboxRecord[] =>
  parse(document)!.parts.map((p) => ({
    record: p.record, kind: p.kind, title: p.kind, withheld: p.kind === '',
    fields: p.fields.map((f) => ({ name: f.name, title: f.name, class: '', marking: '', reasons: [], value: (f.opening ? { ...f.opening.value, digits: 0, whole: 0, box: null } : null) as never })),
  }))

describe('a product', () => {
  test('that is what was released holds, field by field', () => {
    const v = verify(good, digest(good))
    expect(holds(v)).toBe(true)
    expect(v.disclosed).toBeGreaterThan(0)
    expect(v.records).toBe(parse(good)!.records)
    const held = fieldsHeld(good, v, told(good))
    expect(held.size).toBe(v.disclosed + v.hidden)
    expect([...held.values()].every((h) => h === 'held')).toBe(true)
  })

  test('of other bytes than two persons released proves nothing', () => {
    const v = verify(good, digest(good + ' '))
    expect(holds(v)).toBe(false)
    expect([...fieldsHeld(good, v, told(good)).values()].every((h) => h === 'unchecked')).toBe(true)
  })

  test('is not ticked where the page shows other than its bytes', () => {
    const page = told(good)
    const at = page.findIndex((r) => (r.fields ?? []).some((f) => f.value))
    const f = page[at]!.fields!.find((x) => x.value)!
    f.value.text += '0'
    const hidden = page.flatMap((r) => (r.fields ?? []).map((x) => ({ r, x }))).find(({ x }) => !x.value)
    if (hidden) hidden.x.value = { kind: 'text', text: 'made up', digits: 0, whole: 0, box: null as never }
    const held = fieldsHeld(good, verify(good, digest(good)), page)
    expect(held.get(`${page[at]!.record}/${f.name}`)).toBe('other')
    if (hidden) expect(held.get(`${hidden.r.record}/${hidden.x.name}`)).toBe('other')
    expect([...held.values()].filter((h) => h === 'other')).toHaveLength(hidden ? 2 : 1)
  })

  test.each(products.filter((v) => v.wrong === 'field').map((v) => [v.name, v] as const))('that is wrong in one field ticks none: %s', (_, v) => {
    const found = verify(v.product, digest(v.product))
    expect(found.wrong).toEqual({ what: 'field', record: v.record, field: v.field })
    const held = fieldsHeld(v.product, found, told(v.product))
    expect(held.get(`${v.record}/${v.field}`)).toBe('wrong')
    expect([...held.values()]).not.toContain('held')
  })
})
