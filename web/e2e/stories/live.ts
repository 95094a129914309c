// A live flight: taken in through the page, shown, and there again after the server was killed, as old as it is.
import { expect, test } from 'vitest'
import { fly, freePort } from '../aircraft'
import { described } from '../drawn'
import type { Sitting } from '../story'

export function live(at: Sitting) {
  test('a live source is taken in, shown as it flies, and is there again when the server was killed', async () => {
    const { ana } = at
    const { page, w } = ana
    const port = await freePort()
    const land = fly(port)
    try {
      await ana.nav('page.nav.feeds')
      await page.getByLabel(w('page.feeds.url')).fill(`udp://127.0.0.1:${port}`)
      await page.getByLabel(w('page.feeds.name')).fill('cam')
      await page.getByRole('button', { name: w('page.feeds.add.do') }).click()
      const feed = page.getByTestId('sources').locator('tbody tr').filter({ hasText: `udp://127.0.0.1:${port}` })
      await feed.getByText(w('phase.connected')).waitFor()
      const flight = (await feed.getByRole('link').textContent())!
      await ana.noFaults('feeds, live')

      await ana.nav('page.nav.live')
      const card = page.getByTestId('aircraft').getByRole('button').filter({ hasText: flight })
      await card.filter({ hasNotText: w('page.live.stale') }).waitFor()
      await card.click()
      const inspector = page.getByRole('region', { name: w('page.inspector') })
      await inspector.getByRole('link', { name: flight }).waitFor()
      await expect.poll(async () => (await described(page)).map((d) => `${d.kind} ${String(d.stale)} ${String(d.provisional)}`).filter((k) => /^(aircraft|footprint)/.test(k)).sort()).toEqual(['aircraft false true', 'footprint false true'])
      await ana.noFaults('live')
      await ana.screenshot('live')

      // Its plan goes into MEX, which took its clearance back, and was notified too late: the card and the map say so, wherever it is by now.
      const at0 = Math.floor(Date.now() / 1000) * 1000
      const route = [[31.5, -110.3], [30.9, -109.75], [31.5, -110.3]].map(([lat, lon], i) => ({ lat, lon, altitude_m: 6000, datum: 'MSL', at: new Date(at0 + i * 1800_000).toISOString() }))
      const plan = { sortie: 'CAM-1', operator: 'USA/CBP', aircraft: { tail: 'OVF-03', type: 'mq-9a', state_aircraft: true, unmanned: true }, planner: 'ana', purpose: 'survey-area', scope: { by: 'agreement' }, basis: [{ basis: 'order', id: 'O-1' }], route }
      expect(await ana.status('/acts', 'POST', { act: 'plan.filed/v1', document: { plan } })).toBe(200)
      expect(await ana.status('/acts', 'POST', { act: 'plan.flown/v1', document: { sortie: 'CAM-1', flight, by: 'ana' } })).toBe(200)
      await page.reload()
      const leave = card.locator('[data-leave=uncleared]').filter({ hasText: 'MEX' })
      await leave.waitFor()
      const airspace = async () => (await described(page)).find((d) => d.kind === 'airspace' && d.id === 'MEX')?.standing
      await expect.poll(airspace).toBe('uncleared')
      await ana.noFaults('live, by what leave')
      await ana.screenshot('live-leave')

      land()
      await card.filter({ hasText: w('page.live.stale') }).waitFor()
      const last = async () => {
        const here = (await described(page)).find((d) => d.kind === 'aircraft')
        return { flight: await inspector.getByRole('link').textContent(), instant: here?.instant, at: here?.at, stale: here?.stale, heading: here?.heading }
      }
      await expect.poll(async () => (await last()).stale).toBe(true)
      const before = await last()
      await at.story.restart(ana, () => ana.screenshot('lost-live'))
      await page.reload()
      await card.filter({ hasText: w('page.live.stale') }).waitFor()
      await expect.poll(() => card.getAttribute('aria-pressed')).toBe('true') // by the address
      await expect.poll(last).toEqual(before)
      await leave.waitFor()
      await expect.poll(airspace).toBe('uncleared')
      await ana.noFaults('live, stale')
      await ana.screenshot('live-stale')

      // The feed is there again, and takes the flight up where it was.
      await ana.nav('page.nav.feeds')
      await feed.getByRole('link', { name: flight }).waitFor()
      expect(await feed.getByText(w('page.feeds.ended')).count()).toBe(0)
      const landAgain = fly(port)
      try {
        await feed.getByText(w('phase.connected')).waitFor()
        await ana.nav('page.nav.live')
        await card.filter({ hasNotText: w('page.live.stale') }).waitFor()
        expect(await page.getByTestId('aircraft').getByRole('button').count()).toBe(1)
      } finally {
        landAgain()
      }
      await ana.nav('page.nav.feeds')
      await page.getByRole('button', { name: w('page.feeds.stop.of', 'cam') }).click()
      await feed.getByText(w('page.feeds.ended')).waitFor()
      await ana.nav('page.nav.flights')
      await page.getByTestId('flights').locator('tbody tr').filter({ hasText: flight }).getByText(w('flight.closed')).waitFor()
      await at.story.restart(ana)
      await page.getByTestId('flights').locator('tbody tr').filter({ hasText: flight }).getByText(w('flight.closed')).waitFor()
      await ana.nav('page.nav.feeds')
      await page.getByTestId('health').waitFor()
      expect(await feed.count()).toBe(0) // stopped is stopped, after a restart too
    } finally {
      land()
    }
  })
}
