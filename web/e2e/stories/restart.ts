// The server is killed on every kind of screen: the page says so, comes back by itself, and finds the same.
import { expect, test } from 'vitest'
import { described, featuresOf } from '../drawn'
import type { Person, Sitting } from '../story'

/** What stands in a table, once nothing in it waits for the log or for an answer any more. */
async function tableOf(p: Person, id: string): Promise<string> {
  const body = p.page.getByTestId(id).locator('tbody')
  await body.locator('tr').first().waitFor()
  await expect.poll(async () => {
    const text = await body.innerText()
    return text.includes(p.w('page.log.pending')) || text.includes(p.w('page.loading'))
  }, { timeout: 60_000 }).toBe(false)
  return body.innerText()
}

export function restart(at: Sitting) {
  test.each([['page.nav.flights', 'flights'], ['page.nav.entries', 'entries'], ['page.nav.users', 'users']] as const)('%s: the same rows', async (nav, table) => {
    const { ana } = at
    await ana.nav(nav)
    const before = await tableOf(ana, table)
    await at.story.restart(ana, async () => {
      await ana.noFaults(`${nav}, without a server`)
      await ana.screenshot(`lost-${table}`)
    })
    await expect.poll(() => tableOf(ana, table)).toBe(before)
    expect(await ana.page.getByText(ana.w('page.unreachable')).count()).toBe(0)
    await ana.page.reload()
    await expect.poll(() => tableOf(ana, table)).toBe(before)
  })

  test('Entries: what was selected is drawn again', async () => {
    const { ana } = at
    await ana.nav('page.nav.entries')
    await ana.page.getByTestId('entries').locator('tbody tr').filter({ hasText: at.clip }).filter({ hasText: 'USA' }).getByRole('button').click()
    const answer = async () => ({ text: await ana.page.getByTestId('entry').innerText(), drawn: (await described(ana.page)).filter((d) => d.kind === 'entry').map((d) => d.id) })
    await expect.poll(async () => (await answer()).drawn.length).toBe(1)
    const before = await answer()
    await at.story.restart(ana)
    await ana.page.reload()
    await ana.page.getByTestId('entry').waitFor()
    await expect.poll(answer).toEqual(before)
  })

  test('Review: the same view from its address, and the player goes on', async () => {
    const { ana } = at
    const { page, w } = ana
    const source = (await ana.items<{ source: string }>(`/flights/${at.clip}/playback`))[0]!.source
    const address = `${at.story.server.address}/#/review/${at.clip}?source=${source}&at=2025-03-03T16:01:30.000Z&place=31.33172,-110.86026&map=14.2/31.33/-110.86`
    const askLooks = async () => {
      await page.getByLabel(w('page.place.type')).fill('19.43N 99.13W')
      await page.keyboard.press('Enter')
    }
    await page.goto(address)
    await page.reload()
    const shown = async () => {
      await ana.settled()
      await page.waitForFunction(() => document.querySelector('[data-testid=row]')?.textContent?.includes('16:01:30'))
      return {
        row: await page.getByTestId('row').innerText(), pin: await page.getByTestId('pin').innerText(), clock: await page.getByTestId('clock').textContent(), address: await page.evaluate(() => location.hash),
        pins: (await featuresOf(page, 'pins')).length, footprint: (await described(page)).find((d) => d.kind === 'footprint')?.at, frame: await page.getByTestId('video').evaluate((v: HTMLVideoElement) => v.currentTime.toFixed(2)),
      }
    }
    const before = await shown()
    expect(before.pins).toBe(1)
    await at.story.restart(ana, async () => {
      await askLooks()
      await page.getByRole('alert').filter({ hasText: w('page.unreachable.again') }).waitFor()
      await ana.noFaults('review, without a server')
      await ana.screenshot('lost-review')
    })
    await askLooks()
    await page.getByRole('status').filter({ hasText: w('page.review.notlooked') }).waitFor()
    expect(await page.getByRole('alert').filter({ hasText: w('page.unreachable.again') }).count()).toBe(0)
    // The address that is gone to brings its view along, without a reload and with one. Without one its parts may stand as they were typed.
    await page.goto(address)
    await expect.poll(async () => ({ ...(await shown()), address: before.address })).toEqual(before)
    await page.reload()
    expect(await shown()).toEqual(before)
  })

  test('Verify: a bundle from before proves the same after, and a policy is asked for in words meanwhile', async () => {
    const { ana } = at
    const { page, w } = ana
    const check = async () => {
      await ana.nav('page.nav.flights') // away and back: the screen begins anew
      await ana.nav('page.nav.verify')
      await page.getByRole('button', { name: w('page.verify.policy.server') }).click()
      await page.getByTestId('bundle-file').setInputFiles({ name: 'clip.zip', mimeType: 'application/zip', buffer: at.bundle })
      await page.getByTestId('verdict').filter({ hasText: '✓' }).waitFor()
      return page.getByTestId('verdict').textContent()
    }
    const before = await check()
    await at.story.restart(ana, async () => {
      await page.getByRole('button', { name: w('page.verify.policy.server') }).click()
      await page.getByRole('alert').filter({ hasText: w('page.verify.unreachable') }).waitFor()
      await ana.noFaults('verify, without a server')
      await ana.screenshot('lost-verify')
    })
    expect(await check()).toBe(before)
  })

  test('Sign in: without a server it says so, with one it lets in', async () => {
    const somebody = await at.story.person()
    const { page, w } = somebody
    await page.goto(at.story.server.address)
    const answer = at.ana
    await answer.nav('page.nav.flights')
    await page.getByLabel(w('page.name')).fill('ana')
    await page.getByLabel(w('page.password')).fill('correct horse battery staple')
    await at.story.restart(answer, async () => {
      await page.getByRole('button', { name: w('page.signin.do') }).click()
      await page.getByRole('alert').filter({ hasText: w('page.unreachable.again') }).waitFor()
      await somebody.noFaults('sign-in, without a server')
    })
    await page.getByRole('button', { name: w('page.signin.do') }).click()
    await page.getByRole('button', { name: w('page.signout', 'ana') }).waitFor()
    await somebody.context.close()
  })
}
