// By what leave airspace is entered, as the map colours it: of a plan, and of what was flown.
import type { Authorised, Client, Compliance, FlightEntry, Flown, Told } from '../api/client'
import type { Standing } from '../map/shape'

type Standings = ReadonlyMap<string, Standing>

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

// What is not known is worse than leave, and better than to know of none.
const order: readonly Standing[] = ['cleared', 'notified', 'unknown', 'disputed', 'uncleared']

/** One of several answers about the same states: the worst of each. */
export function worst(all: Iterable<Standings>): Map<string, Standing> {
  const out = new Map<string, Standing>()
  for (const one of all) {
    for (const [state, s] of one) {
      const before = out.get(state)
      if (before === undefined || order.indexOf(s) > order.indexOf(before)) out.set(state, s)
    }
  }
  return out
}

/** What the states stand by that were entered, or looked into. */
export const standingsFlown = (items: readonly Flown[] | null, look = false): Map<string, Standing> =>
  worst((items ?? []).filter((f) => f.look === look).map((f): Standings => new Map([[f.state, standingOf(f.now.leave)]])))

/** What is said of an entry, if anything is. */
export const flownOf = (c: Compliance | null | undefined, e: FlightEntry): Flown | undefined => (c?.items ?? []).find((f) => !f.look && f.entry === `${e.source}:${e.number}`)

/** How the states stand to a flight that is under way: by what it entered, and for who may ask by the plan on record of it. */
export async function standingsNow(client: Client, flight: string, asks: boolean): Promise<Standings> {
  const c = await client.get<Compliance>(`/flights/${encodeURIComponent(flight)}/compliance`)
  const flown = standingsFlown(c.items)
  if (!c.plan || !asks) return flown
  const d = (await (await client.send('POST', '/authorise', { body: { sortie: c.plan, ask: true } })).json()) as Authorised
  return worst([flown, standingsOf(d.reasons ?? [])])
}
