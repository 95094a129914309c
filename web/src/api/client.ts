// The API as the server describes it: types come from its OpenAPI document, so a page that asks for what is not there does not build.
import type { components } from './schema'

type Schemas = components['schemas']
export type Flight = Schemas['Flight']
export type Summary = Schemas['Summary']
export type FlightEntry = Schemas['FlightEntry']
export type FlightLook = Schemas['FlightLook']
export type Look = Schemas['Look']
export type Looks = Schemas['Looks']
export type AreaLook = Schemas['AreaLook']
export type AreaLooks = Schemas['AreaLooks']
export type Unlooked = Schemas['Unlooked']
export type Nearest = Schemas['Nearest']
export type Fix = Schemas['Fix']
export type Source = Schemas['Source']
export type Health = Schemas['Health']
export type Played = Schemas['Played']
export type PlayedSegment = Schemas['PlayedSegment']
export type Row = Schemas['Row']
export type Profile = Schemas['Profile']
export type ProfilePoint = Schemas['ProfilePoint']
export type User = Schemas['User']
export type Session = Schemas['Session']
export type Act = Schemas['Act']
export type Authorised = Schemas['Authorised']
export type Told = Schemas['Told']
export type OnRecord = Schemas['OnRecord']
export type Plan = Schemas['Plan']
export type Suggestion = Schemas['Suggestion']
export type DesignatedNow = Schemas['DesignatedNow']
export type Used = Schemas['Used']
export type Beside = Schemas['Beside']
export type Said = Schemas['Said']
export type Shown = Schemas['Shown']
export type Tempos = Schemas['Tempos']
export type Tempo = Schemas['Tempo']
export type ToSign = Schemas['ToSign']
export type Stated = Schemas['Stated']
export type Compliance = Schemas['Compliance']
export type Flown = Schemas['Flown']
export type Signatory = Schemas['Signatory']
export type EditionReport = Schemas['EditionReport']
export type Site = Schemas['Site']
export type Sites = Schemas['Sites']
export type SiteReport = Schemas['SiteReport']
export type SiteLook = Schemas['SiteLook']
export type SiteStep = Schemas['SiteStep']
export type SiteClaim = Schemas['SiteClaim']
export type SiteRates = Schemas['SiteRates']
export type WholeSite = Schemas['WholeSite']
export type Observed = Schemas['Observed']
export type Ellipse = Schemas['Ellipse']
export type Report = Schemas['Report']
export type ReportSubject = Schemas['ReportSubject']
export type ReportField = Schemas['ReportField']
export type ReportValue = Schemas['ReportValue']
export type ReportRecord = Schemas['ReportRecord']
export type WholeReport = Schemas['WholeReport']
export type ReleasePreview = Schemas['ReleasePreview']
export type PreviewRecord = Schemas['PreviewRecord']
export type PreviewField = Schemas['PreviewField']
export type RuleReason = Schemas['RuleReason']
export type Inferable = Schemas['Inferable']
export type Box4 = Schemas['Box4']
export type ReleaseOf = Schemas['ReleaseOf']
export type Receipt = Schemas['Receipt']
export type PartnerStatus = Schemas['PartnerStatus']
export type OfficeOn = Schemas['OfficeOn']
export type Withholding = Schemas['Withholding']
export type InboxProof = Schemas['InboxProof']
export type Exported = Schemas['Exported']
export type ExportedFile = Schemas['ExportedFile']
export type Inbox = Schemas['Inbox']
export type InboxEntry = Schemas['InboxEntry']
export type InboxItem = Schemas['InboxItem']
export type InboxRecord = Schemas['InboxRecord']
export type InboxField = Schemas['InboxField']
export type Cosigned = Schemas['Cosigned']

/** What the server refused, in the language that was asked for, with the code that is the same in every language. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** the member of the request that it is about, where the server knows */
    readonly field = '',
  ) {
    super(message)
  }
}

/** The server cannot be reached: it is being restarted, or the connection is down. */
export class Unreachable extends Error {}

export interface Settings {
  base: string
  language: () => string
  signedOut: () => void
}

export class Client {
  constructor(private readonly settings: Settings) {}

  url(path: string, query: Record<string, string | number | undefined> = {}): string {
    const q = new URLSearchParams()
    for (const [k, v] of Object.entries(query)) if (v !== undefined && v !== '') q.set(k, String(v))
    const text = q.toString()
    return `${this.settings.base}api/v1${path}${text ? '?' + text : ''}`
  }

  async send(method: string, path: string, options: { query?: Record<string, string | number | undefined>; body?: unknown; bytes?: Blob; range?: { offset: number; length: number }; signal?: AbortSignal | undefined } = {}): Promise<Response> {
    const headers: Record<string, string> = { 'Accept-Language': this.settings.language() }
    if (options.range) headers['Range'] = `bytes=${options.range.offset}-${options.range.offset + options.range.length - 1}`
    const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store', signal: options.signal ?? null }
    if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json'
      init.body = JSON.stringify(options.body)
    } else if (options.bytes) {
      headers['Content-Type'] = 'application/octet-stream'
      init.body = options.bytes
    }
    let answer: Response
    try {
      answer = await fetch(this.url(path, options.query), init)
    } catch (e) {
      if (e instanceof DOMException && e.name === 'AbortError') throw e
      throw new Unreachable(String(e))
    }
    if (answer.ok) return answer
    if (answer.status === 401 && path !== '/session') this.settings.signedOut()
    let code = '', message = answer.statusText, field = ''
    try {
      const p = (await answer.json()) as { code?: string; detail?: string; title?: string; field?: string }
      code = p.code ?? ''
      field = p.field ?? ''
      message = p.detail ?? p.title ?? message
    } catch {
      // a problem that is no JSON keeps its status text
    }
    throw new Problem(answer.status, code, message, field)
  }

  async get<T>(path: string, query?: Record<string, string | number | undefined>, signal?: AbortSignal): Promise<T> {
    const answer = await this.send('GET', path, { ...(query ? { query } : {}), signal })
    try {
      return (await answer.json()) as T
    } catch (e) {
      if (e instanceof DOMException && e.name === 'AbortError') throw e
      throw new Unreachable(String(e)) // it broke off on the way
    }
  }

  /** All parts of a list, one after the other, as long as there are fewer than `most` things. */
  async all<T>(path: string, query: Record<string, string | number | undefined> = {}, most = 100_000, signal?: AbortSignal): Promise<T[]> {
    const out: T[] = []
    for (let after: string | undefined; ; ) {
      const part = await this.get<{ items: T[] | null; next: string }>(path, { limit: 1000, ...query, after }, signal)
      out.push(...(part.items ?? []))
      if (!part.next || out.length >= most) return out
      after = part.next
    }
  }
}
