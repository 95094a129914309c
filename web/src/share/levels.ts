// How far something that was released has come: written < arrived < opened < acknowledged. Each is somebody else's word, and none says
// more than it says: what is written nobody has yet, what arrived nobody has read.
import type { InboxEntry, Receipt, ReleaseOf } from '../api/client'
import type { Key } from '../lib/words.svelte'

export const levels = ['written', 'arrived', 'opened', 'acknowledged'] as const
export type Level = (typeof levels)[number]

/** What somebody of an office gives a receipt of. */
export type Step = 'opened' | 'acknowledged' | 'disputed' | 'answered'

/** The text of a level: those after the first are receipts. */
export const levelKey = (l: Level): string => (l === 'written' ? 'page.level.written' : `receipt.${l}`)
export const levelMeans: Record<Level, Key> = { written: 'page.level.written.means', arrived: 'page.level.arrived.means', opened: 'page.level.opened.means', acknowledged: 'page.level.acknowledged.means' }

export interface Reached {
  readonly level: Level
  readonly at: string | null // null: not reached
  readonly by: string
  readonly event: number
}

const of = (receipts: readonly Receipt[], step: Level): Receipt | undefined => receipts.find((r) => r.step === step)
const reached = (receipts: readonly Receipt[], level: Level): Reached => {
  const r = of(receipts, level)
  return { level, at: r?.at ?? null, by: r?.by ?? '', event: r?.event ?? 0 }
}

/** The ladder of a release. It is written when both have signed and it has come due. */
export function ladder(r: Pick<ReleaseOf, 'state' | 'not_before' | 'at' | 'by' | 'event' | 'receipts' | 'revoked'>): Reached[] {
  const receipts = r.receipts ?? []
  // One that was revoked before it was due was never written to anybody.
  const due = r.state === 'sent' || (r.state === 'revoked' && (receipts.length > 0 || Date.parse(r.revoked?.at ?? '') >= Date.parse(r.not_before ?? '')))
  const later = (a: string | null, b: string | null) => (Date.parse(a ?? '') > Date.parse(b ?? '') ? a : b)
  return [{ level: 'written', at: due ? later(r.at, r.not_before) : null, by: (r.by ?? []).join(', '), event: r.event }, ...levels.slice(1).map((l) => reached(receipts, l))]
}

/** How far it has come; undefined where nothing is written. */
export const levelOf = (r: Parameters<typeof ladder>[0]): Level | undefined => ladder(r).findLast((x) => x.at !== null)?.level

/** What an office said beside the ladder: disputes and answers, in their order. */
export const saidBeside = (receipts: readonly Receipt[] | null): Receipt[] => (receipts ?? []).filter((r) => r.step === 'disputed' || r.step === 'answered')

/** What may be said next of something that arrived. Nothing is said of what was not opened, and what was said once is said. */
export function mayGive(x: Pick<InboxEntry, 'receipts'>): { readonly open: boolean; readonly acknowledge: boolean; readonly more: boolean } {
  const there = (step: Level) => of(x.receipts ?? [], step) !== undefined
  return { open: !there('opened'), acknowledge: there('opened') && !there('acknowledged'), more: there('opened') }
}

/** The second person, who does not have to be at the same machine: who is named and has not signed. */
export const missing = (r: Pick<ReleaseOf, 'by' | 'signed'>): string[] => (r.by ?? []).filter((n) => !(r.signed ?? []).includes(n))

/** The same at the partner's node, to which it has come: that it was written is no news there. */
export const arrivedLadder = (x: Pick<InboxEntry, 'receipts'>): Reached[] => levels.slice(1).map((l) => reached(x.receipts ?? [], l))
