// How long a person waits from the answer of the server to the picture of a hundred thousand cells, and from the mouse to what a cell says.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from '../e2e/map.serve'
import { Server } from '../e2e/server'
import type { OverflightMap } from '../src/map/map'
import { figure, quantile } from './figures'

const folder = mkdtempSync(join(tmpdir(), 'overflight-coverage-'))
const server = new Server(join(folder, 'node'), 'serve')
let browser: Browser
let page: Page

type Boxed = HTMLElement & { readonly overflight: OverflightMap }
interface Noted { answered: number; drawn: number }

const columns = 400, rows = 250

/** A raster of 100,000 cells, all looked at, each with a value of its own, as the server writes it. */
function raster(turn: number): Buffer {
  const n = columns * rows
  const b = Buffer.alloc(48 + 16 * n)
  b.write('OVC1')
  b.writeUInt32LE(columns, 4)
  b.writeUInt32LE(rows, 8)
  b.writeUInt32LE(4, 12)
  for (const [i, v] of [32.5, -111.5, 0.004, 0.0047].entries()) b.writeDoubleLE(v, 16 + 8 * i)
  for (let i = 0; i < n; i++) for (let k = 0; k < 4; k++) b.writeFloatLE(k === 3 ? 1 + (i % 9) : ((i * 31 + 7 * turn) % 1000) / 1000, 48 + 4 * (k * n + i))
  return b
}

beforeAll(async () => {
  await server.start()
  browser = await launch()
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' })
  await server.signIn(context)
  page = await context.newPage()
  let turn = 0
  await page.route('**/api/v1/coverage?*', (route) => route.fulfill({ contentType: 'application/octet-stream', body: raster(turn++) }))
  // The instant at which the bytes are in the page, and the first picture of the map after it that has them: pixels that are read are drawn.
  await page.addInitScript(() => {
    const noted: Noted = { answered: NaN, drawn: NaN }
    Object.assign(window, { noted })
    const bytes = Response.prototype.arrayBuffer
    Response.prototype.arrayBuffer = async function () {
      const b = await bytes.call(this)
      if (this.url.includes('/coverage')) {
        noted.answered = performance.now()
        noted.drawn = NaN
      }
      return b
    }
  })
})
afterAll(async () => {
  await browser?.close()
  await server.kill()
  rmSync(folder, { recursive: true, force: true })
})

const watch = () => page.evaluate(() => {
  const { map, coverage } = document.querySelector<Boxed>('[data-testid=map]')!.overflight
  const noted = (window as unknown as { noted: Noted }).noted
  let before: unknown = coverage.shown
  const pixel = new Uint8Array(4)
  map.on('render', () => {
    if (!coverage.shown || coverage.shown === before) return
    before = coverage.shown
    const gl = map.getCanvas().getContext('webgl2')!
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel) // waits until all of it is drawn
    noted.drawn = performance.now()
  })
})
const noted = () => page.evaluate(() => (window as unknown as { noted: Noted }).noted)

test('100,000 cells from the answer to the pixels, and from the mouse to the figures', async () => {
  await page.goto(`${server.address}/#/coverage`)
  await page.waitForSelector('[data-testid=map][data-drawn=yes]')
  await watch()
  const times: number[] = []
  for (let i = 0; i < 11; i++) {
    const day = String(i + 1).padStart(2, '0')
    await page.evaluate((day) => (location.hash = `#/coverage?filter=since%3D2026-01-${day}T00%3A00%3A00.000Z`), day)
    await expect.poll(async () => Number.isFinite((await noted()).drawn) && (await page.getByLabel('Since (UTC)').inputValue()) === `2026-01-${day}`, { timeout: 60_000 }).toBe(true)
    const n = await noted()
    if (i > 0) times.push(n.drawn - n.answered) // with the first the shader is made
    else console.log(`the first: ${(n.drawn - n.answered).toFixed(0)} ms`)
    await page.evaluate(() => { (window as unknown as { noted: Noted }).noted.drawn = NaN })
  }
  console.log(`answer to pixels: ${times.map((t) => t.toFixed(0)).join(', ')} ms`)
  figure('web/coverage-drawn-ms', quantile(times, 0.5))
  figure('web/coverage-drawn-worst-ms', Math.max(...times))

  // Every move of the mouse to another cell: until the page says what it has.
  const told = await page.evaluate(async () => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=map] canvas')!
    const says = document.querySelector<HTMLElement>('[data-testid=cell]')!
    const r = canvas.getBoundingClientRect()
    const out: number[] = []
    for (let i = 0; i < 200; i++) {
      const before = says.textContent
      const began = performance.now()
      canvas.dispatchEvent(new MouseEvent('mousemove', { bubbles: true, clientX: r.left + r.width * (0.35 + 0.0015 * i), clientY: r.top + r.height * (0.4 + 0.001 * i) }))
      await Promise.resolve()
      for (let k = 0; k < 20 && says.textContent === before; k++) await new Promise((done) => setTimeout(done, 0))
      if (says.textContent !== before) out.push(performance.now() - began)
    }
    return out
  })
  expect(told.length).toBeGreaterThan(100)
  console.log(`mouse to figures: ${told.length} cells, longest ${Math.max(...told).toFixed(1)} ms`)
  figure('web/coverage-told-ms', quantile(told, 0.95))
  figure('web/coverage-told-worst-ms', Math.max(...told))
})
