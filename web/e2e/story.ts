// What every story of the page needs: a server and a browser of its own, somebody who is signed in, and the ways of a person through the
// screens, in either language. Words are those of the catalogue, so that a story holds in both.
import AxeBuilder from '@axe-core/playwright'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { launch } from './map.serve'
import { Server, inRepository } from './server'

export type Language = 'en' | 'es'

const catalogue = (language: Language) => JSON.parse(readFileSync(inRepository('internal', 'catalogue', `${language}.json`), 'utf8')) as Record<string, string>
const catalogues = { en: catalogue('en'), es: catalogue('es') }
const shots = process.env.SHOTS ?? ''
export const password = 'correct horse battery staple'

/** The recordings from outside; without them a story that needs one is skipped, unless they are required. */
export function sample(...parts: string[]): string {
  const path = join(process.env.OVERFLIGHT_SAMPLES ?? '', ...parts)
  if (existsSync(path)) return path
  if (process.env.OVERFLIGHT_REQUIRE_SAMPLES === '1') throw new Error('OVERFLIGHT_SAMPLES names no folder of outside recordings')
  return ''
}

export interface Settings {
  verb: 'demo' | 'serve'
  language?: Language
  width?: number
  height?: number
}

export class Story {
  readonly folder = mkdtempSync(join(tmpdir(), 'overflight-page-'))
  readonly server: Server
  language: Language
  browser!: Browser
  context!: BrowserContext
  page!: Page
  private readonly outside: string[] = []
  private readonly complaints: string[] = []

  constructor(private readonly settings: Settings) {
    this.language = settings.language ?? 'en'
    this.server = new Server(join(this.folder, 'node'), settings.verb)
  }

  async start(): Promise<void> {
    if (shots) mkdirSync(shots, { recursive: true })
    await this.server.start()
    this.browser = await launch(['--autoplay-policy=no-user-gesture-required'])
    const { width = 1440, height = 900 } = this.settings
    this.context = await this.browser.newContext({
      viewport: { width, height }, locale: this.language === 'es' ? 'es-MX' : 'en-GB', timezoneId: 'America/Mexico_City', reducedMotion: 'reduce', acceptDownloads: true,
    })
    this.context.setDefaultTimeout(90_000) // a busy machine is slow, not wrong
    this.page = await this.context.newPage()
    this.page.on('request', (r) => {
      if (!r.url().startsWith(this.server.address) && !/^(blob|data):/.test(r.url())) this.outside.push(r.url())
    })
    this.page.on('pageerror', (e) => this.complaints.push(e.message))
    this.page.on('console', (m) => {
      if (/Content Security Policy|Refused to/.test(m.text())) this.complaints.push(m.text())
    })
  }

  async close(): Promise<void> {
    await this.browser?.close()
    await this.server.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Nothing went wrong in the page, and it asked nobody but its server. */
  sound(): void {
    expect(this.complaints).toEqual([])
    expect(this.outside).toEqual([])
  }

  /** A text of the page. */
  t(key: string, ...args: (string | number)[]): string {
    const text = catalogues[this.language][key]
    if (text === undefined) throw new Error(`the catalogue has no ${key}`)
    return text.replaceAll(/\{(\d+)\}/g, (_, i) => String(args[Number(i)] ?? ''))
  }

  async screenshot(name: string): Promise<void> {
    if (shots) await this.page.screenshot({ path: join(shots, `${name}.png`) })
  }

  async noFaults(): Promise<void> {
    const found = await new AxeBuilder({ page: this.page }).exclude('.maplibregl-canvas-container').analyze()
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
  }

  nav(name: string): Promise<void> {
    return this.page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
  }

  /** Makes the first administrator by the link that the server prints. */
  async signUp(): Promise<void> {
    const { page } = this
    await page.goto(await this.server.link())
    await page.reload()
    await page.getByLabel(this.t('page.name')).fill('ana')
    await page.getByLabel(this.t('page.password'), { exact: true }).fill(password)
    await page.getByLabel(this.t('page.password.again')).fill(password)
    await page.getByRole('button', { name: this.t('page.setup.do') }).click()
    await page.getByText(this.t('page.connected')).waitFor()
  }

  /** Has a source taken in on the screen of feeds. */
  async takeIn(address: string, name: string): Promise<void> {
    const { page } = this
    await this.nav(this.t('page.nav.feeds'))
    await page.getByLabel(this.t('page.feeds.url')).fill(address)
    await page.getByLabel(this.t('page.feeds.name')).fill(name)
    await page.getByRole('button', { name: this.t('page.feeds.add.do'), exact: true }).click()
  }

  source(name: string) {
    return this.page.getByTestId('sources').locator('tbody tr', { hasText: name })
  }

  /** Takes in a recording and returns the number of its flight. */
  async ingest(path: string, name: string): Promise<string> {
    await this.takeIn(path, name)
    await this.source(name).getByText(this.t('page.feeds.ended')).waitFor({ timeout: 60_000 })
    return (await this.source(name).getByRole('link').first().textContent())!.trim()
  }

  async openFlight(flight: string): Promise<void> {
    await this.nav(this.t('page.nav.flights'))
    await this.page.getByTestId('flights').getByRole('button', { name: flight }).click()
    await this.page.getByRole('heading', { name: flight }).waitFor()
  }

  /** Waits until the metadata of the frame that is shown is beside it. */
  async settled(): Promise<void> {
    await this.page.getByTestId('row').waitFor({ timeout: 60_000 })
  }

  /** Waits until the map is drawn. */
  async mapReady(): Promise<void> {
    await this.page.waitForFunction(() => document.querySelector<HTMLElement>('[data-testid=map]')?.dataset.ready === 'yes')
  }

  async goTo(instant: string): Promise<void> {
    await this.page.getByLabel(this.t('page.clock.type')).fill(instant)
    await this.page.keyboard.press('Enter')
  }

  /** A key of the page, pressed where nothing is being typed. */
  press(key: string): Promise<void> {
    return this.page.locator('#main').press(key)
  }
}
