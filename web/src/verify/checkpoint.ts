// Signed checkpoints (c2sp.org/tlog-checkpoint in c2sp.org/signed-note). Reading one verifies nothing.

import { digest, encode, fromBase64, utf8 } from './bytes'
import { type Key, idOf, nameInNote } from './key'
import { Refusal, refuse } from './report'
import { type Digest, maxSize } from './tree'

export interface Signature {
  name: string
  id: string
  blob: Uint8Array // without the identifier; an instant comes first in a cosignature
}

export interface Checkpoint {
  origin: string
  size: bigint
  root: Digest
}

export interface SignedCheckpoint extends Checkpoint {
  text: string // what is signed
  raw: Uint8Array
  signatures: Signature[]
}

const maxCheckpoint = 64 << 10
const maxLine = 1024
const maxSignatures = 100

/** Reads a signed checkpoint: every field is what a stranger wrote. */
export function parseUnverified(raw: Uint8Array): SignedCheckpoint {
  const bad = refuse('note.syntax')
  const note = raw.length > maxCheckpoint ? undefined : utf8(raw)
  if (note === undefined || /[\0-\x09\x0b-\x1f]/.test(note)) throw bad
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || split + 2 === note.length || !note.endsWith('\n')) throw bad
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > maxSignatures) throw bad
  const signatures = [...new Set(lines)].map((line) => {
    if (!line.startsWith('— ')) throw bad
    const [, name, coded] = /^— ([^ ]*) (.*)$/s.exec(line) ?? []
    const blob = coded === undefined ? undefined : fromBase64(coded)
    if (name === undefined || !nameInNote(name) || blob === undefined || blob.length < 5) throw bad
    return { name, id: idOf(blob), blob: blob.subarray(4) }
  })
  return { ...parseText(text), text, raw, signatures }
}

function parseText(text: string): Checkpoint {
  const bad = (line: number, got: string): Refusal => refuse('checkpoint.syntax', line, got)
  const lines = text.slice(0, -1).split('\n')
  for (const [i, line] of lines.entries()) if (line === '' || encode(line).length > maxLine) throw bad(i + 1, line)
  const [origin, size, root] = lines
  if (origin === undefined || size === undefined || root === undefined) throw bad(lines.length + 1, '')
  const n = parseSize(size)
  if (n === undefined) throw bad(2, size)
  const hash = digest(root)
  if (hash === undefined) throw bad(3, root)
  return { origin, size: n, root: hash }
}

/** Reads a decimal number without leading zeroes. */
export function parseSize(s: string): bigint | undefined {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(s)) return undefined
  const n = BigInt(s)
  return n > maxSize ? undefined : n
}

/** Returns the signatures by a key. A signature of a key that is known and does not fit spoils the note. */
export async function signedBy(s: SignedCheckpoint, key: Key): Promise<Signature[]> {
  const good = s.signatures.filter((g) => g.name === key.name && g.id === key.id)
  for (const g of good) if (!(await key.fits(s.text, s, g.blob))) throw new Refusal('signature.bad', [key.name])
  if (good.length === 0) throw new Refusal('signature.no', [key.name])
  return good
}
