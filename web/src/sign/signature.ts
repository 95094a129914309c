// What exactly a person signs, and whether a signature holds: docs/signature.md has the format.

import { base64, encode, equal, fromStrictBase64, hex } from '../verify/bytes'
import { type Key, idOf, nameValid, personKey, samePublic, verifyEd25519 } from '../verify/key'
import { refuse } from '../verify/report'
import { sha256 } from '../verify/sha256'
import { canonical } from './canonical'

export const maxName = 64
export const maxSigned = 8

const header = 'overflight act v1'
const kindForm = /^[a-z][a-z0-9.-]{0,39}\/v[1-9][0-9]{0,2}$/

/** One signature: the name of the key, and the signature line of c2sp.org/signed-note without its newline. */
export interface Signed {
  name: string
  line: string
}

export const validKind = (kind: string): boolean => kindForm.test(kind)

/** Reads the public key of a person. */
export function parseKey(s: string): Key {
  const key = personKey(s)
  if (encode(key.name).length > maxName) throw refuse('signed.name', key.name, maxName)
  return key
}

/** Returns what is signed of a document, which has to be in canonical form. */
export function textOf(kind: string, document: Uint8Array): string {
  const form = canonical(document)
  if (!equal(form, document)) {
    let at = 0
    while (at < form.length && form[at] === document[at]) at++
    throw refuse('document.form', at)
  }
  return textOfDigest(kind, sha256(document))
}

export function textOfDigest(kind: string, digest: Uint8Array): string {
  if (!validKind(kind)) throw refuse('signed.kind', kind)
  return `${header}\n${kind}\n${base64(digest)}\n`
}

export const label = (key: Key): string => `${key.name}+${key.id}`

const dash = '— '
const rawLength = 4 + 64

/** Takes a signature line apart. */
function parse(s: Signed): { id: string; raw: Uint8Array } {
  const bad = refuse('signed.line', s.line)
  const most = encode(dash).length + maxName + 1 + 4 * Math.ceil(rawLength / 3)
  if (!s.line.startsWith(dash) || encode(s.line).length > most) throw bad
  const rest = s.line.slice(dash.length)
  const space = rest.indexOf(' ')
  const [name, text] = space < 0 ? [rest, ''] : [rest.slice(0, space), rest.slice(space + 1)]
  const raw = /[\r\n]/.test(text) ? undefined : fromStrictBase64(text)
  if (raw === undefined || raw.length !== rawLength || !nameValid(name)) throw bad
  if (name !== s.name) throw refuse('signed.othername', s.name, name)
  return { id: idOf(raw), raw: raw.subarray(4) }
}

/** Returns the name and identifier of the key that a signature says it is of. */
export const labelOf = (s: Signed): string => `${s.name}+${parse(s).id}`

/** Throws, as a Refusal, unless the key signed just this document as this kind of act. */
export const verify = async (kind: string, document: Uint8Array, s: Signed, key: Key): Promise<void> => fits(textOf(kind, document), kind, s, key)

/** The same for who has the digest of the document alone. */
export const verifyDigest = async (kind: string, digest: Uint8Array, s: Signed, key: Key): Promise<void> =>
  fits(textOfDigest(kind, digest), kind, s, key)

async function fits(text: string, kind: string, s: Signed, key: Key): Promise<void> {
  const { id, raw } = parse(s)
  if (s.name !== key.name || id !== key.id) throw refuse('signed.otherkey', `${s.name}+${id}`, label(key))
  if (!(await verifyEd25519(key.public, encode(text), raw))) throw refuse('signed.changed', s.name, kind)
}

/** Writes a signature line. */
export function lineOf(key: Pick<Key, 'name' | 'id'>, raw: Uint8Array): Signed {
  const blob = new Uint8Array(4 + raw.length)
  for (let i = 0; i < 4; i++) blob[i] = parseInt(key.id.slice(2 * i, 2 * i + 2), 16)
  blob.set(raw, 4)
  return { name: key.name, line: `${dash}${key.name} ${base64(blob)}` }
}

const fold = (name: string): string => name.replace(/[A-Z]/g, (c) => c.toLowerCase())

/** Throws unless the keys, each of which signed, are those of at least so many persons. */
export function distinct(keys: Key[], need: number): void {
  if (keys.length > maxSigned) throw refuse('signed.many', keys.length, maxSigned)
  keys.forEach((k, i) => {
    for (const other of keys.slice(0, i)) {
      if (samePublic(k, other)) throw refuse('signed.samekey', k.name)
      if (fold(k.name) === fold(other.name)) throw refuse('signed.samename', k.name)
    }
  })
  if (keys.length < need) throw refuse('signed.alone', keys.length, need)
}

/** The identifier of a key: four bytes in hexadecimal. */
export const keyID = (name: string, typed: Uint8Array): string => hex(sha256(encode(name + '\n'), typed).subarray(0, 4))
