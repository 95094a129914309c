// Every screen by day, by night and in red, open dialogs too: nothing that axe knows to be a fault.
import { expect, test } from 'vitest'
import type { Sitting } from '../story'

export function themes(at: Sitting) {
  test.each(['day', 'night', 'red'] as const)('every screen has no fault: %s', async (theme) => {
    const { ana } = at
    const { page, w } = ana
    const themeButton = page.getByRole('button', { name: new RegExp(`^(${w('page.theme.day')}|${w('page.theme.night')}|${w('page.theme.red')})$`) })
    for (let tries = 0; tries < 3 && (await page.locator('html').getAttribute('data-theme')) !== theme; tries++) await themeButton.click()
    await page.locator(`html[data-theme=${theme}]`).waitFor()

    for (const [nav, heading] of [['page.nav.live', 'page.nav.live'], ['page.nav.flights', 'page.flights'], ['page.nav.entries', 'page.entries'], ['page.nav.verify', 'page.verify'], ['page.nav.feeds', 'page.nav.feeds'], ['page.nav.users', 'page.nav.users']] as const) {
      await ana.nav(nav)
      await page.getByRole('heading', { name: w(heading), level: 1 }).waitFor()
      expect(await page.locator('body').innerText()).not.toMatch(/\b(page|phase|verdict|role)\.[a-z]/)
      await ana.noFaults(`${nav}, ${theme}`)
      await ana.screenshot(`${theme}-${nav.split('.')[2]}`)
    }
    await page.getByRole('button', { name: w('page.keys') }).click()
    await page.getByRole('dialog', { name: w('page.keys') }).waitFor()
    await ana.noFaults(`keys, ${theme}`)
    await ana.screenshot(`${theme}-keys`)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    await ana.openFlight(at.clip)
    await ana.settled()
    await page.getByLabel(w('page.clock.type')).fill('soon')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: w('page.clock.wrong') }).waitFor()
    await ana.noFaults(`review, ${theme}`)
    await ana.screenshot(`${theme}-review`)

    const somebody = await at.story.person()
    await somebody.page.addInitScript((theme) => localStorage.setItem('theme', theme), theme)
    await somebody.page.goto(at.story.server.address)
    await somebody.page.getByRole('button', { name: w('page.signin.do') }).waitFor()
    await somebody.noFaults(`sign-in, ${theme}`)
    await somebody.screenshot(`${theme}-signin`)
    await somebody.context.close()
  })
}
