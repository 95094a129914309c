import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { encode } from '../verify/bytes'
import { Refusal } from '../verify/report'
import { canonical, maxDocument } from './canonical'
import { type Signed, distinct, parseKey, textOf, verify } from './signature'

const vectors = <T>(name: string): T[] =>
  JSON.parse(readFileSync(new URL(`../../../docs/vectors/signature/${name}`, import.meta.url), 'utf8')) as T[]

interface SignatureVector {
  name: string
  kind: string
  document: string
  text: string
  key: string
  signature: Signed
  reason: string
}

interface DocumentVector {
  name: string
  document: string
  canonical: string
  reason: string
}

const bytes = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s, 'base64'))

async function reason(look: () => unknown): Promise<string> {
  try {
    await look()
    return ''
  } catch (e) {
    if (!(e instanceof Refusal)) throw e
    return e.code
  }
}

test.each(vectors<DocumentVector>('documents.json').map((v) => [v.name, v] as const))('document: %s', async (_, v) => {
  let form = new Uint8Array(0)
  expect(await reason(() => (form = canonical(bytes(v.document))))).toBe(v.reason)
  expect(Buffer.from(form).toString('utf8')).toBe(Buffer.from(v.canonical, 'base64').toString('utf8'))
})

test.each(vectors<SignatureVector>('signatures.json').map((v) => [v.name, v] as const))('signature: %s', async (_, v) => {
  const key = parseKey(v.key)
  expect(await reason(() => verify(v.kind, encode(v.document), v.signature, key))).toBe(v.reason)
  if (v.text !== '') expect(textOf(v.kind, encode(v.document))).toBe(v.text)
})

test('a document that is too long is refused', async () => {
  expect(await reason(() => canonical(new Uint8Array(maxDocument + 1)))).toBe('document.size')
  expect(await reason(() => canonical(encode(`{"a":[${'1e15,'.repeat(40_000)}1]}`)))).toBe('document.size')
})

test('two signatures are of two persons only with two keys and two names', async () => {
  const [holds, , , , , luis, otherAna] = vectors<SignatureVector>('signatures.json')
  const [ana, other, another] = [parseKey(holds!.key), parseKey(luis!.key), parseKey(otherAna!.key)]
  expect(await reason(() => distinct([ana, other], 2))).toBe('')
  expect(await reason(() => distinct([ana], 2))).toBe('signed.alone')
  expect(await reason(() => distinct([ana, ana], 2))).toBe('signed.samekey')
  expect(await reason(() => distinct([ana, another], 2))).toBe('signed.samename')
  expect(await reason(() => distinct(Array.from({ length: 9 }, () => ana), 2))).toBe('signed.many')
})
