// A recording is taken in and looked at.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { described, featuresOf, pixelsBetween, pixelsFrom } from '../drawn'
import { inRepository } from '../server'
import { osh, type Sitting, withSamples } from '../story'

const truth = JSON.parse(readFileSync(inRepository('internal', 'demo', 'clip.json'), 'utf8')) as { buildings: { name: string; lat: number; lon: number }[] }
export const hall = truth.buildings.find((b) => b.name === 'white hall')!

/** Where in the picture the one large white roof is, from 0 to 1: the middle of what is nearly white. */
export const roofIn = (page: Page) => page.evaluate(() => {
  const v = document.querySelector<HTMLVideoElement>('[data-testid=video]')!
  const c = document.createElement('canvas')
  c.width = v.videoWidth
  c.height = v.videoHeight
  const g = c.getContext('2d')!
  g.drawImage(v, 0, 0)
  const d = g.getImageData(0, 0, c.width, c.height).data
  let x = 0, y = 0, n = 0
  for (let i = 0; i < d.length; i += 4) {
    const p = i / 4, px = p % c.width, py = Math.floor(p / c.width)
    const label = py < 34 && px >= c.width * 0.74 // and the mark below it
    if (d[i]! > 205 && d[i + 1]! > 205 && d[i + 2]! > 195 && !label) { x += px; y += py; n++ }
  }
  return { u: x / n / c.width, v: y / n / c.height, n }
})

/** A place as the page writes it in decimal degrees. */
export const placeIn = (text: string): [number, number] => {
  const [, lat, lon] = /(-?\d+\.\d+)°?,\s*(-?\d+\.\d+)/.exec(text) ?? []
  return [Number(lon), Number(lat)]
}

export function review(at: Sitting) {
  test('a recording is taken in, found, and plays as the sealed bytes', async () => {
    const { ana } = at
    const { page, w } = ana
    at.clip = await ana.ingest(inRepository('internal', 'demo', 'clip.ts'), 'clip')
    await ana.screenshot('feeds')
    await ana.openFlight(at.clip)
    await ana.settled()
    await page.waitForFunction(() => {
      const v = document.querySelector<HTMLVideoElement>('[data-testid=video]')
      return v !== null && v.readyState >= 2 && v.videoWidth === 640
    })
    const player = page.getByRole('group', { name: w('page.review.controls') })
    await player.getByRole('button', { name: w('page.clock.play'), exact: true }).click()
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=video]')?.currentTime ?? 0) > 2)
    await player.getByRole('button', { name: w('page.clock.pause'), exact: true }).click()
    await ana.noFaults()
  })

  test('its path, its entries, and the ground of the frame shown are drawn', async () => {
    const { page } = at.ana
    const tracks = await featuresOf(page, 'tracks')
    expect(new Set(tracks.map((f) => f.id))).toEqual(new Set([at.clip]))
    const sensor = placeIn((await page.getByTestId('row').locator('dd').nth(1).textContent())!)
    expect(await pixelsFrom(page, 'tracks', sensor)).toBeLessThanOrEqual(3)
    const all = await described(page)
    expect(all.filter((d) => d.kind === 'footprint')).toHaveLength(1)
    const centre = placeIn((await page.getByTestId('row').locator('dd').nth(5).textContent())!)
    expect(await pixelsBetween(page, centre, [...all.find((d) => d.kind === 'footprint')!.at!])).toBeLessThan(1)
    expect(all.some((d) => d.kind === 'entry' && d.id.startsWith(at.clip + '/'))).toBe(true)
    expect(all.filter((d) => d.kind === 'airspace').map((d) => d.id)).toEqual(['MEX', 'USA'])
  })

  test('a click on a known building gives its true place within the stated doubt, and pins it there', async () => {
    const { page, w } = at.ana
    for (const when of ['16:01:05', '16:01:20', '16:01:40']) {
      await page.getByLabel(w('page.clock.type')).fill(when)
      await page.keyboard.press('Enter')
      await page.waitForFunction((when) => document.querySelector('[data-testid=row]')?.textContent?.includes(when) && !document.querySelector<HTMLVideoElement>('[data-testid=video]')!.seeking, when)
      const roof = await roofIn(page)
      expect(roof.n).toBeGreaterThan(150)
      const box = (await page.getByTestId('video').boundingBox())!
      const ratio = 640 / 480
      const wide = Math.min(box.width, box.height * ratio), high = wide / ratio
      await page.mouse.click(box.x + (box.width - wide) / 2 + roof.u * wide, box.y + (box.height - high) / 2 + roof.v * high)
      const said = (await page.getByTestId('pin').textContent())!
      const [lon, lat] = placeIn(said)
      const doubt = Number(/± ([\d.]+)/.exec(said)?.[1])
      const metres = Math.hypot((lat - hall.lat) * 111_320, (lon - hall.lon) * 111_320 * Math.cos((hall.lat * Math.PI) / 180))
      expect(doubt).toBeGreaterThan(0)
      expect(metres, `${when}: ${metres.toFixed(1)} m off, ± ${doubt} m`).toBeLessThan(doubt)
      const pins = await featuresOf(page, 'pins')
      expect(pins).toHaveLength(1)
      expect(await pixelsBetween(page, pins[0]!.points[0]!, [lon, lat])).toBeLessThan(2)
    }
  })

  test('a place asks who looked there and jumps to the look', async () => {
    const { page, w, like } = at.ana
    const place = page.getByLabel(w('page.place.type'))
    await place.fill(`${hall.lat}, ${hall.lon}`)
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: new RegExp(`${like('page.review.looks.one').source}|${like('page.review.looks.other').source}`) }).waitFor()
    const pins = await featuresOf(page, 'pins')
    expect(await pixelsBetween(page, pins[0]!.points[0]!, [hall.lon, hall.lat])).toBeLessThan(2)
    await place.fill('19.43N 99.13W')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: w('page.review.notlooked') }).waitFor()
    await place.fill('nowhere')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: w('page.place.wrong') }).waitFor()
    await at.ana.noFaults()
  })

  test('a frame is exported with its hash', async () => {
    const { page, w } = at.ana
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: w('page.review.frame') }).click()
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', readFileSync(await (await download).path()))).toString('hex')
    await page.getByTestId('exported').filter({ hasText: digest }).waitFor()
  })

  test.runIf(withSamples)('the outside recording plays with its map, its reports and its timeline in step', async () => {
    const { ana } = at
    const { page } = ana
    at.sample = await ana.ingest(osh, 'osh')
    await ana.openFlight(at.sample)
    await ana.settled()
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=video]')?.videoWidth ?? 0) === 640)
    await page.getByText(at.ana.like('page.review.counted')).waitFor()
    await page.getByTestId('cursor').waitFor({ state: 'attached' }) // a line has no width
    expect((await featuresOf(page, 'tracks')).map((f) => f.id)).toContain(at.sample)
    await ana.screenshot('review-osh')
  })

  test('the address restores the view', async () => {
    const { ana } = at
    const { page } = ana
    await page.goto(`${at.story.server.address}/#/review/${at.clip}?at=2025-03-03T16:01:30.000Z&place=${hall.lat},${hall.lon}&map=14/31.33/-110.86`)
    await page.reload()
    await page.getByRole('heading', { name: at.clip }).waitFor()
    await page.waitForFunction(() => document.querySelector('[data-testid=clock]')?.textContent?.startsWith('2025-03-03 16:01:30'))
    await ana.settled()
    expect(await page.evaluate(() => location.hash)).toContain('at=2025-03-03T16:01:30')
    const pins = await featuresOf(page, 'pins')
    expect(await pixelsBetween(page, pins[0]!.points[0]!, [hall.lon, hall.lat])).toBeLessThan(2)
  })
}
