// A story of one person in front of a server of their own, who may change the language on the way.
import type { Browser, Page } from 'playwright-core'
import { launch } from './map.serve'
import { type Key, type Language, type Person, Story, samples, wordsOf } from './story'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A recording from outside; empty without them, unless they are required. */
export function sample(...parts: string[]): string {
  const path = join(samples, ...parts)
  if (existsSync(path)) return path
  if (process.env.OVERFLIGHT_REQUIRE_SAMPLES === '1') throw new Error('OVERFLIGHT_SAMPLES names no folder of outside recordings')
  return ''
}

export class Scene {
  language: Language = 'en'
  private browser!: Browser
  private story!: Story
  private person!: Person

  constructor(private readonly settings: { verb: 'demo' | 'serve'; width: number; height: number }) {}

  async start(): Promise<void> {
    this.browser = await launch(['--autoplay-policy=no-user-gesture-required'])
    this.story = new Story(this.browser, this.language, this.settings.verb)
    await this.story.server.start()
    this.person = await this.story.person()
    await this.page.setViewportSize({ width: this.settings.width, height: this.settings.height })
  }

  async close(): Promise<void> {
    await this.story?.end()
    await this.browser?.close()
  }

  get page(): Page {
    return this.person.page
  }
  get context() {
    return this.person.context
  }
  get server() {
    return this.story.server
  }
  get folder() {
    return this.story.folder
  }

  sound = () => this.story.expectQuiet()
  noFaults = () => this.person.noFaults()
  screenshot = (name: string) => this.person.screenshot(name)
  openFlight = (flight: string) => this.person.openFlight(flight)
  ingest = (path: string, name: string) => this.person.ingest(path, name)
  settled = () => this.person.settled()
  signUp = async () => this.person.setUp(await this.server.link())

  /** A text of the page in the language that it is in now. */
  t(key: Key, ...args: (string | number)[]): string {
    return wordsOf(this.language).w(key, ...args)
  }

  nav(name: string): Promise<void> {
    return this.page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
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
