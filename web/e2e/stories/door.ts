// Getting in.
import { expect, test } from 'vitest'
import { password, type Sitting } from '../story'

export function door(at: Sitting) {
  test('nobody is let in without having been invited', async () => {
    const { page, w } = at.ana
    await page.getByRole('heading', { name: w('page.signin'), level: 1 }).waitFor()
    await page.getByLabel(w('page.name')).fill('nobody')
    await page.getByLabel(w('page.password')).fill(password)
    await page.getByRole('button', { name: w('page.signin.do') }).click()
    await page.getByRole('alert').filter({ hasText: w('problem.sign-in') }).waitFor()
    await at.ana.noFaults()
    expect(await at.ana.status('/flights')).toBe(401)
  })

  test('a link makes the first administrator, once', async () => {
    const { ana } = at
    const link = await at.story.server.link()
    await ana.setUp(link)
    await ana.page.getByText(ana.w('page.live.nosource')).waitFor()
    const late = await at.story.person()
    await late.page.goto(link)
    await late.page.getByRole('alert').filter({ hasText: late.w('problem.set-up-link') }).waitFor()
    expect(await late.page.getByLabel(late.w('page.password.again')).count()).toBe(0)
    await late.noFaults()
    await late.context.close()
  })

  test('a server where nothing was flown says so on every screen', async () => {
    const { ana } = at
    for (const [nav, text] of [['page.nav.flights', 'page.flights.none'], ['page.nav.entries', 'page.entries.none'], ['page.nav.feeds', 'page.feeds.none'], ['page.nav.live', 'page.live.nosource']] as const) {
      await ana.nav(nav)
      await ana.page.getByText(ana.w(text)).waitFor()
      await ana.noFaults(nav)
    }
  })
}
