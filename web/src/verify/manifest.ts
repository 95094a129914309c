// The manifest of a bundle, read in the one form in which it is written.

import { digest, utf8 } from './bytes'
import { type Value, Members, TypeMismatch, booleanOf, listOf, object, parse, quoteForHTML, stringOf, whole, wholeOf } from './json'
import { Refusal, refuse } from './report'
import { maxFiles } from './archive'
import type { Digest } from './tree'

const version = 1n
const maxList = 10_000
const flightForm = /^[!-~]{1,64}$/ // it stands on one line and means the same in every encoding
const lastNumber = (1n << 64n) - 1n

export interface Manifest {
  flight: string
  log: string
  size: bigint
  consistency: { from: bigint; proof: Digest[] }[]
  entries: { index: bigint; opened: boolean }[]
  segments: bigint[]
  packets: { index: bigint; packet: bigint; proof: Digest[] }[]
}

export const manifestName = 'manifest.json'
export const policyName = 'policy'
export const checkpointName = 'checkpoint'

const twelve = (index: bigint): string => String(index).padStart(12, '0')
export const leafName = (index: bigint): string => `entries/${twelve(index)}.leaf`
export const openingName = (index: bigint): string => `entries/${twelve(index)}.opening`
export const proofName = (index: bigint): string => `entries/${twelve(index)}.tlog-proof`
export const bytesName = (index: bigint): string => `segments/${twelve(index)}.bytes`
export const lengthsName = (index: bigint): string => `segments/${twelve(index)}.lengths`
export const packetName = (index: bigint, packet: bigint): string => `packets/${twelve(index)}-${packet}.bytes`

export function parseManifest(raw: Uint8Array): Manifest {
  try {
    return read(raw)
  } catch (e) {
    if (e instanceof TypeMismatch) throw refuse('bundle.manifest')
    throw e
  }
}

function read(raw: Uint8Array): Manifest {
  const bad = refuse('bundle.manifest')
  const document = object(parse(raw))
  const stated = wholeOf(document, 'version', -(1n << 63n), (1n << 63n) - 1n)
  if (stringOf(document, 'format') !== 'overflight-bundle' || stated < 1n) throw bad
  if (stated > version) throw refuse('bundle.version', stated, version)
  const number = (m: Members, name: string): bigint => wholeOf(m, name, 0n, lastNumber)
  const lists = ['consistency', 'entries', 'segments', 'packets'] as const
  const [consistency, entries, segments, packets] = lists.map((name) => listOf(document, name))
  const m = {
    flight: stringOf(document, 'flight'),
    log: stringOf(document, 'log'),
    size: number(document, 'size'),
    consistency: objects(consistency).map((c) => ({ from: number(c, 'from'), proof: strings(c, 'proof') })),
    entries: objects(entries).map((e) => ({ index: number(e, 'index'), opened: booleanOf(e, 'opened') })),
    segments: (segments ?? []).map((s) => whole(s, 0n, lastNumber)),
    packets: objects(packets).map((p) => ({ index: number(p, 'index'), packet: number(p, 'packet'), proof: strings(p, 'proof') })),
  }
  // No list and an empty one are told apart.
  const again = write({
    ...m,
    consistency: consistency && m.consistency,
    entries: entries && m.entries,
    segments: segments && m.segments,
    packets: packets && m.packets,
  })
  if (again !== utf8(raw) || !flightForm.test(m.flight)) throw bad
  const inOrder =
    ascending(m.entries, (a, b) => a.index < b.index) && ascending(m.segments, (a, b) => a < b) &&
    ascending(m.packets, (a, b) => a.index < b.index || (a.index === b.index && a.packet < b.packet)) &&
    ascending(m.consistency, (a, b) => a.from < b.from)
  if (!inOrder || m.consistency.some((c) => c.from === 0n || c.from > m.size)) throw bad
  const digested = {
    ...m,
    consistency: m.consistency.map((c) => ({ ...c, proof: digests(c.proof) })),
    packets: m.packets.map((p) => ({ ...p, proof: digests(p.proof) })),
  }
  if (m.entries.length === 0) throw new Refusal('bundle.empty')
  if ([m.entries, m.segments, m.packets, m.consistency].some((list) => list.length > maxList)) {
    throw refuse('bundle.files', m.entries.length + m.segments.length + m.packets.length, maxFiles)
  }
  return digested
}

/** The hashes of a proof as they are spelt, null where there is no list. */
type Spelt = string[] | null

interface Written {
  flight: string
  log: string
  size: bigint
  consistency: { from: bigint; proof: Spelt }[] | null | undefined
  entries: { index: bigint; opened: boolean }[] | null | undefined
  segments: bigint[] | null | undefined
  packets: { index: bigint; packet: bigint; proof: Spelt }[] | null | undefined
}

const objects = (list: Value[] | null | undefined): Members[] => (list ?? []).map(object)

function strings(m: Members, name: string): Spelt {
  return listOf(m, name)?.map((v) => {
    if (typeof v !== 'string') throw new TypeMismatch()
    return v
  }) ?? null
}

function digests(spelt: Spelt): Digest[] {
  return (spelt ?? []).map((s) => {
    const d = digest(s)
    if (d === undefined) throw refuse('bundle.manifest')
    return d
  })
}

function ascending<T>(all: T[], below: (a: T, b: T) => boolean): boolean {
  for (let i = 1; i < all.length; i++) if (!below(all[i - 1]!, all[i]!)) return false
  return true
}

function write(m: Written): string {
  const list = <T>(all: T[] | null | undefined, depth: number, item: (x: T) => string): string => {
    if (!all) return 'null'
    if (all.length === 0) return '[]'
    const [inner, outer] = ['\n' + ' '.repeat(depth + 1), '\n' + ' '.repeat(depth)]
    return '[' + all.map((x) => inner + item(x)).join(',') + outer + ']'
  }
  const proof = (p: Spelt): string => list(p, 3, quoteForHTML)
  return [
    '{',
    ` "format": "overflight-bundle",`,
    ` "version": ${version},`,
    ` "flight": ${quoteForHTML(m.flight)},`,
    ` "log": ${quoteForHTML(m.log)},`,
    ` "size": ${m.size},`,
    ` "consistency": ${list(m.consistency, 1, (c) => `{\n   "from": ${c.from},\n   "proof": ${proof(c.proof)}\n  }`)},`,
    ` "entries": ${list(m.entries, 1, (e) => `{\n   "index": ${e.index},\n   "opened": ${e.opened}\n  }`)},`,
    ` "segments": ${list(m.segments, 1, String)},`,
    ` "packets": ${list(m.packets, 1, (p) => `{\n   "index": ${p.index},\n   "packet": ${p.packet},\n   "proof": ${proof(p.proof)}\n  }`)}`,
    '}\n',
  ].join('\n')
}

/** Returns the files that a bundle with this manifest has: no other may be there. */
export function namesOf(m: Manifest): string[] {
  const names = [manifestName, policyName, checkpointName]
  for (const e of m.entries) names.push(leafName(e.index), ...(e.opened ? [openingName(e.index)] : []), proofName(e.index))
  for (const p of m.packets) names.push(packetName(p.index, p.packet))
  for (const s of m.segments) names.push(lengthsName(s), bytesName(s))
  return names
}
