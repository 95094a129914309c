// The page against the real server: what a person does, through what a person sees.
import { readFileSync } from 'node:fs'
import type { Download, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { inRepository } from './server'
import { Story, sample as recorded } from './story'

const osh = recorded('misb', 'osh_sample-stream.ts')
const story = new Story({ verb: 'serve' })
const { server } = story
let page: Page

beforeAll(async () => {
  await story.start()
  page = story.page
})
afterAll(() => story.close())
afterEach(() => story.sound())

const screenshot = (name: string) => story.screenshot(name)
const noFaults = () => story.noFaults()
const nav = (name: string) => story.nav(name)
const ingest = (path: string, name: string) => story.ingest(path, name)
const settled = () => story.settled()
const openFlight = (flight: string) => story.openFlight(flight)

describe('the page', () => {
  let clip = ''
  let sample = ''

  test('nobody is let in without having been invited', async () => {
    await page.goto(server.address)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByLabel('Name').fill('nobody')
    await page.getByLabel('Password').fill('correct horse battery staple')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await noFaults()
    const refused = await page.evaluate(() => fetch('/api/v1/flights').then((r) => r.status))
    expect(refused).toBe(401)
  })

  test('a link makes the first administrator, once', async () => {
    const link = await server.link()
    await page.goto(link)
    await page.reload()
    await page.getByLabel('Name').fill('ana')
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple')
    await page.getByLabel('Password again').fill('correct horse battery staple')
    await screenshot('setup')
    await noFaults()
    await page.getByRole('button', { name: 'Set up and sign in' }).click()
    await page.getByText('connected').waitFor()
    await page.getByText('No live source is taken in').waitFor()
  })

  test('a recording is taken in, found, and plays as the sealed bytes', async () => {
    clip = await ingest(inRepository('internal', 'demo', 'clip.ts'), 'clip')
    await screenshot('feeds')
    await noFaults()
    await openFlight(clip)
    await settled()
    await page.waitForFunction(() => {
      const v = document.querySelector<HTMLVideoElement>('[data-testid=video]')
      return v !== null && v.readyState >= 2 && v.videoWidth === 640
    })
    await page.getByRole('button', { name: 'Play' }).last().click()
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=video]')?.currentTime ?? 0) > 2)
    await page.getByRole('button', { name: 'Pause' }).last().click()
    await noFaults()
    await screenshot('review')
  })

  test('a click on a known building gives its true place within the stated doubt', async () => {
    const truth = JSON.parse(readFileSync(inRepository('internal', 'demo', 'clip.json'), 'utf8')) as { buildings: { name: string; lat: number; lon: number }[] }
    const { lat, lon } = truth.buildings.find((b) => b.name === 'white hall')!
    for (const at of ['16:01:05', '16:01:20', '16:01:40']) {
      await page.getByLabel('Go to an instant (UTC)').fill(at)
      await page.keyboard.press('Enter')
      await page.waitForFunction((at) => document.querySelector('[data-testid=row]')?.textContent?.includes(at) && !document.querySelector<HTMLVideoElement>('[data-testid=video]')!.seeking, at)
      // The hall has the one large white roof: the middle of what is nearly white is where it is.
      const roof = await page.evaluate(() => {
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
      expect(roof.n).toBeGreaterThan(150)
      const box = (await page.getByTestId('video').boundingBox())!
      const ratio = 640 / 480
      const w = Math.min(box.width, box.height * ratio), h = w / ratio
      await page.mouse.click(box.x + (box.width - w) / 2 + roof.u * w, box.y + (box.height - h) / 2 + roof.v * h)
      const pinned = await page.getByTestId('pin').textContent()
      const [, pLat, pLon] = /(-?\d+\.\d+)°?,\s*(-?\d+\.\d+)/.exec(pinned!) ?? []
      const doubt = Number(/± ([\d.]+)/.exec(pinned!)?.[1])
      const metres = Math.hypot((Number(pLat) - lat) * 111_320, (Number(pLon) - lon) * 111_320 * Math.cos((lat * Math.PI) / 180))
      expect(doubt).toBeGreaterThan(0)
      expect(metres, `${at}: ${metres.toFixed(1)} m off, ± ${doubt} m`).toBeLessThan(doubt)
    }
  })

  test('a click on the map jumps to the looks at the place', async () => {
    await page.getByLabel('Go to a place: coordinates in any form').fill('31.33172, -110.86026')
    await page.keyboard.press('Enter')
    await page.getByText(/looks? of this flight at this place/).waitFor()
    await page.getByLabel('Go to a place: coordinates in any form').fill('19.43N 99.13W')
    await page.keyboard.press('Enter')
    await page.getByText('This flight did not look here.').first().waitFor()
  })

  test('a frame is exported with its hash', async () => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export frame' }).click()
    const file = await (await download).path()
    const shown = await page.getByTestId('exported').textContent()
    const digest = await crypto.subtle.digest('SHA-256', readFileSync(file))
    expect(shown).toContain(Buffer.from(digest).toString('hex'))
  })

  test.runIf(osh)('the outside recording plays with its map, its reports and its timeline in step', async () => {
    sample = await ingest(osh, 'osh')
    await openFlight(sample)
    await settled()
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=video]')?.videoWidth ?? 0) === 640)
    await page.getByText('VMTI reports, counted and nothing more').waitFor()
    await page.getByTestId('cursor').waitFor({ state: 'attached' }) // a line has no width
    await screenshot('review-osh')
  })

  test('the server is killed and started again: the page says so, comes back, and finds the same', async () => {
    await nav('Flights')
    const before = await page.getByTestId('flights').locator('tbody').innerText()
    await server.kill()
    await page.getByText('The connection to the server is lost').waitFor()
    await server.start()
    await page.getByText('The connection to the server is lost').waitFor({ state: 'detached', timeout: 60_000 })
    await page.waitForFunction((before) => document.querySelector<HTMLElement>('[data-testid=flights] tbody')?.innerText === before, before)
    await openFlight(clip)
    await settled()
    await screenshot('review-again')
  })

  test('entries are a table and a map, with their boundary', async () => {
    await nav('Entries')
    const rows = page.getByTestId('entries').locator('tbody tr')
    await rows.first().waitFor()
    expect(await rows.filter({ hasText: clip }).count()).toBe(3)
    await rows.filter({ hasText: clip }).filter({ hasText: 'USA' }).getByRole('button').click()
    await page.getByTestId('entry').getByText('± 50 m').waitFor()
    await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-testid=map]')?.dataset.ready === 'yes')
    await noFaults()
    await screenshot('entries')
  })

  test('a bundle is verified in the browser; changed by a bit, it is not', async () => {
    await openFlight(clip)
    const wait = page.waitForEvent('download')
    await page.getByTestId('bundle').click()
    const download: Download = await wait
    const bundle = readFileSync(await download.path())
    await nav('Verify')
    await page.getByRole('button', { name: 'Use the policy of this server' }).click()
    await page.getByTestId('bundle-file').setInputFiles({ name: 'clip.zip', mimeType: 'application/zip', buffer: bundle })
    const verdict = page.getByTestId('verdict')
    await verdict.waitFor({ timeout: 60_000 })
    expect(await verdict.textContent()).toContain('✓')
    await page.getByTestId('not-shown').waitFor()
    await noFaults()
    await screenshot('verify')
    const changed = Buffer.from(bundle)
    changed[Math.floor(changed.length / 2)]! ^= 1
    await page.getByTestId('bundle-file').setInputFiles({ name: 'changed.zip', mimeType: 'application/zip', buffer: changed })
    await page.getByTestId('verdict').filter({ hasText: '✗' }).waitFor({ timeout: 60_000 })
    await screenshot('verify-bad')
  })

  test('every screen speaks Spanish and has no fault, by day, by night and in red', async () => {
    await page.getByRole('button', { name: 'Español' }).click()
    for (const [name, heading] of [['En vivo', 'En vivo'], ['Vuelos', 'Vuelos'], ['Ingresos', 'Ingresos en espacios aéreos'], ['Verificar', 'Verificar un paquete de evidencia'], ['Fuentes', 'Fuentes'], ['Usuarios', 'Usuarios']] as const) {
      await nav(name)
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
      expect(await page.locator('body').innerText()).not.toMatch(/page\.[a-z]/)
      await noFaults()
      for (let i = 0; i < 3; i++) {
        await page.getByRole('button', { name: /^(Día|Noche|Rojo)$/ }).click()
        await screenshot(`es-${heading.split(' ')[0]}-${i}`)
      }
      await page.getByRole('button', { name: /^(Día|Noche|Rojo)$/ }).click()
      await noFaults()
    }
    await page.getByRole('button', { name: 'English' }).click()
  })

  test('the address restores the view', async () => {
    await page.goto(`${server.address}/#/review/${clip}?at=2025-03-03T16:01:30.000Z&map=14/31.33/-110.86`)
    await page.reload()
    await page.getByRole('heading', { name: clip }).waitFor()
    await page.waitForFunction(() => document.querySelector('[data-testid=clock]')?.textContent?.startsWith('2025-03-03 16:01:30'))
    await settled()
    expect(await page.evaluate(() => location.hash)).toContain('at=2025-03-03T16:01:30')
  })
})
