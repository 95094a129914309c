import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { open } from './archive'
import type { Segment } from './entry'
import { bytesName, lengthsName } from './manifest'
import { Refusal } from './report'
import { type Tick, checkSegment } from './segment'
import { sourceOf } from './source'
import { archive } from './testing'

const sha = (...parts: Uint8Array[]): Buffer => {
  const h = createHash('sha256')
  for (const p of parts) h.update(p)
  return h.digest()
}

/** The root by the definition of RFC 6962 section 2.1. */
function root(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha()
  if (leaves.length === 1) return sha(Uint8Array.of(0), leaves[0]!)
  let k = 1
  while (2 * k < leaves.length) k *= 2
  return sha(Uint8Array.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)))
}

function leb(n: number): number[] {
  const out: number[] = []
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) + 128)
  return [...out, n]
}

/** Makes a segment of packets of these lengths, one after the other over and over, and what its leaf says of it. */
function segment(lengths: number[], least: number): { b: Uint8Array; runs: Uint8Array; leaf: Segment } {
  const packets: Uint8Array[] = []
  const runs: number[] = []
  for (let n = 0, i = 0; n < least || i % lengths.length !== 0; i++) {
    const length = lengths[i % lengths.length]!
    packets.push(Uint8Array.from({ length }, (_, j) => (i * 31 + j * 7 + (j >> 8)) & 0xff))
    runs.push(...leb(1), ...leb(length))
    n += length
  }
  const b = Buffer.concat(packets)
  const at = Math.floor(b.length / 3)
  const media = [
    { name: 'all', offset: 0, bytes: b.length, digest: sha(b) },
    { name: 'end', offset: at, bytes: b.length - at, digest: sha(b.subarray(at)) },
    { name: 'nothing', offset: at, bytes: 0, digest: sha() },
  ]
  return { b, runs: Uint8Array.from(runs), leaf: { packets: packets.length, bytes: b.length, root: root(packets), media } }
}

const none: Tick = () => Promise.resolve()

/** Returns the reason why a segment is refused, undefined where it is not. */
async function refused(file: Blob | Uint8Array, leaf: Segment, tick = none): Promise<string | undefined> {
  const source = sourceOf(file)
  try {
    await checkSegment(source, await open(source), 0n, leaf, tick)
    return undefined
  } catch (e) {
    if (e instanceof Refusal) return e.code
    throw e
  }
}

const packed = (b: Uint8Array, runs: Uint8Array): Uint8Array<ArrayBuffer> => archive([{ name: bytesName(0n), bytes: b }, { name: lengthsName(0n), bytes: runs }])

// Packets that fill what is read at once, go over its end, are longer than it, and are hashed here and by WebCrypto.
const cases: [string, number[], number][] = [
  ['datagrams', [1316], 4.5e6],
  ['transport packets', [188], 1e6],
  ['all sorts', [1, 1023, 1024, 1316, 65_507, 300_000], 4.5e6],
  ['as long as a block', [256 << 10], 1e6],
  ['as long as what is read at once', [4 << 20], 9e6],
  ['longer', [4_500_001, 3], 9e6],
  ['single bytes', [1], 2e4],
]

test.each(cases)('a segment of %s', { timeout: 60_000 }, async (_, lengths, least) => {
  const { b, runs, leaf } = segment(lengths, least)
  const file = packed(b, runs)
  const before = sha(file)
  let told = 0
  const tick: Tick = (n) => {
    told += n
    return Promise.resolve()
  }
  expect(await refused(file, leaf, tick)).toBeUndefined()
  expect(told).toBe(b.length)
  expect(sha(file)).toEqual(before) // what is the caller's is not written over
  expect(await refused(new Blob([file]), leaf)).toBeUndefined()
  for (const at of [0, Math.floor(b.length / 2), b.length - 1]) {
    const changed = b.slice()
    changed[at]! ^= 0x10
    expect(await refused(new Blob([packed(changed, runs)]), leaf), `byte ${at}`).toBe('segment.root')
  }
  expect(await refused(file, { ...leaf, media: leaf.media.map((m, i) => (i === 1 ? { ...m, digest: sha() } : m)) })).toBe('segment.media')
})

test('an empty segment', async () => {
  const { runs, leaf } = segment([1], 0)
  expect(await refused(packed(new Uint8Array(0), runs), leaf)).toBeUndefined()
  expect(await refused(packed(new Uint8Array(0), Uint8Array.of(1, 1)), leaf)).toBe('segment.lengths')
})

test('memory does not grow with the segment', { timeout: 60_000 }, async () => {
  const { b, runs, leaf } = segment([1316], 9e6)
  const blob = new Blob([packed(b, runs)])
  let most = 0
  const watched = { size: blob.size, slice: (from: number, to: number) => ((most = Math.max(most, to - from)), blob.slice(from, to)) } as Blob
  expect(await refused(watched, leaf)).toBeUndefined()
  expect(most).toBeLessThanOrEqual(4 << 20)
})
