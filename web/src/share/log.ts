// How the log stands that products come from, as a partner's node has seen it.
import type { Cosigned, Inbox } from '../api/client'

export interface LogSeen {
  readonly origin: string // empty before anything came
  readonly size: number // leaves of the largest checkpoint seen; 0: none
  readonly seen: string | null // when something last came that it proves
  /** what this node cosigned last; null where it cosigned nothing */
  readonly cosigned: Cosigned | null
  /** it showed another history than before, and what it showed was refused */
  readonly forked: boolean
}

export function logOf(x: Pick<Inbox, 'items' | 'withheld' | 'refused' | 'held'>): LogSeen {
  const items = x.items ?? []
  const latest = items.toSorted((a, b) => b.size - a.size)[0]
  const came = [...items.map((i) => i.arrived), ...(x.withheld ?? []).map((w) => w.at)].filter((a) => a !== null).sort()
  const held = (x.held as Cosigned | null) ?? null
  return {
    origin: held?.origin ?? latest?.origin ?? x.withheld?.[0]?.origin ?? '', size: Math.max(held?.size ?? 0, latest?.size ?? 0), seen: came.at(-1) ?? null, cosigned: held,
    forked: (x.refused ?? []).some((r) => r.item.startsWith('checkpoint')),
  }
}
