// What was stated of a flight, as lanes of a timeline. Later kinds of statement add theirs here.
import type { Flight } from '../api/client'
import { instant } from './time'
import { coded, t } from './words.svelte'

/** A stretch of time in a lane. */
export interface Bar {
  id: string
  from: number
  to: number
  label: string
  kind?: 'flight' | 'video' | 'entry' | 'possible' | 'look' | 'gap'
}
export interface Lane {
  name: string
  bars: readonly Bar[]
}

export function bar(id: string, from: number, to: number, label: string, kind: NonNullable<Bar['kind']>): Bar {
  return { id, from, to: Math.max(from, to), label, kind }
}

/** The lanes of one flight until an instant; what is open lasts until then. `before` begins their names where there are several. */
export function lanesOf(f: Flight, until: number, before = ''): Lane[] {
  const from = instant(f.from)
  const to = f.state === 'open' ? until : instant(f.to)
  return [
    { name: before + t('page.lane.flight'), bars: [bar(`${f.flight}`, from, to, f.flight, 'flight'), ...(f.gaps ?? []).map((g, i) => bar(`${f.flight}/gap${i}`, instant(g.from), instant(g.to), coded('gap.' + g.kind), 'gap'))] },
    {
      name: before + t('page.lane.entries'),
      bars: (f.entries ?? []).map((e) => bar(`${f.flight}/entry${e.source}${e.number}`, instant(e.entered?.earliest ?? e.first.time), e.open ? to : instant(e.left?.latest ?? e.last.time), `${e.state} · ${coded('verdict.' + e.verdict)}`, e.verdict === 'entry' ? 'entry' : 'possible')),
    },
    { name: before + t('page.lane.looks'), bars: (f.looked_into ?? []).flatMap((l, k) => (l.intervals ?? []).map((s, i) => bar(`${f.flight}/look${k}.${i}`, instant(s.from), instant(s.to), `${l.state} · ${coded('vantage.' + l.from)}`, 'look'))) },
  ]
}
