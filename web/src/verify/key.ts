// Public keys in the form NAME+ID+KEY of c2sp.org/signed-note, and the signatures that they fit.

import { ed25519 } from '@noble/curves/ed25519.js'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { binary, encode, equal, fromBinary, fromStrictBase64, hex, join, text, uint64, utf8 } from './bytes'
import type { Checkpoint } from './checkpoint'
import { refuse } from './report'
import { sha256 } from './sha256'

/** The types of signature: a log signs with 1 or 6, a witness with 4 or 6. */
const signs = 1
const cosigns = 4
const cosignsMLDSA = 6

const longestName = 255 // an ML-DSA cosignature cannot name more
const longestKey = 4096

export interface Key {
  name: string
  id: string // eight hexadecimal digits
  text: string
  public: Uint8Array<ArrayBuffer>
  /** Reports whether the bytes of a signature, without the identifier, fit a checkpoint. */
  fits(note: string, checkpoint: Checkpoint, signature: Uint8Array): Promise<boolean>
}

export const logKey = (s: string): Key => parse(s, [signs, cosignsMLDSA])
/** Reads the key of a person, who signs plain notes; of text, whose characters are not bytes. */
export const personKey = (s: string): Key => parse(binary(encode(s)), [signs])
/** The same out of a policy, whose characters are bytes. */
export const personKeyInPolicy = (s: string): Key => parse(s, [signs])
export const witnessKey = (s: string): Key => parse(s, [cosigns, cosignsMLDSA])

// What Go takes for space, where \s of a regular expression takes other characters.
const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

/** The rule of c2sp.org/signed-note for names: not empty, no space, no plus. */
export const nameInNote = (name: string): boolean => name !== '' && !name.includes('+') && !space.test(name)

/** The rule for names of keys: that for notes, on one line, and no longer than a cosignature can name. */
export const nameValid = (name: string): boolean => nameInNote(name) && !/[\0-\x1f\x7f]/.test(name) && encode(name).length <= longestName

/** Cuts a text at the first plus. */
function cut(s: string): [string, string] {
  const at = s.indexOf('+')
  return at < 0 ? [s, ''] : [s.slice(0, at), s.slice(at + 1)]
}

/** Reads a key out of a policy, whose characters are bytes. */
function parse(s: string, allowed: number[]): Key {
  const shown = text(fromBinary(s))
  const bad = refuse('key.syntax', shown)
  if (s.length > longestKey) throw bad
  const [nameBytes, rest] = cut(s)
  const [id, key64] = cut(rest)
  const name = utf8(fromBinary(nameBytes))
  const typed = fromStrictBase64(key64)
  if (!/^[0-9a-fA-F]{8}$/.test(id) || typed === undefined || typed.length < 2) throw bad
  if (name === undefined || !nameValid(name)) throw bad
  const own = hex(sha256(encode(name + '\n'), typed).subarray(0, 4))
  if (own !== id.toLowerCase()) throw refuse('key.id', name, id, own)
  const algorithm = typed[0]!
  const key = typed.slice(1)
  if (!allowed.includes(algorithm)) throw refuse('key.algorithm', name, algorithm, allowed.join(' / '))
  if (key.length !== (algorithm === cosignsMLDSA ? ml_dsa44.lengths.publicKey : 32)) throw bad
  const known = { name, id: own, text: shown, public: key }
  switch (algorithm) {
    case signs:
      return { ...known, fits: (note, _, signature) => verifyEd25519(key, encode(note), signature) }
    case cosigns:
      return {
        ...known,
        fits: async (note, _, signature) =>
          signature.length > 8 && verifyEd25519(key, encode(`cosignature/v1\ntime ${seconds(signature)}\n${note}`), signature.subarray(8)),
      }
    default:
      return { ...known, fits: async (_, checkpoint, signature) => verifyMLDSA(key, name, checkpoint, signature) }
  }
}

export const samePublic = (a: Key, b: Key): boolean => equal(a.public, b.public)

/** The instant that a cosignature begins with, in seconds since 1970. */
export function seconds(signature: Uint8Array): bigint {
  return new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0)
}

/**
 * WebCrypto has Ed25519 in newer browsers and in secure contexts only. Where it has none, and for keys that it does not take,
 * the same is worked out here.
 */
export async function verifyEd25519(key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>, signature: Uint8Array): Promise<boolean> {
  if (signature.length !== 64) return false
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (subtle !== undefined) {
    try {
      const native = await subtle.importKey('raw', key, 'Ed25519', false, ['verify'])
      return await subtle.verify('Ed25519', native, signature.slice(), message)
    } catch {
      // below
    }
  }
  return verifyEd25519Here(key, message, signature)
}

/** Verifies Ed25519 (RFC 8032) without WebCrypto. */
export function verifyEd25519Here(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, key, { zip215: false })
  } catch {
    return false // the key is no point of the curve
  }
}

/** An ML-DSA-44 cosignature is over the whole tree, without extension lines (c2sp.org/tlog-cosignature). */
function verifyMLDSA(key: Uint8Array, witness: string, c: Checkpoint, signature: Uint8Array): boolean {
  const name = encode(witness)
  const origin = encode(c.origin)
  if (signature.length !== 8 + ml_dsa44.lengths.signature! || origin.length > longestName) return false
  const message = join(
    encode('subtree/v1\n\0'), Uint8Array.of(name.length), name, signature.subarray(0, 8),
    Uint8Array.of(origin.length), origin, uint64(0n), uint64(c.size), c.root,
  )
  return ml_dsa44.verify(signature.slice(8), message, key)
}

/** The identifier that a signature line begins with. */
export const idOf = (blob: Uint8Array): string => hex(blob.subarray(0, 4))

