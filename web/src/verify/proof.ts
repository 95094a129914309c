// Proofs that a leaf is in a log (c2sp.org/tlog-proof v1). Reading one verifies nothing.

import { digest, fromStrictBase64, text } from './bytes'
import { type SignedCheckpoint, parseSize, parseUnverified } from './checkpoint'
import { type Refusal, refuse } from './report'
import type { Digest } from './tree'

export interface Proof {
  index: bigint
  hashes: Digest[] // the leaf's sibling first
  checkpoint: SignedCheckpoint
}

const header: string = 'c2sp.org/tlog-proof@v1'
const family = 'c2sp.org/tlog-proof@'
const maxProof = 128 << 10
const maxHashes = 63 // no tree is higher

export function parseProof(raw: Uint8Array): Proof {
  if (raw.length > maxProof) throw refuse('proof.syntax', 1, raw.length)
  const all = text(raw)
  let at = 0
  let number = 0
  let line = ''
  const bad = (): Refusal => refuse('proof.syntax', number, line)
  // A line with a carriage return is no line: base64 would be read across it.
  const next = (): boolean => {
    number++
    const end = all.indexOf('\n', at)
    line = end < 0 ? all.slice(at) : all.slice(at, end)
    if (end < 0 || line.includes('\r')) return false
    at = end + 1
    return true
  }
  if (!next()) throw bad()
  if (line !== header) throw line.startsWith(family) ? refuse('proof.version', line) : bad()
  let there = next()
  if (there && line.startsWith('extra ')) {
    if (fromStrictBase64(line.slice(6)) === undefined) throw bad()
    there = next()
  }
  const index = there && line.startsWith('index ') ? parseSize(line.slice(6)) : undefined
  if (index === undefined) throw bad()
  const hashes: Digest[] = []
  for (;;) {
    if (!next()) throw bad()
    if (line === '') break
    const hash = digest(line)
    if (hash === undefined || hashes.length === maxHashes) throw bad()
    hashes.push(hash)
  }
  // All before is ASCII, so that places in the text are places in the bytes.
  return { index, hashes, checkpoint: parseUnverified(raw.subarray(at)) }
}
