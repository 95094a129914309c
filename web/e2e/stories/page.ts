// The page against the real server in a language: what a person does, through what a person sees. Each language is a file of its own:
// most of the time is waiting, and two wait side by side.
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { launch } from '../map.serve'
import { authority } from './authority'
import { door } from './door'
import { entries } from './entries'
import { keyboard } from './keyboard'
import { live } from './live'
import { restart } from './restart'
import { review } from './review'
import { themes } from './themes'
import { users } from './users'
import { verify } from './verify'
import { type Language, type Sitting, Story } from '../story'

export function page(language: Language) {
  describe(`the page, ${language}`, () => {
    let browser: Browser
    const at = { language, clip: '', sample: '' } as Sitting
    beforeAll(async () => {
      browser = await launch(['--autoplay-policy=no-user-gesture-required'])
      at.story = new Story(browser, language)
      await at.story.server.start()
      at.ana = await at.story.person()
    })
    afterAll(async () => {
      await at.story?.end()
      await browser?.close()
    })
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
}
