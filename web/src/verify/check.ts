// Checks an evidence bundle against a policy, offline. Nothing in the bundle is believed; memory is bounded by limits, not by
// the size of the bundle. It is written apart from the program in Go and has to say the same, check by check.

import { type Signers, checkActs } from './acts'
import { type Archive, expect, open, small } from './archive'
import { encode, equal, excerpt, hex } from './bytes'
import { type SignedCheckpoint, parseUnverified } from './checkpoint'
import { type Opening, type Segment, checkOpens, flightOf, parseEntry, parseOpening, parseSegment, segmentKind } from './entry'
import {
  type Manifest, bytesName, checkpointName, leafName, manifestName, namesOf, openingName, packetName, parseManifest, policyName, proofName,
} from './manifest'
import { type Policy, type Verdict, checkLog, firstFailure, parsePolicy, verifyCheckpoint } from './policy'
import { parseProof } from './proof'
import { type Code, type Report, type Shown, Refusal, refuse } from './report'
import { type Tick, checkSegment } from './segment'
import { sha256 } from './sha256'
import { ReadError, type Source, sourceOf } from './source'
import { type Digest, continues, included, leafHash } from './tree'

export interface Options {
  /** Checkpoints that the reader holds already: the bundle has to continue each of them. */
  held?: (string | Uint8Array)[]
  /** Ends the check: it rejects with the signal's reason. */
  signal?: AbortSignal
  /** Told how many bytes of segments were hashed, out of how many. */
  progress?: (done: number, total: number) => void
}

const maxManifest = 16 << 20
const maxSmall = 1 << 20

/**
 * Reads a bundle and holds all of it against a policy. A policy or a held checkpoint that cannot be read is no finding about the
 * bundle: it is thrown, as a Refusal.
 */
export async function check(file: Blob | Uint8Array, policyText: string | Uint8Array, options: Options = {}): Promise<Report> {
  const bytes = (s: string | Uint8Array): Uint8Array => (typeof s === 'string' ? encode(s) : s)
  const policy = parsePolicy(bytes(policyText))
  const held = (options.held ?? []).map((h) => parseUnverified(bytes(h)))
  const c = new Checking(sourceOf(file), policy, held, options)
  await c.run()
  c.conclude()
  return c.report
}

/** How long the thread is kept before others have a turn, in milliseconds. */
const turn = 50

class Checking {
  readonly report: Report = {
    verified: false,
    verdict: { code: 'verdict.failed', args: [] },
    checks: [],
    notShown: [],
    flight: '',
    log: '',
    size: 0n,
    cosigned: [],
    entries: [],
  }
  private archive!: Archive
  private manifest!: Manifest
  private checkpoint!: SignedCheckpoint
  private cosigned: Verdict['cosigned'] = []
  private readonly opened = new Map<bigint, Opening>() // only those that fit their leaf
  private signers: Signers = { unknown: 0, operators: 0 }
  private turned = performance.now()

  constructor(
    private readonly source: Source,
    private readonly policy: Policy,
    private readonly held: SignedCheckpoint[],
    private readonly options: Options,
  ) {}

  /** Stops where what follows would rest on what failed. */
  async run(): Promise<void> {
    if (!(await this.container()) || !(await this.signatures()) || !(await this.consistent())) return
    for (const e of this.manifest.entries) await this.entry(e.index, e.opened)
    this.signers = await checkActs(this.policy.persons, this.openedInOrder(), (r, what, ...args) =>
      r === null ? this.pass(what, ...args) : this.fail(r, what, ...args), () => this.breathe())
    for (const p of this.manifest.packets) await this.packet(p.index, p.packet, p.proof)
    await this.segments()
  }

  /** Those that fit their leaf, in the order of the log. */
  private openedInOrder(): { index: bigint; opening: Opening }[] {
    return this.manifest.entries.flatMap(({ index }) => {
      const opening = this.opened.get(index)
      return opening === undefined ? [] : [{ index, opening }]
    })
  }

  private pass(what: Code, ...args: string[]): boolean {
    this.report.checks.push({ what: { code: what, args: args.map(excerpt) }, reason: null })
    return true
  }

  private fail(reason: Refusal, what: Code, ...args: string[]): boolean {
    const evidence = reason.evidence && { evidence: reason.evidence }
    const line = { code: reason.code, args: reason.args.map(excerpt) }
    this.report.checks.push({ what: { code: what, args: args.map(excerpt) }, reason: line, ...evidence })
    return false
  }

  /** Lets others have a turn, and ends the check where that is asked for. */
  private async breathe(): Promise<void> {
    this.options.signal?.throwIfAborted()
    if (performance.now() - this.turned < turn) return
    await new Promise((done) => setTimeout(done, 0))
    this.turned = performance.now()
    this.options.signal?.throwIfAborted()
  }

  private small(name: string, limit = maxSmall): Promise<Uint8Array<ArrayBuffer>> {
    return small(this.source, this.archive, name, limit)
  }

  private async container(): Promise<boolean> {
    const archive = await attempt(() => open(this.source))
    if (archive instanceof Refusal) return this.fail(archive, 'what.container', '?')
    this.archive = archive
    this.pass('what.container', String(archive.names.length))
    const manifest = await attempt(async () => {
      const m = parseManifest(await this.small(manifestName, maxManifest))
      this.manifest = m
      expect(archive, namesOf(m))
      return m
    })
    if (manifest instanceof Refusal) return this.fail(manifest, 'what.manifest')
    this.pass('what.manifest')
    this.report.flight = manifest.flight
    const inside = await attempt(() => this.small(policyName))
    if (inside instanceof Refusal) return this.fail(inside, 'what.inside')
    const own = await attempt(() => parsePolicy(inside))
    if (own instanceof Refusal) return this.fail(new Refusal('bundle.inside'), 'what.inside')
    return this.pass('what.inside')
  }

  /** The policy's keys, the log's signature, the cosignatures, the quorum. */
  private async signatures(): Promise<boolean> {
    const raw = await attempt(() => this.small(checkpointName))
    if (raw instanceof Refusal) return this.fail(raw, 'step.origin', '?')
    const s = await attempt(() => parseUnverified(raw))
    if (s instanceof Refusal) return this.fail(s, 'step.origin', this.manifest.log)
    this.checkpoint = s
    const v = await verifyCheckpoint(this.policy, s)
    for (const step of v.steps) {
      if (step.reason === null) this.pass(step.code, ...step.args)
      else this.fail(step.reason, step.code, ...step.args)
    }
    if (firstFailure(v) !== null) return false
    this.cosigned = v.cosigned
    this.report.log = s.origin
    this.report.size = s.size
    this.report.cosigned = v.cosigned.map(({ witness, key, at }) => ({ witness, key, at }))
    const { log, size } = this.manifest
    const what = [s.origin, String(s.size)] as const
    if (log !== s.origin || size !== s.size) return this.fail(refuse('bundle.log', log, size, ...what), 'what.log', ...what)
    return this.pass('what.log', ...what)
  }

  /** The checkpoint continues those that the reader holds. */
  private async consistent(): Promise<boolean> {
    let good = true
    for (const h of this.held) {
      const args = [String(h.size), String(this.checkpoint.size)] as const
      const found = await attempt(async () => {
        await checkLog(this.policy, h)
        if (h.origin !== this.checkpoint.origin) throw refuse('origin', h.origin, this.checkpoint.origin)
        let proof: Digest[] = []
        if (h.size > 0n && h.size < this.checkpoint.size) {
          const item = this.manifest.consistency.find((c) => c.from === h.size)
          if (item === undefined) throw refuse('bundle.noproof', ...args)
          proof = item.proof
        }
        checkContinues(h, this.checkpoint, proof)
      })
      good = (found instanceof Refusal ? this.fail(found, 'what.consistency', ...args) : this.pass('what.consistency', ...args)) && good
    }
    return good
  }

  private async entry(index: bigint, opened: boolean): Promise<void> {
    await this.breathe()
    const what = [String(index), String(this.checkpoint.size)] as const
    const commitment = await attempt(async () => {
      const leaf = await this.small(leafName(index))
      await this.included(index, leaf)
      return parseEntry(leaf)
    })
    if (commitment instanceof Refusal) {
      this.fail(commitment, 'what.entry', ...what)
      return
    }
    this.pass('what.entry', ...what)
    const shown: Shown = { index, opened: false, kind: '', body: new Uint8Array(0) }
    const opening = opened ? await this.opening(index, commitment) : undefined
    this.report.entries.push(opening ? { ...shown, opened: true, kind: opening.kind, body: opening.body } : shown)
  }

  /**
   * Checks the proof of a leaf under the bundle's checkpoint. A proof that brings another checkpoint which the log signed
   * tells that the bundle's is rolled back or forked.
   */
  private async included(index: bigint, leaf: Uint8Array): Promise<void> {
    const proof = parseProof(await this.small(proofName(index)))
    const [own, other] = [this.checkpoint, proof.checkpoint]
    if (other.text !== own.text) {
      await checkLog(this.policy, other)
      if (other.origin === own.origin && other.size >= own.size) checkContinues(other, own, [])
      throw refuse('bundle.otherproof', index, other.size, own.size)
    }
    if (!equal(other.raw, own.raw)) {
      throw firstFailure(await verifyCheckpoint(this.policy, other)) ?? refuse('bundle.proofsignatures', index)
    }
    if (proof.index !== index) throw refuse('bundle.proofindex', index, proof.index)
    if (index >= own.size) throw refuse('index', index, own.size)
    if (!included(own.size, own.root, index, leafHash(leaf), proof.hashes)) throw refuse('inclusion', index, own.size)
  }

  private async opening(index: bigint, commitment: Digest): Promise<Opening | undefined> {
    const o = await attempt(async () => parseOpening(await this.small(openingName(index))))
    if (o instanceof Refusal) {
      this.fail(o, 'what.opening', String(index), '?')
      return undefined
    }
    const what = [String(index), o.kind] as const
    const fits = await attempt(() => {
      checkOpens(o, commitment)
      const flight = flightOf(o.body)
      if (flight !== undefined && flight !== this.manifest.flight) throw refuse('bundle.flight', index, flight, this.manifest.flight)
    })
    if (fits instanceof Refusal) {
      this.fail(fits, 'what.opening', ...what)
      return undefined
    }
    this.opened.set(index, o)
    this.pass('what.opening', ...what)
    return o
  }

  /** What the leaf of a segment says. */
  private leafOf(index: bigint): Segment {
    const o = this.opened.get(index)
    if (o === undefined) throw refuse('segment.notopened', index)
    if (o.kind !== segmentKind) throw refuse('segment.kind', index, o.kind)
    return parseSegment(o.body)
  }

  private async packet(index: bigint, packet: bigint, proof: Digest[]): Promise<void> {
    await this.breathe()
    const what = [String(index), String(packet)] as const
    const found = await attempt(async () => {
      const s = this.leafOf(index)
      if (packet >= BigInt(s.packets)) throw refuse('packet.range', ...what, s.packets)
      const b = await this.small(packetName(index, packet))
      if (!included(BigInt(s.packets), s.root, packet, leafHash(b), proof)) throw refuse('packet.inclusion', ...what)
    })
    if (found instanceof Refusal) this.fail(found, 'what.packet', ...what)
    else this.pass('what.packet', ...what)
  }

  private async segments(): Promise<void> {
    const size = (index: bigint): number => this.archive.files.get(bytesName(index))?.size ?? 0
    const total = this.manifest.segments.reduce((n, index) => n + size(index), 0)
    let done = 0
    const tick: Tick = async (bytes) => {
      done += bytes
      this.options.progress?.(done, total)
      await this.breathe()
    }
    for (const index of this.manifest.segments) {
      await this.breathe()
      let what = [String(index), '?', '?']
      const found = await attempt(async () => {
        const s = this.leafOf(index)
        what = [String(index), String(s.packets), String(s.bytes)]
        await checkSegment(this.source, this.archive, index, s, tick)
      })
      if (found instanceof Refusal) this.fail(found, 'what.segment', ...what)
      else this.pass('what.segment', ...what)
    }
  }

  /** Finds the sentence, and what it does not say. */
  conclude(): void {
    const r = this.report
    r.verified = r.checks.length > 0 && r.checks.every((c) => c.reason === null)
    if (!r.verified) return
    const count = r.entries.length
    const one = count === 1
    const named = [...(one ? [] : [String(count)]), r.flight, r.log]
    const first = this.cosigned.reduce<Verdict['cosigned'][number] | undefined>((a, b) => (a && a.seconds <= b.seconds ? a : b), undefined)
    const counted = [String(this.cosigned.length), String(this.policy.witnesses.length)]
    r.verdict = first
      ? { code: one ? 'verdict.one' : 'verdict.many', args: [...named, ...counted, first.at] }
      : { code: one ? 'verdict.operator.one' : 'verdict.operator.many', args: named }
    const add = (code: Code, ...args: string[]): void => void r.notShown.push({ code, args })
    add('not.truth')
    add('not.complete')
    add('not.clock')
    if (!first) add('not.order')
    add('not.later', String(r.size))
    const disclosed = new Set(this.manifest.segments)
    const some = (code: Code, n: number): void => (n > 0 ? add(code, String(n)) : undefined)
    some('not.unopened', r.entries.filter((e) => !e.opened).length)
    some('not.flight', r.entries.filter((e) => e.opened && flightOf(e.body) === undefined).length)
    some('not.undisclosed', r.entries.filter((e) => e.opened && e.kind === segmentKind && !disclosed.has(e.index)).length)
    some('not.signer', this.signers.unknown)
    some('not.holder', this.signers.operators)
    add('not.policy')
  }
}

/** Throws unless the newer checkpoint continues the older. It checks no signatures and no origins. */
function checkContinues(older: SignedCheckpoint, newer: SignedCheckpoint, proof: Digest[]): void {
  const text = (s: SignedCheckpoint): string => new TextDecoder().decode(s.raw)
  const no = (code: Code, ...args: string[]): Refusal => new Refusal(code, args, { older: text(older), newer: text(newer) })
  const sizes = [String(older.size), String(newer.size)]
  if (older.size > newer.size) throw no('rollback', ...sizes)
  if (older.size === newer.size) {
    if (!equal(older.root, newer.root)) throw no('fork', String(newer.size), hex(older.root), hex(newer.root))
    if (proof.length > 0) throw no('consistency', ...sizes)
  } else if (older.size === 0n) {
    if (!equal(older.root, sha256()) || proof.length > 0) throw no('consistency', ...sizes)
  } else if (!continues(newer.size, newer.root, older.size, older.root, proof)) {
    throw no('consistency', ...sizes)
  }
}

/** Returns what is refused as a value: it is a finding. */
async function attempt<T>(look: () => T | Promise<T>): Promise<T | Refusal> {
  try {
    return await look()
  } catch (e) {
    if (e instanceof Refusal) return e
    if (e instanceof ReadError) return new Refusal('bundle.archive')
    throw e
  }
}
