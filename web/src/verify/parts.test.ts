import { createHash, webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { digest, encode, equal, excerpt, fromHex, hex, text } from './bytes'
import { check } from './check'
import { checkOpens, parseEntry, parseOpening } from './entry'
import { instant } from './instant'
import { parse } from './json'
import { logKey, verifyEd25519Here, witnessKey } from './key'
import { binary } from './bytes'
import { firstFailure, parsePolicy, verifyCheckpoint } from './policy'
import { parseProof } from './proof'
import { say } from './report'
import { Sha256, sha256 } from './sha256'
import { bundle, vectors, type BundleVector } from './testing'
import { Tree, continues, included, leafHash, nodeHash } from './tree'

const bytes = (n: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length: n }, (_, i) => (i * 131 + (i >> 8)) & 0xff)
const other = (b: Uint8Array): string => createHash('sha256').update(b).digest('hex')

test('SHA-256 is that of another maker, at every length and in every cut', () => {
  const h = new Sha256()
  for (let n = 0; n < 300; n++) {
    const b = bytes(n)
    for (const cut of [0, 1, 63, 64, 65, n >> 1]) {
      if (cut <= n) expect(hex(h.update(b, 0, cut).update(b, cut).digest()), `${n} cut at ${cut}`).toBe(other(b))
    }
  }
  const long = bytes(1_000_000)
  expect(hex(sha256(long))).toBe(other(long))
})

test('the tree', () => {
  interface TreeVector { size: number; last_leaf_hash: string; root: string; inclusion: string[][]; consistency: Record<string, string[]> }
  const all = vectors<TreeVector>('trees.json')
  const roots = all.map((v) => fromHex(v.root)!)
  const leaves = all.slice(1).map((v) => fromHex(v.last_leaf_hash)!)
  const path = (p: string[]): Uint8Array[] => p.map((h) => digest(h)!)
  const tree = new Tree()
  for (const v of all) {
    if (v.size > 0) tree.append(leaves[v.size - 1]!, 0)
    expect(hex(tree.root())).toBe(v.root)
    const [size, root] = [BigInt(v.size), roots[v.size]!]
    for (const [i, p] of v.inclusion.entries()) {
      const proof = path(p)
      expect(included(size, root, BigInt(i), leaves[i]!, proof)).toBe(true)
      expect(included(size, root, BigInt(i), leaves[(i + 1) % v.size]!, proof)).toBe(v.size === 1)
      expect(included(size, root, BigInt(i), leaves[i]!, [...proof, root])).toBe(false)
      if (proof.length > 0) expect(included(size, root, BigInt(i), leaves[i]!, proof.slice(1))).toBe(false)
      expect(included(size, root, size, leaves[i]!, proof)).toBe(false)
    }
    for (const [from, p] of Object.entries(v.consistency)) {
      const [older, proof] = [Number(from), path(p)]
      if (older === v.size) continue
      expect(continues(size, root, BigInt(older), roots[older]!, proof)).toBe(true)
      expect(continues(size, root, BigInt(older), roots[older - 1]!, proof)).toBe(false)
      expect(continues(size, roots[older]!, BigInt(older), roots[older]!, proof)).toBe(false)
      expect(continues(size, root, BigInt(older), roots[older]!, [...proof, root])).toBe(false)
    }
  }
  expect(hex(nodeHash(leafHash(encode('a')), leafHash(encode('b'))))).toBe(other(Buffer.concat([Buffer.from([1]), ...['a', 'b'].map((s) => Buffer.from(other(Buffer.from('\0' + s)), 'hex'))])))
})

test('the keys', () => {
  for (const v of vectors<{ name: string; type: number; public: string }>('keys.json')) {
    const s = binary(encode(v.public))
    if (v.type !== 4) expect(logKey(s)).toMatchObject({ name: v.name, text: v.public })
    else expect(() => logKey(s)).toThrow('key.algorithm')
    if (v.type !== 1) expect(witnessKey(s)).toMatchObject({ name: v.name, text: v.public })
    else expect(() => witnessKey(s)).toThrow('key.algorithm')
  }
})

test('the entries', () => {
  for (const v of vectors<{ salt: string; kind: string; body: string; leaf: string; leaf_hash: string; opening: string }>('entries.json')) {
    const leaf = fromHex(v.leaf)!
    expect(hex(leafHash(leaf))).toBe(v.leaf_hash)
    const o = parseOpening(encode(v.opening))
    expect([hex(o.salt), o.kind, hex(o.body)]).toEqual([v.salt, v.kind, v.body])
    checkOpens(o, parseEntry(leaf))
    o.salt[0]! ^= 1
    expect(() => checkOpens(o, parseEntry(leaf))).toThrow('entry.opening')
  }
})

test('the proofs', async () => {
  interface ProofVector { name: string; policy: string; leaf: string; proof: string; steps: string[]; reason: string; cosigned: string[] }
  for (const v of vectors<ProofVector>('proofs.json')) {
    const proof = parseProof(encode(v.proof))
    const { size, root } = proof.checkpoint
    const verdict = await verifyCheckpoint(parsePolicy(encode(v.policy)), proof.checkpoint)
    const steps = verdict.steps.map((s) => s.code as string)
    let reason: string = firstFailure(verdict)?.code ?? ''
    if (reason === '') {
      steps.push('step.inclusion')
      if (!included(size, root, proof.index, leafHash(fromHex(v.leaf)!), proof.hashes)) reason = 'inclusion'
    }
    expect([v.name, steps, reason]).toEqual([v.name, v.steps, v.reason])
    const names = verdict.cosigned.map((c) => `${c.key.split('+')[0]} ${c.at}`)
    expect(names).toEqual(v.cosigned)
  }
})

test('without WebCrypto it is the same', async () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!
  Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true })
  try {
    for (const v of vectors<BundleVector>('bundles.json')) {
      const r = await check(bundle(v), v.policy, { held: v.held })
      expect([v.name, r.checks.find((c) => c.reason)?.reason?.code ?? '']).toEqual([v.name, v.reason])
    }
  } finally {
    Object.defineProperty(globalThis, 'crypto', own)
  }
})

test('Ed25519 is that of WebCrypto', async () => {
  const pair = (await webcrypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const key = new Uint8Array(await webcrypto.subtle.exportKey('raw', pair.publicKey))
  for (let n = 0; n < 20; n++) {
    const message = bytes(n * 37)
    const signature = new Uint8Array(await webcrypto.subtle.sign('Ed25519', pair.privateKey, message))
    expect(verifyEd25519Here(key, message, signature)).toBe(true)
    signature[3 * n]! ^= 1
    expect(verifyEd25519Here(key, message, signature)).toBe(false)
  }
  expect(verifyEd25519Here(new Uint8Array(32).fill(0xff), bytes(3), new Uint8Array(64))).toBe(false)
})

test('text that is no text', () => {
  expect(text(Uint8Array.of(0x61, 0xff, 0xe2, 0x80, 0x62, 0xed, 0xa0, 0x80, 0xc3, 0xb1, 0xf0))).toBe('a\ufffd\ufffd\ufffdb\ufffd\ufffd\ufffdñ\ufffd')
  expect(excerpt('a\n\u2028b')).toBe('a\ufffd\ufffdb')
  expect(excerpt('ñ'.repeat(60))).toBe('ñ'.repeat(60))
  expect(excerpt('xñ' + 'ñ'.repeat(60))).toBe('x' + 'ñ'.repeat(59) + '...')
  expect(say('es', { code: 'bundle.missing', args: ['{0}'] })).toBe('falta {0}')
  expect(equal(encode('a'), encode('ab'))).toBe(false)
})

test('JSON is what JSON.parse takes', () => {
  const documents = [
    '{}', '[]', ' [1 , 2.5e-3,-0] ', '{"a":{"b":[null,true,false]},"a":"\\u00f1\\n"}', '"\\ud83d\\ude00"', '0', 'null', '[[[[]]],{}]', '',
    ' ', '{', '[1,]', '{"a":1,}', '{a:1}', '01', '1.', '.5', '+1', '"\t"', '"\\x"', '"a', 'nul', '[1 2]', '{"a" 1}', '1 2', '[,]', '{"a":}', "'a'", '"\\u12"', '[}', '{]',
  ]
  for (const d of documents) {
    let good = true
    try {
      JSON.parse(d)
    } catch {
      good = false
    }
    expect(parse(encode(d)) !== undefined, d).toBe(good)
  }
  const deep = (n: number): Uint8Array => encode('['.repeat(n) + ']'.repeat(n))
  expect(parse(deep(10_000))).toBeDefined()
  expect(parse(deep(10_001))).toBeUndefined()
})

test('instants', () => {
  expect(instant(1n)).toBe('1970-01-01T00:00:01Z')
  expect(instant(951782400n)).toBe('2000-02-29T00:00:00Z')
  expect(instant(253402300800n)).toBe('10000-01-01T00:00:00Z')
  expect(instant((1n << 63n) - 1n)).toBe('292277026596-12-04T15:30:07Z')
})

test('no source of the check has code that the policy of the page forbids', () => {
  for (const name of ['check', 'worker', 'client', 'segment', 'sha256']) {
    const source = readFileSync(new URL(`./${name}.ts`, import.meta.url), 'utf8')
    expect(source).not.toMatch(/\beval\(|new Function|WebAssembly/)
  }
})
