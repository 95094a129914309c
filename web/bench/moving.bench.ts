// How long a person waits from the stamp of the server to the pixel: the real server, its WebSocket, the Live screen of the product.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from '../e2e/map.serve'
import { Server, inRepository } from '../e2e/server'
import { light, watch, type Run } from './beacon'
import { figure, quantile } from './figures'

const folder = mkdtempSync(join(tmpdir(), 'overflight-moving-'))
let traffic: ChildProcess
let server: Server
let browser: Browser
let page: Page

beforeAll(async () => {
  execFileSync('go', ['build', '-o', join(folder, 'traffic'), './traffic'], { cwd: inRepository('bench') })
  traffic = spawn(join(folder, 'traffic'), { stdio: ['pipe', 'pipe', 'inherit'] })
  const [journal] = (await once(createInterface({ input: traffic.stdout! }), 'line')) as [string]
  writeFileSync(join(folder, 'config.yaml'), `journal: {url: "${journal}"}\n`)
  server = new Server(join(folder, 'node'), 'serve', ['--config', join(folder, 'config.yaml')])
  await server.start()
  browser = await launch()
  const context = await browser.newContext({ viewport: { width: 1340, height: 700 }, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' })
  await server.signIn(context)
  page = await context.newPage()
})
afterAll(async () => {
  await browser?.close()
  await server?.kill()
  traffic?.stdin?.end()
  rmSync(folder, { recursive: true, force: true })
})

const say = (word: string) => traffic.stdin!.write(`${word}\n`)

test('1,000 aircraft and 200 footprints at 5 Hz, a map of 1000 x 600', async () => {
  await page.goto(`${server.address}/#/live?map=4.2/24/-102`)
  await page.waitForSelector('[data-testid=map][data-drawn=yes]')
  const box = (await page.getByTestId('map').boundingBox())!
  const view = page.viewportSize()!
  await page.setViewportSize({ width: view.width + 1000 - Math.round(box.width), height: view.height + 600 - Math.round(box.height) })
  const size = () => page.evaluate(() => {
    const c = document.querySelector<HTMLCanvasElement>('[data-testid=map] canvas')!
    return [c.width, c.height]
  })
  await expect.poll(size).toEqual([1000, 600])
  await light(page)
  say('ground')
  await watch(page, 10) // shaders and buffers warm
  const ground = await watch(page, 50)
  say('full')
  await page.waitForFunction(() => document.querySelectorAll('[data-testid=aircraft] > li').length === 50) // of 1,000: the map shows them all
  await watch(page, 10)
  const rounds: Run[] = []
  for (let i = 0; i < 3; i++) {
    const r = await watch(page, 50)
    rounds.push(r)
    console.log(`round ${i + 1}: ${r.latencies.length} of ${r.sent} drawn, p50 ${quantile(r.latencies, 0.5)} ms, p95 ${quantile(r.latencies, 0.95)} ms`)
  }
  if (process.env.SHOTS) {
    mkdirSync(process.env.SHOTS, { recursive: true })
    await page.screenshot({ path: join(process.env.SHOTS, 'moving.png') })
  }
  figure('web/ground-p50-ms', quantile(ground.latencies, 0.5))
  figure('web/ground-p95-ms', quantile(ground.latencies, 0.95))
  const all = rounds.flatMap((r) => r.latencies)
  figure('web/moving-p50-ms', quantile(all, 0.5))
  figure('web/moving-p95-ms', quantile(all, 0.95))
})
