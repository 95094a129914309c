// Places of a report: what they are, the cell that an office would have, and what somebody who has all of it is sure to work out.
import type { Box4, InboxRecord, Inferable, PreviewRecord } from '../api/client'
import { inverse } from '../place/geodesy'
import type { Place } from '../place/place'

/** A part of the world, not across 180°: cells are nested in it. */
export type Cell = Box4

export const middle = (c: Cell): Place => ({ lat: (c.south + c.north) / 2, lon: (c.west + c.east) / 2 })

/** Metres across, along the side that is longest, and up. */
export function sizeOf(c: Cell): { readonly across: number; readonly up: number } {
  const nearer = c.south <= 0 && c.north >= 0 ? 0 : Math.abs(c.south) < Math.abs(c.north) ? c.south : c.north
  return { across: inverse({ lat: nearer, lon: c.west }, { lat: nearer, lon: c.east }).distance, up: inverse({ lat: c.south, lon: c.west }, { lat: c.north, lon: c.west }).distance }
}

const earth = 6_371_007.2 // radius of the sphere of the same area, metres

/** Square metres, to a third of a percent. */
export const areaOf = (c: Cell): number => Math.abs(earth * earth * ((c.east - c.west) * Math.PI / 180) * (Math.sin(c.north * Math.PI / 180) - Math.sin(c.south * Math.PI / 180)))

/** A field that is a place, as it is and as it would be had. */
export interface Placed {
  readonly id: string // record and name: of the row, and of what is drawn
  readonly record: number
  readonly kind: string
  readonly title: string // of the record
  readonly name: string
  readonly field: string // its title
  readonly original: Cell | null // null where one does not have it
  readonly shown: Cell | null // null: withheld
  readonly digits: number
  readonly whole: number
  readonly inferred: Inferable | null
}

export const idOf = (record: number, field: string): string => `${record}/${field}`

/** The places of a preview, those first of which the least is left to guess. */
export function placesOf(records: readonly PreviewRecord[], inferred: readonly Inferable[]): Placed[] {
  const known = new Map(inferred.map((x) => [idOf(x.record, x.field), x]))
  const out = records.flatMap((r) =>
    (r.fields ?? []).flatMap((f): Placed[] =>
      f.value.kind === 'place'
        ? [{ id: idOf(r.record, f.name), record: r.record, kind: r.kind, title: r.title, name: f.name, field: f.title, original: f.value.box, shown: f.shown?.box ?? null, digits: f.shown?.digits ?? 0, whole: f.value.whole, inferred: known.get(idOf(r.record, f.name)) ?? null }]
        : [],
    ),
  )
  return out.toSorted((a, b) => (a.inferred?.radius_m ?? Infinity) - (b.inferred?.radius_m ?? Infinity) || a.record - b.record)
}

/** The places of what arrived. */
export const arrivedPlaces = (records: readonly InboxRecord[]): Placed[] =>
  records.flatMap((r) =>
    (r.fields ?? []).flatMap((f): Placed[] =>
      f.value?.kind === 'place' && f.value.box
        ? [{ id: idOf(r.record, f.name), record: r.record, kind: r.kind, title: r.title, name: f.name, field: f.title, original: null, shown: f.value.box, digits: f.value.digits, whole: f.value.whole, inferred: null }]
        : [],
    ),
  )

/** Whether a cell is too small to be seen as one. */
export const isPoint = (c: Cell): boolean => c.north - c.south < 1e-5 && c.east - c.west < 1e-5

const inside = (c: Cell, p: Place): boolean => p.lat >= c.south && p.lat <= c.north && p.lon >= c.west && p.lon <= c.east

/** The place of which the smallest cell lies under a click. */
export function under(places: readonly Placed[], at: Place): Placed | undefined {
  return places.filter((p) => p.shown && inside(p.shown, at)).toSorted((a, b) => areaOf(a.shown!) - areaOf(b.shown!))[0]
}

/** The corners of all that is drawn. */
export const cornersOf = (places: readonly Placed[]): [number, number][] =>
  places.flatMap((p) => [p.shown, p.shown ? null : p.original]).flatMap((c): [number, number][] => (c ? [[c.west, c.south], [c.east, c.north]] : []))
