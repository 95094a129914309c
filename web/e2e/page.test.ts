// The page against the real server, in both languages: what a person does, through what a person sees.
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { launch } from './map.serve'
import { authority } from './stories/authority'
import { door } from './stories/door'
import { entries } from './stories/entries'
import { keyboard } from './stories/keyboard'
import { live } from './stories/live'
import { restart } from './stories/restart'
import { review } from './stories/review'
import { themes } from './stories/themes'
import { users } from './stories/users'
import { verify } from './stories/verify'
import { type Sitting, Story } from './story'

let browser: Browser
beforeAll(async () => {
  browser = await launch(['--autoplay-policy=no-user-gesture-required'])
})
afterAll(async () => {
  await browser?.close()
})

describe.each(['en', 'es'] as const)('the page, %s', (language) => {
  const at = { language, clip: '', sample: '' } as Sitting
  beforeAll(async () => {
    at.story = new Story(browser, language)
    await at.story.server.start()
    at.ana = await at.story.person()
  })
  afterAll(() => at.story?.end())
  afterEach(() => at.story.expectQuiet())

  test('speaks the language of the browser', async () => {
    await at.ana.page.goto(at.story.server.address)
    await at.ana.page.locator(`html[lang=${language}]`).waitFor()
  })
  // In this order: what one makes, the next ones find.
  door(at)
  review(at)
  entries(at)
  verify(at)
  users(at)
  authority(at)
  themes(at)
  keyboard(at)
  restart(at)
  live(at)
})
