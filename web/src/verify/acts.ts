// Who signed what: acts in the log, and whose keys their signatures are of. That is said by the policy and by leaves before.

import { distinct, label, labelOf, type Signed, maxSigned, parseKey, validKind, verifyDigest } from '../sign/signature'
import { canonical } from '../sign/canonical'
import { digest as digestOf, encode, equal, excerpt } from './bytes'
import { type Opening, authorisationKind, keyKind } from './entry'
import type { Key } from './key'
import { type Code, Refusal, refuse } from './report'
import { sha256 } from './sha256'

/** Signatures of nobody who is known, and of whom the operator alone says who they are. */
export interface Signers {
  unknown: number
  operators: number
}

/** Takes what came of one check: null where it passed. */
type Tell = (reason: Refusal | null, what: Code, ...args: string[]) => void

/** A key with which a person signs: in force after the leaf from, or from the beginning, and before the leaf to. */
interface Signer {
  key: Key
  from: bigint | null
  to: bigint | null
  vouched: boolean
}

type Members = Record<string, unknown>

const began = (s: Signer, index: bigint): boolean => s.from === null || s.from < index

class Known {
  readonly keys = new Map<string, Signer[]>()
  private readonly names = new Map<string, string[]>()

  add(s: Signer): void {
    const named = label(s.key)
    this.keys.set(named, [...(this.keys.get(named) ?? []), s])
    const labels = this.names.get(s.key.name) ?? []
    if (!labels.includes(named)) this.names.set(s.key.name, [...labels, named])
  }

  /** Returns the key of a signature on a leaf, undefined where nothing is known of who it says it is. */
  inForce(named: string, name: string, index: bigint): Signer | undefined {
    const known = this.keys.get(named)
    if (known === undefined) {
      const others = this.names.get(name)
      if (others !== undefined) throw refuse('signed.otherkey', named, others.join(', '))
      return undefined
    }
    let last = known[0]!
    for (const s of known) {
      if (began(s, index) && (s.to === null || index < s.to)) return s
      if (began(s, index)) last = s
    }
    throw began(last, index) ? refuse('signer.ended', named, last.to!) : refuse('signer.later', named, last.from!)
  }
}

/** Checks every signature that opened leaves carry. */
export async function checkActs(persons: Key[], opened: { index: bigint; opening: Opening }[], tell: Tell, breathe: () => Promise<void>): Promise<Signers> {
  const known = new Known()
  for (const key of persons) known.add({ key, from: null, to: null, vouched: true })
  for (const { index, opening } of opened) if (opening.kind === keyKind) keyLeaf(known, index, opening.body, tell)
  const found: Signers = { unknown: 0, operators: 0 }
  for (const { index, opening } of opened) {
    await breathe()
    if (opening.kind === authorisationKind) await act(known, index, opening.body, tell, found)
  }
  return found
}

/** Returns the members of a body in canonical form. The platform's reader keeps all of such a body. */
export function membersOf(body: Uint8Array): Members | undefined {
  const form = attempt(() => canonical(body))
  return form instanceof Refusal || !equal(form, body) ? undefined : (JSON.parse(new TextDecoder().decode(body)) as Members)
}

const text = (v: unknown): string => (typeof v === 'string' ? v : '')

function keyLeaf(known: Known, index: bigint, body: Uint8Array, tell: Tell): void {
  const members = membersOf(body)
  if (members === undefined || member(members, 'use') !== 'person') return
  const name = text(member(members, 'name'))
  const what = [String(index), name] as const
  const keys = attempt(() =>
    [member(members, 'old'), member(members, 'new')].map((v) => {
      if (text(v) === '') return undefined
      const key = parseKey(text(v))
      if (key.name !== name) throw refuse('signed.othername', name, key.name)
      return key
    }),
  )
  if (keys instanceof Refusal) {
    tell(keys, 'what.signer', ...what)
    return
  }
  const [before, fresh] = keys
  if (before !== undefined) {
    const those = known.keys.get(label(before))
    if (those === undefined) known.add({ key: before, from: null, to: index, vouched: false })
    for (const s of those ?? []) if (began(s, index) && (s.to === null || s.to > index)) s.to = index
  }
  if (fresh !== undefined) known.add({ key: fresh, from: index, to: null, vouched: false })
  tell(null, 'what.signer', ...what)
}

async function act(known: Known, index: bigint, body: Uint8Array, tell: Tell, found: Signers): Promise<void> {
  const at = String(index)
  const members = membersOf(body)
  if (members !== undefined && !Object.hasOwn(members, 'act')) return
  const a = members === undefined ? 'RFC 8785' : actOf(members)
  if (typeof a === 'string') {
    tell(refuse('act.form', at, a), 'what.act', at, '?', '?')
    return
  }
  tell(null, 'what.act', at, a.kind, String(a.signed.length))
  const keys: Key[] = []
  for (const s of a.signed) {
    const named = attempt(() => labelOf(s))
    if (named instanceof Refusal) {
      tell(named, 'what.signed', at, excerpt(s.name), a.kind)
      continue
    }
    const what = [at, named, a.kind] as const
    const signer = attempt(() => known.inForce(named, s.name, index))
    if (signer instanceof Refusal) {
      tell(signer, 'what.signed', ...what)
    } else if (signer === undefined) {
      tell(null, 'what.unknownsigner', ...what)
      found.unknown++
    } else {
      const refused = await refusal(async () => {
        await verifyDigest(a.kind, a.digest, s, signer.key)
        keys.push(signer.key)
        distinct(keys, 0)
      })
      if (refused === null && !signer.vouched) found.operators++
      tell(refused, 'what.signed', ...what)
    }
  }
}

/** What the leaf of an act says that was signed. */
export interface Act {
  kind: string
  digest: Uint8Array
  signed: Signed[]
}

const isObject = (v: unknown): v is Members => typeof v === 'object' && v !== null && !Array.isArray(v)
const member = (m: Members, name: string): unknown => (Object.hasOwn(m, name) ? m[name] : undefined)

/** Reads an act; a string is the member that is not as it should be. */
export function actOf(m: Members): Act | string {
  const kind = text(member(m, 'act'))
  if (!validKind(kind)) return 'act'
  if (Object.hasOwn(m, 'document') === Object.hasOwn(m, 'sha256')) return 'document'
  let digest: Uint8Array | undefined
  if (Object.hasOwn(m, 'document')) {
    const document = member(m, 'document')
    if (!isObject(document)) return 'document'
    digest = sha256(canonical(encode(JSON.stringify(document)))) // its form is that of the body
  } else {
    digest = digestOf(text(member(m, 'sha256')))
    if (digest === undefined) return 'sha256'
  }
  const list = member(m, 'signatures')
  if (!Array.isArray(list) || list.length > maxSigned) return 'signatures'
  const signed: Signed[] = []
  for (const s of list as unknown[]) {
    if (!isObject(s) || Object.keys(s).length !== 2) return 'signatures'
    const [name, line] = [member(s, 'name'), member(s, 'line')]
    if (typeof name !== 'string' || typeof line !== 'string') return 'signatures'
    signed.push({ name, line })
  }
  return { kind, digest, signed }
}

function attempt<T>(look: () => T): T | Refusal {
  try {
    return look()
  } catch (e) {
    if (e instanceof Refusal) return e
    throw e
  }
}

async function refusal(look: () => Promise<void>): Promise<Refusal | null> {
  try {
    await look()
    return null
  } catch (e) {
    if (e instanceof Refusal) return e
    throw e
  }
}
