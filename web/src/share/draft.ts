// What somebody types to draft a report or to release it, as the server takes it; or which field is no good.
import { parse } from '../lib/time'

export type Of = 'flight' | 'site' | 'period'

export interface Typed {
  readonly of: Of
  readonly flight: string
  readonly site: string
  readonly from: string
  readonly to: string
  readonly classification: string // empty: as configured
  readonly handling: string
  readonly states: string // with commas or spaces between
  readonly caveats: string
}

export const blank: Typed = { of: 'flight', flight: '', site: '', from: '', to: '', classification: '', handling: '', states: '', caveats: '' }

export const classifications = ['UNCLASSIFIED', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET'] as const
export const handlings = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const

export const listOf = (text: string): string[] => [...new Set(text.split(/[,;\s]+/).map((x) => x.toUpperCase()).filter((x) => x !== ''))]

export type Asked = { readonly body: Record<string, unknown>; readonly wrong?: never } | { readonly wrong: keyof Typed; readonly body?: never }

export function draftOf(t: Typed, near: number): Asked {
  const body: Record<string, unknown> = {}
  switch (t.of) {
    case 'flight': {
      const flight = t.flight.trim()
      if (!/^[A-Za-z0-9_]+-\d{4}-\d+$/.test(flight)) return { wrong: 'flight' }
      body['flight'] = flight
      break
    }
    case 'site': {
      const site = Number(t.site.trim())
      if (!Number.isSafeInteger(site) || site < 1 || site > 2 ** 32 - 1) return { wrong: 'site' }
      body['site'] = site
      break
    }
    case 'period': {
      const from = parse(t.from, near), to = parse(t.to, near)
      if (from === null) return { wrong: 'from' }
      if (to === null || to <= from) return { wrong: 'to' }
      body['from'] = new Date(from).toISOString()
      body['to'] = new Date(to).toISOString()
    }
  }
  const states = listOf(t.states)
  if (states.some((s) => !/^[A-Z]{3}$/.test(s))) return { wrong: 'states' }
  if (states.length > 0) body['releasable_to'] = states
  const caveats = [...new Set(t.caveats.split(',').map((x) => x.trim().toUpperCase()).filter((x) => x !== ''))]
  if (caveats.length > 0) body['caveats'] = caveats
  if (t.classification) body['classification'] = t.classification
  if (t.handling) body['handling'] = t.handling
  return { body }
}

/** Two names that are one person's: letters of another size make no other person. */
export const samePerson = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()

/** What is asked for a preview, as it stands in the address. */
export interface For {
  readonly office: string
  readonly purpose: string
  readonly after: string // RFC 3339; empty: as soon as the delay of the office is over
}

export const queryOf = (f: For): Record<string, string> => ({ office: f.office, purpose: f.purpose, ...(f.after ? { not_before: f.after } : {}) })
