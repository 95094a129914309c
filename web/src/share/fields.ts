// Fields of reports as people read them. What is shown of a field, and how finely, is told by a word and a sign, never by colour alone.
import type { PreviewField, PreviewRecord, ReportValue, RuleReason } from '../api/client'
import type { Key } from '../lib/words.svelte'

export type Shown = 'shown' | 'coarse' | 'withheld' | 'absent'
export const shownAs: readonly Exclude<Shown, 'absent'>[] = ['shown', 'coarse', 'withheld']

export const signOf: Record<Shown, string> = { shown: '●', coarse: '◐', withheld: '○', absent: '·' }
export const wordOf: Record<Shown, Key> = { shown: 'page.share.shown', coarse: 'page.share.coarse', withheld: 'page.share.withheld', absent: 'page.share.absent' }

export const isCoarse = (v: ReportValue): boolean => v.whole > 0 && v.digits < v.whole

/** What the office would have of a field. One without a value is committed to like others, and nobody is told that it is empty. */
export function shownOf(f: Pick<PreviewField, 'value' | 'shown'>): Shown {
  if (f.value.kind === 'absent') return 'absent'
  if (!f.shown) return 'withheld'
  return isCoarse(f.shown) ? 'coarse' : 'shown'
}

/** The records of a preview with the fields that are asked for; one of which nothing is asked for is left out. */
export function narrowed(records: readonly PreviewRecord[], only: string): PreviewRecord[] {
  const wanted = shownAs.find((s) => s === only)
  return records.flatMap((r): PreviewRecord[] => {
    const fields = (r.fields ?? []).filter((f) => (wanted ? shownOf(f) === wanted : shownOf(f) !== 'absent'))
    return fields.length > 0 ? [{ ...r, fields }] : []
  })
}

/** Which rules hold something back, and how many fields each: the one that does most first. */
export function tally(records: readonly PreviewRecord[]): { readonly rule: RuleReason; readonly fields: number }[] {
  const out = new Map<string, { rule: RuleReason; fields: number }>()
  for (const r of records) {
    for (const f of r.fields ?? []) {
      const s = shownOf(f)
      if (s !== 'coarse' && s !== 'withheld') continue
      for (const rule of f.reasons ?? []) out.set(rule.id, { rule, fields: (out.get(rule.id)?.fields ?? 0) + 1 })
    }
  }
  return [...out.values()].sort((a, b) => b.fields - a.fields || (a.rule.id < b.rule.id ? -1 : 1))
}

/** The text that is there most often, the first of those; empty of none. */
export function commonest(all: readonly string[]): string {
  const n = new Map<string, number>()
  for (const x of all) n.set(x, (n.get(x) ?? 0) + 1)
  let out = ''
  for (const [x, times] of n) if (times > (n.get(out) ?? 0)) out = x
  return out
}

const instantForm = /^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{1,3})?$/

/**
 * An instant by its first digits, as far as they go: 2026-03-01 15:0…Z. What the digits that are not there could be is left open, since
 * a span would say more than was released.
 */
export function instantText(digits: string): string {
  const places = [4, 6, 8, 10, 12, 14, 17]
  const before = ['', '-', '-', ' ', ':', ':', '.']
  let out = ''
  for (let i = 0, from = 0; i < places.length && from < digits.length; from = places[i]!, i++) out += before[i]! + digits.slice(from, places[i])
  return instantForm.test(digits) && digits.length === 17 ? out.replace(/\.000$/, '') + 'Z' : `${out}…`
}

/** The families of the catalogue in which the codes of a field have texts. */
const families: Record<string, string> = {
  purpose: 'purpose.', verdict: 'verdict.', class: 'sign.', outcome: 'found.', datum: 'datum.', light: 'light.', leave: 'leave.', unarmed: 'share.unarmed.',
}
export const familyOf = (field: string): string => families[field] ?? ''
