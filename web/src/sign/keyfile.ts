// A person's key in the browser: made here, kept as a file that only a passphrase opens, never sent anywhere. The file is the
// one that the command writes: an armored age file (c2sp.org/age, scrypt) with three lines in it.

import { ed25519 } from '@noble/curves/ed25519.js'
import { base64, encode, fromStrictBase64, join, utf8 } from '../verify/bytes'
import { type Key, nameValid, personKey } from '../verify/key'
import { Refusal } from '../verify/report'
import { type Signed, keyID, lineOf, maxName, textOf } from './signature'

export const leastPassphrase = 16 // characters; the command wants the same

const header = 'overflight key v1'
const role = 'person'
const signs = 1
const longest = 16 << 10
/** Of scrypt, age's own default. */
const workFactor = 18

/** Why a key cannot be made or opened. */
export type KeyFault = 'passphrase' | 'short' | 'name' | 'file' | 'role'

export class KeyError extends Error {
  constructor(readonly fault: KeyFault) {
    super(fault)
    this.name = 'KeyError'
  }
}

/** A person's key. However it is printed, only its public half shows. */
export class PersonKey {
  readonly #seed: Uint8Array<ArrayBuffer>
  readonly public: Key

  private constructor(name: string, seed: Uint8Array<ArrayBuffer>) {
    this.#seed = seed
    const typed = join(Uint8Array.of(signs), ed25519.getPublicKey(seed))
    this.public = personKey(`${name}+${keyID(name, typed)}+${base64(typed)}`)
  }

  /** Makes a key under a name that others will know it by. */
  static create(name: string): PersonKey {
    if (!nameValid(name) || encode(name).length > maxName) throw new KeyError('name')
    return new PersonKey(name, crypto.getRandomValues(new Uint8Array(32)))
  }

  /** Opens a key file. */
  static async open(file: Uint8Array, passphrase: string): Promise<PersonKey> {
    if (file.length > longest) throw new KeyError('file')
    const { Decrypter, armor } = await import('age-encryption')
    const decrypter = new Decrypter()
    decrypter.addPassphrase(passphrase)
    let raw: Uint8Array
    try {
      raw = armor.decode(new TextDecoder().decode(file))
    } catch {
      throw new KeyError('file')
    }
    let inside: Uint8Array
    try {
      inside = await decrypter.decrypt(raw)
    } catch (e) {
      // Of what can be wrong with a file, only this is about the passphrase.
      throw new KeyError(e instanceof Error && e.message.startsWith('no identity matched') ? 'passphrase' : 'file')
    }
    const lines = utf8(inside)?.split('\n') ?? []
    if (lines.length !== 4 || lines[3] !== '' || lines[0] !== header) throw new KeyError('file')
    if (lines[1] !== role) throw new KeyError('role')
    const [, name = '', id, text = ''] = /^PRIVATE\+KEY\+([^+]*)\+([0-9a-f]{8})\+(.*)$/.exec(lines[2]!) ?? []
    const typed = fromStrictBase64(text)
    if (typed?.length !== 33 || typed[0] !== signs || !nameValid(name) || encode(name).length > maxName) throw new KeyError('file')
    const key = new PersonKey(name, typed.slice(1))
    if (key.public.id !== id) throw new KeyError('file')
    return key
  }

  /** Returns the file of the key, under a passphrase. */
  async file(passphrase: string, work = workFactor): Promise<Uint8Array<ArrayBuffer>> {
    if ([...passphrase].length < leastPassphrase) throw new KeyError('short')
    const { Encrypter, armor } = await import('age-encryption')
    const encrypter = new Encrypter()
    encrypter.setPassphrase(passphrase)
    encrypter.setScryptWorkFactor(work)
    const { name, id } = this.public
    const line = `PRIVATE+KEY+${name}+${id}+${base64(join(Uint8Array.of(signs), this.#seed))}`
    return encode(armor.encode(await encrypter.encrypt(`${header}\n${role}\n${line}\n`)))
  }

  /** Signs a document, which has to be in canonical form. */
  async sign(kind: string, document: Uint8Array): Promise<Signed> {
    return lineOf(this.public, await this.raw(encode(textOf(kind, document))))
  }

  /** WebCrypto has Ed25519 in newer browsers and in secure contexts only; elsewhere the same is worked out here. */
  private async raw(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
    if (subtle !== undefined) {
      try {
        const native = await subtle.importKey('pkcs8', join(pkcs8, this.#seed), 'Ed25519', false, ['sign'])
        return new Uint8Array(await subtle.sign('Ed25519', native, message))
      } catch {
        // below
      }
    }
    return this.signHere(message)
  }

  /** Signs without WebCrypto (RFC 8032). */
  signHere(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.#seed)
  }

  toString(): string {
    return this.public.text
  }

  toJSON(): string {
    return this.public.text
  }
}

/** What stands before the seed of an Ed25519 key in PKCS #8 (RFC 8410 section 7). */
const pkcs8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20)

/** Reports whether something that was thrown is about a document or a key, and not a mistake of the program. */
export const isFinding = (e: unknown): e is KeyError | Refusal => e instanceof KeyError || e instanceof Refusal
