// Policies (c2sp.org/tlog-policy): whose word is needed. At least one log has to be named, and no witness may hold a log's
// key, because it would not be independent of it.

import { binary, excerpt, fromBinary, text } from './bytes'
import { type SignedCheckpoint, signedBy } from './checkpoint'
import { instant } from './instant'
import { type Key, logKey, personKeyInPolicy, samePublic, seconds, witnessKey } from './key'
import { type Code, type Cosignature, Refusal, refuse } from './report'

export interface Policy {
  logs: Key[]
  witnesses: { name: string; key: Key }[]
  persons: Key[] // whose signatures on documents the policy vouches for
  quorum: string // name of a witness or group, "none" where no cosignature is wanted
  groups: Map<string, Group> // a witness is a group without members
}

interface Group {
  need: number
  members: string[]
}

const maxPolicy = 1 << 20
const maxLines = 1024
const nobody = 'none'
/** A comment for every other reader of policies. */
const personWord = '#person'

/** Reads a policy file. Names are compared byte by byte; they are strings of bytes until they are shown. */
export function parsePolicy(file: Uint8Array): Policy {
  if (file.length > maxPolicy) throw refuse('policy.size', file.length, maxPolicy)
  const lines = binary(file).split('\n')
  if (lines.length > maxLines) throw refuse('policy.size', lines.length, maxLines)
  const policy: Policy = { logs: [], witnesses: [], persons: [], quorum: '', groups: new Map() }
  const grouped = new Set<string>()
  for (const [i, line] of lines.entries()) {
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(line)) throw refuse('policy.character', i + 1)
    const fields = line.split(/[ \t]+/).filter((f) => f !== '')
    if (fields.length > 0 && (!fields[0]!.startsWith('#') || fields[0] === personWord)) take(policy, grouped, i + 1, line, fields)
  }
  if (policy.quorum === '') throw refuse('policy.quorum')
  if (policy.logs.length === 0) throw refuse('policy.nolog')
  return policy
}

const shown = (s: string): string => text(fromBinary(s))

function take(p: Policy, grouped: Set<string>, line: number, whole: string, fields: string[]): void {
  const [word, a = '', b = ''] = fields
  const n = fields.length
  const twice = (name: string): Refusal => refuse('policy.twice', line, name)
  const define = (name: string, group: Group): void => {
    if (p.groups.has(name) || name === nobody) throw twice(shown(name))
    p.groups.set(name, group)
  }
  if (word === 'log' && (n === 2 || n === 3)) {
    const key = logKey(a)
    if (p.logs.some((l) => samePublic(l, key))) throw twice(key.name)
    p.logs.push(key)
    ownKeys(p, line)
  } else if (word === 'witness' && (n === 3 || n === 4)) {
    const key = witnessKey(b)
    define(a, { need: 0, members: [] })
    if (p.witnesses.some((w) => samePublic(w.key, key))) throw twice(key.name)
    p.witnesses.push({ name: a, key })
    ownKeys(p, line)
  } else if (word === personWord && n === 2) {
    const key = personKeyInPolicy(a)
    if (p.persons.some((k) => samePublic(k, key))) throw twice(key.name)
    p.persons.push(key)
  } else if (word === 'group' && n >= 4) {
    const members = fields.slice(3)
    for (const m of members) {
      if (!p.groups.has(m)) throw refuse('policy.name', line, shown(m))
      // A name counts once, so that no witness counts twice.
      if (grouped.has(m)) throw twice(shown(m))
      grouped.add(m)
    }
    const need = b === 'any' ? 1 : b === 'all' ? members.length : /^[1-9][0-9]{0,8}$/.test(b) ? Number(b) : 0
    if (need < 1 || need > members.length) throw refuse('policy.threshold', line, shown(b), members.length)
    define(a, { need, members })
  } else if (word === 'quorum' && n === 2) {
    if (p.quorum !== '') throw twice('quorum')
    if (!p.groups.has(a) && a !== nobody) throw refuse('policy.name', line, shown(a))
    p.quorum = a
  } else {
    throw refuse('policy.syntax', line, shown(whole))
  }
}

function ownKeys(p: Policy, line: number): void {
  for (const l of p.logs) {
    for (const w of p.witnesses) if (samePublic(l, w.key)) throw refuse('policy.ownkey', line, shown(w.name))
  }
}

/** Groups name what is above them, so that the walk ends. */
function satisfied(p: Policy, cosigned: Set<string>, name = p.quorum): boolean {
  if (name === nobody) return true
  const group = p.groups.get(name)!
  if (group.members.length === 0) return cosigned.has(name)
  return group.members.filter((m) => satisfied(p, cosigned, m)).length >= group.need
}

/** Throws unless a log that the policy names signed the checkpoint. */
export async function checkLog(p: Policy, s: SignedCheckpoint): Promise<void> {
  const named = p.logs.filter((k) => k.name === s.origin)
  if (named.length === 0) throw refuse('origin', s.origin, p.logs.map((k) => k.name).join(', '))
  let first: Refusal | undefined
  let good = false
  for (const k of named) {
    try {
      await signedBy(s, k)
      good = true
    } catch (e) {
      if (!(e instanceof Refusal) || e.code === 'signature.bad') throw e
      first ??= e
    }
  }
  if (!good) throw first
}

export interface Step {
  code: Code
  args: string[]
  reason: Refusal | null
}

export interface Verdict {
  steps: Step[]
  cosigned: (Cosignature & { seconds: bigint })[]
}

export const firstFailure = (v: Verdict): Refusal | null => v.steps.find((s) => s.reason !== null)?.reason ?? null

/**
 * Looks at the policy's keys, the origin, the log's signature, the cosignatures and the quorum, in this order. A cosignature
 * that is there and does not fit is a failure, also where the quorum would be reached without it.
 */
export async function verifyCheckpoint(p: Policy, s: SignedCheckpoint): Promise<Verdict> {
  const v: Verdict = { steps: [], cosigned: [] }
  const known = String(p.witnesses.length)
  const quorum = shown(p.quorum)
  const add = (code: Code, reason: Refusal | null, ...args: string[]): void => void v.steps.push({ code, args, reason })
  add('step.policy', null, String(p.logs.length), known, quorum)
  const refused = await refusalOf(checkLog(p, s))
  const origin = excerpt(s.origin)
  add('step.origin', refused?.code === 'origin' ? refused : null, origin)
  if (refused?.code === 'origin') return v
  add('step.signature', refused, origin, String(s.size))
  if (refused !== null) return v
  const cosigned = new Set<string>()
  for (const w of p.witnesses) {
    const name = shown(w.name)
    let at: bigint | undefined
    try {
      at = earliest((await signedBy(s, w.key)).map((g) => g.blob))
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      // Of one that did not cosign the quorum says whether it was needed.
      if (e.code === 'signature.bad') add('step.cosignature', e, name, '?')
      continue
    }
    if (at === undefined) {
      add('step.cosignature', refuse('cosignature.time', w.key.name, '0'), name, '?')
      continue
    }
    add('step.cosignature', null, name, instant(at))
    cosigned.add(w.name)
    v.cosigned.push({ witness: name, key: w.key.text, at: instant(at), seconds: at })
  }
  const count = String(v.cosigned.length)
  add('step.quorum', satisfied(p, cosigned) ? null : new Refusal('quorum', [count, known, quorum]), count, known, quorum)
  return v
}

async function refusalOf(looking: Promise<void>): Promise<Refusal | null> {
  try {
    await looking
    return null
  } catch (e) {
    if (e instanceof Refusal) return e
    throw e
  }
}

const lastSecond = (1n << 63n) - 1n

/** The first instant that a witness gave to a checkpoint. Every signature has to have one. */
function earliest(blobs: Uint8Array[]): bigint | undefined {
  let first: bigint | undefined
  for (const blob of blobs) {
    const at = seconds(blob)
    if (at === 0n || at > lastSecond) return undefined
    if (first === undefined || at < first) first = at
  }
  return first
}
