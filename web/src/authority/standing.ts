// By what leave airspace is entered, as the map colours it: of a plan, and of what was flown.
import type { Told } from '../api/client'
import type { Standing } from '../map/shape'

/** The standing of each state that the reasons of a decision are about. A state that asks for nothing is not coloured as one that gave leave. */
export function standingsOf(reasons: readonly Told[]): Map<string, Standing> {
  const out = new Map<string, Standing>()
  for (const r of reasons) {
    if (r.rule !== 'clearance' || !r.state) continue
    const before = out.get(r.state)
    const now: Standing = r.code === 'authority.clearance.not_required' ? 'unknown' : r.outcome === 'pass' ? 'cleared' : 'uncleared'
    if (before === undefined || now === 'uncleared') out.set(r.state, now)
  }
  for (const r of reasons) {
    if (r.rule !== 'notice' || !r.state || out.get(r.state) !== 'uncleared') continue
    if (r.code === 'authority.notice.disputed') out.set(r.state, 'disputed')
    else if (r.outcome === 'pass') out.set(r.state, 'notified')
  }
  return out
}

const words: Record<string, Standing> = { cleared: 'cleared', notified: 'notified', none: 'uncleared', disputed: 'disputed' }

/** The standing of the word that the server has for an entry. */
export const standingOf = (leave: string | undefined): Standing => words[leave ?? ''] ?? 'unknown'

/** The word of a standing, for who reads the table instead of the map. */
export const leaveOf: Readonly<Record<Standing, string>> = { cleared: 'leave.cleared', notified: 'leave.notified', uncleared: 'leave.none', disputed: 'leave.disputed', unknown: 'page.standing.unknown' }
