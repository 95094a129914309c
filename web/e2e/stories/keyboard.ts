// Without a mouse, from signing in to a verdict.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Keys } from '../keys'
import { password, type Sitting } from '../story'

export function keyboard(at: Sitting) {
  test('the keyboard alone finds a flight, reviews it, exports a frame and verifies a bundle', async () => {
    const somebody = await at.story.person()
    const { page, w } = somebody
    const keys = new Keys(page)
    const link = (name: string) => page.getByRole('link', { name, exact: true })
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    const cursor = async () => Number(await page.getByTestId('timeline').getAttribute('aria-valuenow'))

    page.on('filechooser', () => undefined) // from the first: a chooser that nobody listens for is a window of the browser's own
    await page.goto(at.story.server.address)
    await page.getByRole('heading', { name: w('page.signin'), level: 1 }).waitFor()
    await keys.to(page.getByLabel(w('page.name')))
    await keys.type('ana')
    await keys.press('Tab')
    await keys.type(password)
    await keys.press('Enter')
    await button(w('page.signout', 'ana')).waitFor()
    await keys.expectPlace()

    // The list of keys takes the keyboard, keeps it, and gives it back.
    const help = button(w('page.keys'))
    await keys.activate(help)
    await page.getByRole('dialog', { name: w('page.keys') }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true)
    await keys.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect(await help.evaluate((e) => e === document.activeElement)).toBe(true)
    await keys.press('?')
    await page.getByRole('dialog', { name: w('page.keys') }).waitFor()
    await keys.press('?')
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect(await help.evaluate((e) => e === document.activeElement)).toBe(true)

    // Past the head of the page to the screen.
    await keys.activate(link(w('page.nav.flights')))
    await page.getByRole('heading', { name: w('page.flights'), level: 1 }).waitFor()
    await keys.activate(link(w('page.skip')))
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')

    await keys.to(page.getByLabel(w('page.flights.entered')))
    await keys.type('mex')
    await keys.press('Enter')
    await keys.activate(page.getByTestId('flights').getByRole('button', { name: at.clip }))
    await page.getByRole('heading', { name: at.clip }).waitFor()
    await keys.expectPlace()
    await somebody.settled()

    // Play and pause, frames, an instant.
    const video = page.getByTestId('video')
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=video]')?.readyState ?? 0) >= 2)
    await keys.press('k')
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=video]')?.currentTime ?? 0) > 1)
    await keys.press('k')
    await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('[data-testid=video]')?.paused)
    const player = page.getByRole('group', { name: w('page.review.controls') })
    await keys.to(player.getByRole('button', { name: w('page.clock.play'), exact: true }))
    await keys.press('Space')
    await player.getByRole('button', { name: w('page.clock.pause'), exact: true }).waitFor()
    await keys.press('Space')
    await player.getByRole('button', { name: w('page.clock.play'), exact: true }).waitFor()
    expect(await video.evaluate((v: HTMLVideoElement) => v.paused)).toBe(true)

    await keys.to(page.getByLabel(w('page.clock.type')))
    await keys.type('16:01:20')
    await keys.press('Enter')
    const rowSays = (text: string) => page.waitForFunction((text) => document.querySelector('[data-testid=row]')?.textContent?.includes(text) && !document.querySelector<HTMLVideoElement>('[data-testid=video]')!.seeking, text)
    await rowSays('16:01:20')
    await keys.to(page.getByTestId('timeline'))
    const start = await cursor()
    const second = () => video.evaluate((v: HTMLVideoElement) => v.currentTime)
    for (const [key, way] of [['.', 1], [',', -1]] as const) {
      const before = await second()
      await keys.press(key)
      await expect.poll(async () => Math.sign((await second()) - before)).toBe(way)
      expect(Math.abs((await second()) - before)).toBeLessThan(0.14) // of 15 frames a second, one
    }
    await keys.press('ArrowRight')
    await expect.poll(cursor).toBeGreaterThan(start + 700)
    await keys.press('j')
    await expect.poll(cursor).toBeLessThan(start - 8000)

    // A frame, by its key and by its button, with the hash of what was saved.
    for (const by of ['e', 'button'] as const) {
      const wait = page.waitForEvent('download')
      if (by === 'e') await keys.press('e')
      else await keys.activate(button(w('page.review.frame')))
      const file = readFileSync(await (await wait).path())
      const digest = Buffer.from(await crypto.subtle.digest('SHA-256', file)).toString('hex')
      await page.getByTestId('exported').filter({ hasText: digest }).waitFor()
      expect(file.subarray(1, 4).toString()).toBe('PNG')
    }
    const wait = page.waitForEvent('download')
    await keys.activate(page.getByTestId('bundle'))
    const bundle = await (await wait).path()

    // The map by keys: measuring, a point, another, the end.
    await keys.activate(button(w('page.measure.line')))
    await keys.press('Enter')
    for (let i = 0; i < 5; i++) await keys.press('ArrowRight')
    await keys.press('Enter')
    await page.getByTestId('measured').filter({ hasText: somebody.like('page.measure.total') }).waitFor()
    await keys.press('Escape')

    await keys.activate(link(w('page.nav.verify')))
    await page.getByRole('heading', { name: w('page.verify'), level: 1 }).waitFor()
    await keys.activate(button(w('page.verify.policy.server')), 'Space')
    await page.getByText(w('page.verify.policy.own')).waitFor()
    await keys.to(page.getByTestId('bundle-file'))
    const chooser = page.waitForEvent('filechooser')
    await page.keyboard.press('Enter')
    await (await chooser).setFiles({ name: 'clip.zip', mimeType: 'application/zip', buffer: readFileSync(bundle) })
    await page.getByRole('status').filter({ hasText: '✓' }).waitFor()
    await keys.expectPlace()
    await somebody.screenshot('keyboard-verify')

    // Out again: a bundle is for anybody to check, so that the verdict stays; the button does not, and the keyboard is not lost with it.
    await keys.to(button(w('page.signout', 'ana')))
    await page.keyboard.press('Enter')
    await button(w('page.signout', 'ana')).waitFor({ state: 'detached' })
    await page.getByRole('status').filter({ hasText: '✓' }).waitFor()
    await keys.expectPlace()
    await somebody.context.close()
  })
}
