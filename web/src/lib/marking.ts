// What streams say of their own handling (ST 0102), as a screen bears it at its head. The page shows it and decides nothing by it.
import type { Row } from '../api/client'

export type Marking = NonNullable<Row['marking']>

/** The words of the standard, the least first. */
export const classifications = ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'] as const
export type Classification = (typeof classifications)[number]

const rank = (m: Marking) => classifications.indexOf(m.classification as Classification)

/** What holds of all together: the highest classification, every caveat, and only those countries that each may go to. */
export function together(all: readonly (Marking | null | undefined)[]): Marking | null {
  const some = all.filter((m) => m !== null && m !== undefined)
  const [first, ...rest] = some
  if (!first) return null
  let out = first
  for (const m of rest) {
    const highest = rank(m) > rank(out) ? m : out
    const caveats = [...new Set([out.caveats, m.caveats].filter((c) => c))].join(' ')
    const releasable = (out.releasable ?? []).filter((c) => (m.releasable ?? []).includes(c))
    out = { ...highest, caveats, releasable }
  }
  return out
}
