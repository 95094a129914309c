// The map on paper: the scale that it declares is measured in the file that the browser would send to a printer.
import AxeBuilder from '@axe-core/playwright'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inverse } from '../src/place/geodesy'
import { launch } from './map.serve'
import { read } from './paper'
import { Server, inRepository } from './server'

const folder = mkdtempSync(join(tmpdir(), 'overflight-print-'))
const shots = process.env.SHOTS ?? ''
let browser: Browser
let server: Server
let page: Page

beforeAll(async () => {
  server = new Server(join(folder, 'node'), 'serve')
  await server.start()
  browser = await launch(['--autoplay-policy=no-user-gesture-required'])
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'America/Mexico_City', reducedMotion: 'reduce' })
  context.setDefaultTimeout(120_000)
  page = await context.newPage()
  await page.goto(await server.link())
  await page.getByLabel('Name').fill('ana')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple')
  await page.getByLabel('Password again').fill('correct horse battery staple')
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
  await page.getByText('connected').waitFor()
  await page.goto(`${server.address}/#/feeds`)
  await page.getByLabel('Address or file on the server').fill(inRepository('internal', 'demo', 'clip.ts'))
  await page.getByLabel('Name (may be empty)').fill('clip')
  await page.getByRole('button', { name: 'Take in' }).click()
  const row = page.getByTestId('sources').locator('tr', { hasText: 'clip.ts' })
  await row.getByText('ended').waitFor()
  const flight = (await row.getByRole('link').first().textContent())!.trim()
  await page.goto(`${server.address}/#/review/${flight}?at=2025-03-03T16:01:20.000Z`)
  await page.getByTestId('row').waitFor()
  await page.getByRole('button', { name: 'Print…' }).click()
})

afterAll(async () => {
  await browser?.close()
  await server?.kill()
  rmSync(folder, { recursive: true, force: true })
})

const drawn = () => page.locator('[data-testid=sheet][data-drawn=yes]').waitFor()
const point = 25.4 / 72 / 1000 // metres of paper

for (const [paper, scale] of [['A4', 50_000], ['Letter', 250_000]] as const) {
  test(`on ${paper} 1 : ${scale} is that within 1 %`, async () => {
    await page.getByLabel('Paper').selectOption(paper)
    await page.getByTestId('scale').selectOption(String(scale))
    await page.waitForFunction((scale) => document.querySelector('[data-testid=declared]')?.textContent?.replace(/\D/g, '') === `1${scale}`, scale)
    await drawn()
    const ticks = await page.getByTestId('ticks').evaluate((e) => ({
      lat: Number((e as unknown as SVGElement).dataset.lat),
      meridians: [...e.querySelectorAll<SVGElement>('[data-meridian]')].map((x) => Number(x.dataset.meridian)),
      parallels: [...e.querySelectorAll<SVGElement>('[data-parallel]')].map((x) => Number(x.dataset.parallel)),
    }))
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
    if (shots) {
      mkdirSync(shots, { recursive: true })
      writeFileSync(join(shots, `print-${paper}.pdf`), pdf)
      await page.screenshot({ path: join(shots, `print-${paper}.png`) })
    }
    const sheet = read(pdf)
    expect(sheet.pages).toBe(1)
    const millimetres = sheet.size.map((s) => (s * 25.4) / 72)
    const [width, height] = paper === 'A4' ? [297, 210] : [279.4, 215.9]
    expect(Math.abs(millimetres[0]! - width)).toBeLessThan(0.5)
    expect(Math.abs(millimetres[1]! - height)).toBeLessThan(0.5)

    const ours = sheet.lines.filter((l) => l.colour.every((c, i) => Math.abs(c - (i + 1)) < 0.3))
    const different = (all: number[]) => [...new Set(all.map((v) => v.toFixed(2)))].map(Number).sort((a, b) => a - b)
    const across = different(ours.filter((l) => Math.abs(l.from[0] - l.to[0]) < 0.01).map((l) => l.from[0]))
    const up = different(ours.filter((l) => Math.abs(l.from[1] - l.to[1]) < 0.01).map((l) => l.from[1]))
    expect(across.length).toBe(ticks.meridians.length)
    expect(up.length).toBe(ticks.parallels.length)
    expect(across.length).toBeGreaterThan(2)
    const west = { lon: ticks.meridians[0]!, lat: ticks.lat }, east = { lon: ticks.meridians.at(-1)!, lat: ticks.lat }
    const east_west = inverse(west, east).distance / ((across.at(-1)! - across[0]!) * point)
    expect(Math.abs(east_west / scale - 1), `1 : ${east_west.toFixed(0)} from west to east`).toBeLessThan(0.01)
    const south = { lon: west.lon, lat: ticks.parallels[0]! }, north = { lon: west.lon, lat: ticks.parallels.at(-1)! }
    const south_north = inverse(south, north).distance / ((up.at(-1)! - up[0]!) * point)
    expect(Math.abs(south_north / scale - 1), `1 : ${south_north.toFixed(0)} from south to north`).toBeLessThan(0.01)
  })
}

test('the sheet has its map as a picture, says where it comes from, and has no fault', async () => {
  const opaque = await page.locator('[data-testid=sheet] .map img').evaluate((img: HTMLImageElement) => {
    const c = document.createElement('canvas')
    c.width = img.naturalWidth
    c.height = img.naturalHeight
    const g = c.getContext('2d')!
    g.drawImage(img, 0, 0)
    const d = g.getImageData(0, 0, c.width, c.height).data
    const colours = new Set<number>()
    for (let i = 0; i < d.length; i += 4 * 97) colours.add((d[i]! << 16) | (d[i + 1]! << 8) | d[i + 2]!)
    return { wide: c.width, colours: colours.size }
  })
  expect(opaque.wide).toBeGreaterThan(2500)
  expect(opaque.colours).toBeGreaterThan(20) // an empty canvas has one
  const text = await page.getByTestId('sheet').innerText()
  for (const part of ['UNCLASSIFIED', '2025-03-03 16:01:', 'WGS 84', '/#/review/', 'OpenStreetMap', 'track']) expect(text).toContain(part)
  const found = await new AxeBuilder({ page }).include('.over').exclude('.maplibregl-canvas-container').analyze()
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByTestId('sheet').waitFor({ state: 'detached' })
})
