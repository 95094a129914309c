// What every story shares: a person with a browser, a server that is theirs, and the words that they read.
import AxeBuilder from '@axe-core/playwright'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import en from '../../internal/catalogue/en.json'
import es from '../../internal/catalogue/es.json'
import { Server } from './server'

export type Language = 'en' | 'es'
export type Key = keyof typeof en
const catalogues: Record<Language, Record<Key, string>> = { en, es }

export const samples = process.env.OVERFLIGHT_SAMPLES ?? ''
export const osh = join(samples, 'misb', 'osh_sample-stream.ts')
export const withSamples = existsSync(osh)
if (!withSamples && process.env.OVERFLIGHT_REQUIRE_SAMPLES === '1') throw new Error('OVERFLIGHT_SAMPLES names no folder of outside recordings')
export const shots = process.env.SHOTS ?? ''

/** A busy machine is slow, not wrong. */
export const patience = Number(process.env.PATIENCE ?? 90_000)
export const password = 'correct horse battery staple'

/** The text of a key as a person reads it, and the same with anything in its places. */
export function wordsOf(language: Language) {
  const of = catalogues[language]
  const w = (key: Key, ...args: (string | number)[]) => of[key].replace(/\{(\d)\}/g, (place, i: string) => String(args[Number(i)] ?? place))
  const like = (key: Key) => new RegExp(of[key].split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'))
  return { w, like }
}

/** Somebody at a browser of their own: nothing they see asks another server, and nothing fails unseen. */
export class Person {
  private readonly outside: string[] = []
  private readonly complaints: string[] = []

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly language: Language,
    private readonly address: () => string,
  ) {
    page.on('request', (r) => {
      if (!r.url().startsWith(this.address()) && !/^(blob|data):/.test(r.url())) this.outside.push(r.url())
    })
    page.on('pageerror', (e) => this.complaints.push(e.message))
    page.on('console', (m) => {
      if (/Content Security Policy|Refused to/.test(m.text())) this.complaints.push(m.text())
    })
  }

  static async at(browser: Browser, language: Language, address: () => string): Promise<Person> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 }, locale: language === 'es' ? 'es-MX' : 'en-GB', timezoneId: 'America/Mexico_City', reducedMotion: 'reduce', acceptDownloads: true,
    })
    context.setDefaultTimeout(patience)
    return new Person(context, await context.newPage(), language, address)
  }

  readonly w = (key: Key, ...args: (string | number)[]) => wordsOf(this.language).w(key, ...args)
  readonly like = (key: Key) => wordsOf(this.language).like(key)

  /** Nothing was asked elsewhere and nothing was thrown. */
  expectQuiet() {
    expect(this.complaints).toEqual([])
    expect(this.outside).toEqual([])
  }

  async screenshot(name: string) {
    if (!shots) return
    mkdirSync(shots, { recursive: true })
    await this.page.screenshot({ path: join(shots, `${this.language}-${name}.png`) })
  }

  /** What axe finds on the screen as it is, the canvas of the map left out: the list beside it says what it shows. */
  async noFaults(where = '') {
    // There are no frames, so nothing is to be put together in a page of its own, and nobody reads of what is well: that is half of the time.
    const found = await new AxeBuilder({ page: this.page }).setLegacyMode(true).options({ resultTypes: ['violations'] }).exclude('.maplibregl-canvas-container').analyze()
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), where).toEqual([])
  }

  /** What the server answers to this person's browser, past the page. */
  status(path: string, method = 'GET', body?: object): Promise<number> {
    return this.page.evaluate(
      ({ path, method, body }) => fetch(`/api/v1${path}`, { method, ...(body ? { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } } : {}) }).then((r) => r.status),
      { path, method, body },
    )
  }

  /** The things of a list of the API, for what is drawn to be held against. */
  items<T>(path: string): Promise<T[]> {
    return this.page.evaluate((path) => fetch(`/api/v1${path}`).then(async (r) => ((await r.json()) as { items: unknown[] }).items), path) as Promise<T[]>
  }

  nav(key: Key) {
    return this.page.getByRole('navigation').getByRole('link', { name: this.w(key), exact: true }).click()
  }

  /** Makes the first administrator by the link that the server printed. */
  async setUp(link: string, name = 'ana') {
    const { page, w } = this
    await page.goto(link)
    await page.reload()
    await page.getByLabel(w('page.name')).fill(name)
    await page.getByLabel(w('page.password'), { exact: true }).fill(password)
    await page.getByLabel(w('page.password.again')).fill(password)
    await page.getByRole('button', { name: w('page.setup.do') }).click()
    await page.locator('header').getByText(w('page.connected')).waitFor()
  }

  /** Takes a recording in on the screen of the feeds and gives the flight that it became. */
  async ingest(path: string, name: string): Promise<string> {
    const { page, w } = this
    await this.nav('page.nav.feeds')
    await page.getByLabel(w('page.feeds.url')).fill(path)
    await page.getByLabel(w('page.feeds.name')).fill(name)
    await page.getByRole('button', { name: w('page.feeds.add.do') }).click()
    const row = page.getByTestId('sources').locator('tr', { hasText: name })
    await row.getByText(w('page.feeds.ended')).waitFor()
    return (await row.getByRole('link').first().textContent())!.trim()
  }

  async openFlight(flight: string) {
    await this.nav('page.nav.flights')
    await this.page.getByTestId('flights').getByRole('button', { name: flight }).click()
    await this.page.getByRole('heading', { name: flight }).waitFor()
  }

  /** Waits until a frame is shown and its metadata beside it. */
  async settled() {
    await this.page.getByTestId('row').waitFor()
  }
}

/** A server with a folder of its own, and who sits in front of it. */
export class Story {
  private readonly people: Person[] = []
  readonly folder = mkdtempSync(join(tmpdir(), 'overflight-page-'))
  readonly server: Server

  get configuration() {
    return join(this.folder, 'node.yaml')
  }

  constructor(
    private readonly browser: Browser,
    readonly language: Language,
    verb: 'demo' | 'serve' = 'serve',
    /** a configuration that is written before the server is started first */
    configured = false,
  ) {
    this.server = new Server(join(this.folder, 'node'), verb, configured ? ['--config', this.configuration] : [])
  }

  async person(): Promise<Person> {
    const someone = await Person.at(this.browser, this.language, () => this.server.address)
    this.people.push(someone)
    return someone
  }

  /** Kills the server under somebody's eyes and starts it again: the page says what is the matter, and goes on by itself. */
  async restart(witness: Person, meanwhile: () => Promise<void> = async () => undefined) {
    const lost = witness.page.getByRole('alert').filter({ hasText: witness.w('page.lost') })
    await this.server.kill()
    try {
      await lost.waitFor()
      await meanwhile()
    } finally {
      await this.server.start() // the next story needs it, whatever became of this one
    }
    await lost.waitFor({ state: 'detached' })
    await witness.page.locator('header').getByText(witness.w('page.connected')).waitFor()
  }

  expectQuiet() {
    for (const p of this.people) p.expectQuiet()
  }

  async end() {
    for (const p of this.people) await p.context.close()
    await this.server.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** What the stories of one language hand on to each other: who sits there, and what they have made. */
export interface Sitting {
  readonly language: Language
  story: Story
  ana: Person
  clip: string // flight
  sample: string // flight of the outside recording; empty without it
  bundle: Buffer // of the clip
}
