// What a product rests on, held together in this page from the bytes that came with it: its records, the two who signed, and the log. The
// node is not believed: what it hands over either fits, or is said not to.
import type { InboxProof } from '../api/client'
import { distinct, type Signed, verifyDigest } from '../sign/signature'
import { canonical } from '../sign/canonical'
import { type Act, actOf, membersOf } from '../verify/acts'
import { encode, equal, fromBase64, fromHex, hex } from '../verify/bytes'
import { type SignedCheckpoint, parseUnverified, signedBy } from '../verify/checkpoint'
import { leafOf, parseOpening } from '../verify/entry'
import { instant } from '../verify/instant'
import { type Key, seconds, witnessKey } from '../verify/key'
import { checkLog, parsePolicy } from '../verify/policy'
import { parse } from '../verify/redaction/check'
import { type Line, Refusal, refuse } from '../verify/report'
import { sha256 } from '../verify/sha256'
import { included, leafHash } from '../verify/tree'
import type { Verified } from './verified'

/** What is checked, in this order. */
export const steps = ['commitments', 'root', 'released', 'signed', 'inclusion', 'log', 'cosigned'] as const
export type StepID = (typeof steps)[number]

/**
 * Why it cannot be told whether something holds: it came before what proves it was kept, who signed is not known by the policy, this node cosigned another checkpoint. */
export type Untold = 'noparcel' | 'unknownsigner' | 'nocosignature'

export interface ProofStep {
  readonly id: StepID
  readonly found: 'held' | 'wrong' | 'untold'
  readonly args: readonly string[] // of the text of what holds, and of why it cannot be told
  readonly why: Line | null // of what is wrong
  readonly untold: Untold | ''
}

/** Nothing of it is wrong. What cannot be told is not wrong. */
export const stands = (all: readonly ProofStep[]): boolean => all.every((s) => s.found !== 'wrong')

interface Logged {
  readonly document: Record<string, unknown>
  readonly index: number
  readonly opening: string
  readonly proof: readonly string[] | null
}
interface Parcel {
  readonly checkpoint: string
  readonly office: Logged
  readonly report: Logged
  readonly release: Logged
  readonly view?: Logged // that the release is by, where two persons did not sign the release itself
}

const kinds = { office: 'office.described/v1', report: 'report.drafted/v1', release: 'report.released/v1', view: 'view.agreed/v1' } as const

class Untellable extends Error {
  constructor(
    readonly untold: Untold,
    readonly args: readonly string[] = [],
  ) {
    super(untold)
  }
}

/** Runs one check. What a stranger wrote may be of any form: what cannot be read does not hold. */
async function step(id: StepID, check: () => readonly string[] | Promise<readonly string[]>): Promise<ProofStep> {
  try {
    return { id, found: 'held', args: await check(), why: null, untold: '' }
  } catch (e) {
    if (e instanceof Untellable) return { id, found: 'untold', args: e.args, why: null, untold: e.untold }
    const why = e instanceof Refusal ? e.line() : e instanceof TypeError || e instanceof SyntaxError || e instanceof RangeError ? refuse('document.syntax', 0, id).line() : null
    if (!why) throw e
    return { id, found: 'wrong', args: [], why, untold: '' }
  }
}

const bytes = (s: string): Uint8Array<ArrayBuffer> => {
  const b = fromBase64(s)
  if (!b) throw refuse('opening.syntax')
  return b
}

/** The act of a leaf that the checkpoint covers, which is of just this document. */
function logged(l: Logged, kind: string, at: SignedCheckpoint): Act {
  const o = parseOpening(bytes(l.opening))
  const path = (l.proof ?? []).map((h) => fromHex(h)).filter((h) => h !== undefined)
  if (!included(at.size, at.root, BigInt(l.index), leafHash(leafOf(o)), path)) throw refuse('inclusion', l.index, at.size)
  const act = actOf(membersOf(o.body) ?? {})
  if (typeof act === 'string') throw refuse('act.form', l.index, act)
  if (act.kind !== kind) throw refuse('act.form', l.index, act.kind)
  return act
}

/** That the document of an act is the one that its leaf commits to. */
function documented(l: Logged, act: Act): Record<string, unknown> {
  if (!equal(sha256(canonical(encode(JSON.stringify(l.document)))), act.digest)) throw refuse('act.form', l.index, 'sha256')
  return l.document
}

const text = (v: unknown): string => (typeof v === 'string' ? v : '')
const object = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>) : {})

const named = (document: Record<string, unknown>): string[] => (Array.isArray(document['by']) ? (document['by'] as unknown[]).map(text) : [])

/** Who signed: two who are not one, each with a key that the policy knows; Untellable where it knows somebody not. */
async function signedByTwo(act: Act, named: readonly string[], persons: readonly Key[]): Promise<readonly string[]> {
  const keys: Key[] = [], unknown: string[] = []
  if (named.length !== 2) throw refuse('signed.alone', named.length, 2)
  for (const name of named) {
    const s: Signed | undefined = act.signed.find((x) => x.name === name)
    if (!s) throw refuse('signed.alone', act.signed.length, 2)
    const theirs = persons.filter((k) => k.name === name)
    if (theirs.length === 0) {
      unknown.push(name)
      continue
    }
    const of = theirs.find((k) => s.line.startsWith(`— ${name} `) && hex(bytes(s.line.slice(name.length + 3)).subarray(0, 4)) === k.id) ?? theirs[0]!
    await verifyDigest(act.kind, act.digest, s, of)
    keys.push(of)
  }
  if (unknown.length > 0) throw new Untellable('unknownsigner', [unknown.join(', ')])
  distinct(keys, 2)
  return named
}

/** All that a product rests on. The first two are what verify found of its bytes. */
export async function prove(document: string, v: Verified, proof: InboxProof, policyText: string, witness: string): Promise<ProofStep[]> {
  const own = parse(document)
  const statement = object(object(JSON.parse(own ? document : '{}'))['statement'])
  const parcel = (): Parcel => {
    if (proof.parcel === '') throw new Untellable('noparcel')
    return JSON.parse(proof.parcel) as Parcel
  }
  const at = () => parseUnverified(bytes(parcel().checkpoint))
  return [
    await step('commitments', () => {
      if (v.wrong && v.wrong.what !== 'report') throw refuse('entry.body', v.wrong.field || v.wrong.what)
      return [String(v.disclosed), String(v.hidden), String(v.records), String(v.whole)]
    }),
    await step('root', () => {
      if (v.wrong || !own) throw refuse('inclusion', 0, v.records)
      const p = parcel()
      const drafted = object((documented(p.report, logged(p.report, kinds.report, at())))['statement'])
      for (const member of ['id', 'version', 'made', 'records', 'root', 'supersedes']) if (drafted[member] !== statement[member]) throw refuse('act.form', p.report.index, member)
      return [text(statement['id']), String(p.report.index)]
    }),
    await step('released', () => {
      const p = parcel()
      const released = documented(p.release, logged(p.release, kinds.release, at()))
      if (released['product'] !== v.digest) throw refuse('act.form', p.release.index, 'product')
      if (released['report'] !== statement['id'] || released['root'] !== statement['root']) throw refuse('act.form', p.release.index, 'root')
      const office = documented(p.office, logged(p.office, kinds.office, at()))
      if (released['office'] !== office['office'] || released['office_act'] !== hex(sha256(canonical(encode(JSON.stringify(office)))))) throw refuse('act.form', p.office.index, 'office')
      return [text(released['office']), String(p.release.index)]
    }),
    await step('signed', async () => {
      const p = parcel()
      const act = logged(p.release, kinds.release, at())
      const released = documented(p.release, act)
      const persons = parsePolicy(encode(policyText)).persons, standing = text(released['standing'])
      if ((standing === '') !== !p.view) throw refuse('act.form', p.release.index, 'view')
      if (!p.view) return [(await signedByTwo(act, named(released), persons)).join(', ')]
      // Of a view that two persons agreed to each release is made by the node: their signatures are under the view.
      const agreement = logged(p.view, kinds.view, at())
      const view = documented(p.view, agreement)
      for (const [member, same] of [['id', 'standing'], ['office', 'office'], ['purpose', 'purpose']] as const) if (view[member] !== released[same]) throw refuse('act.form', p.view.index, member)
      return [(await signedByTwo(agreement, named(view), persons)).join(', '), standing]
    }),
    await step('inclusion', () => {
      const p = parcel(), c = at()
      const parts = (['office', 'report', 'release', 'view'] as const).flatMap((part) => (p[part] ? [[p[part], kinds[part]] as const] : []))
      for (const [l, kind] of parts) logged(l, kind, c)
      return [parts.map(([l]) => String(l.index)).join(', '), String(c.size)]
    }),
    await step('log', async () => {
      const c = at()
      await checkLog(parsePolicy(encode(policyText)), c)
      return [c.origin, String(c.size)]
    }),
    await step('cosigned', async () => {
      const c = at()
      if (proof.cosigned === '') throw new Untellable('nocosignature', [String(c.size)])
      const note = parseUnverified(encode(proof.cosigned))
      const key = witnessKey(witness)
      if (note.text !== c.text) throw refuse('origin', note.origin, c.origin)
      const [first] = await signedBy(note, key)
      return [key.name, String(note.size), instant(seconds(first!.blob))]
    }),
  ]
}
