// A flight of twenty hours under the mouse: 1,200 sealed minutes with video and metadata in all of them, in the real server.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launch } from '../e2e/map.serve'
import { Server, inRepository } from '../e2e/server'
import type { OverflightMap } from '../src/map/map'
import { figure } from './figures'

const hours = Number(process.env.OVERFLIGHT_SCRUB_HOURS ?? 20)
const folder = mkdtempSync(join(process.env.OVERFLIGHT_SCRUB_FOLDER ?? tmpdir(), 'overflight-scrub-'))
const server = new Server(join(folder, 'node'), 'serve')
let browser: Browser
let page: Page

beforeAll(async () => {
  await server.start()
  browser = await launch(['--autoplay-policy=no-user-gesture-required'])
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'UTC' })
  context.setDefaultTimeout(300_000) // the first look at so long a flight is slow; only what follows is measured
  await server.signIn(context)
  page = await context.newPage()
})
afterAll(async () => {
  await browser?.close()
  await server.kill()
  rmSync(folder, { recursive: true, force: true })
})

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1)

/** Writes the recording, has it taken in and sealed, and says which flight it is. */
async function recorded(): Promise<string> {
  const file = join(folder, 'long.ts')
  const began = performance.now()
  execFileSync('go', ['run', './recording', '-out', file, '-long', `${hours}h`], { cwd: inRepository('bench') })
  console.log(`written: ${(statSync(file).size / 1e9).toFixed(2)} GB in ${seconds(began)} s`)
  const taken = performance.now()
  const api = `${server.address}/api/v1`
  await page.context().request.post(`${api}/sources`, { data: { url: file, name: 'long' } })
  for (;;) {
    const answer = await page.context().request.get(`${api}/sources/long/end`, { timeout: 300_000 })
    const source = (await answer.json()) as { ended: boolean; flight: string; error?: { detail: string } }
    if (source.error) throw new Error(source.error.detail)
    if (!source.ended) continue
    console.log(`taken in and sealed in ${seconds(taken)} s`)
    rmSync(file)
    return source.flight
  }
}

/** The longest time between two pictures of the page, and the longest task of its main thread, while something is done. */
async function pauses(during: () => Promise<void>): Promise<{ gap: number; task: number; gaps: number[] }> {
  await page.evaluate(() => {
    const seen = { gaps: [] as number[], task: 0, on: true }
    const tasks = new PerformanceObserver((list) => {
      for (const t of list.getEntries()) seen.task = Math.max(seen.task, t.duration)
    })
    tasks.observe({ entryTypes: ['longtask'] })
    let last = NaN
    const frame = (now: number) => {
      if (Number.isFinite(last)) seen.gaps.push(now - last)
      last = now
      if (seen.on) requestAnimationFrame(frame)
      else tasks.disconnect()
    }
    requestAnimationFrame(frame)
    Object.assign(window, { seen })
  })
  await during()
  return page.evaluate(() => {
    const { seen } = window as unknown as { seen: { gaps: number[]; task: number; on: boolean } }
    seen.on = false
    return { gap: Math.max(...seen.gaps), task: seen.task, gaps: seen.gaps.toSorted((a, b) => b - a).slice(0, 8) }
  })
}

const clock = async () => Date.parse(`${(await page.getByTestId('clock').textContent())!.replace(' ', 'T').replace(/Z?$/, 'Z')}`)

test('a flight of 20 hours scrubs from end to end and back', async () => {
  const flight = await recorded()
  // How each of its minutes is played is read from it once, when the flight is opened for the first time.
  const indexed = performance.now()
  await page.context().request.get(`${server.address}/api/v1/flights/${flight}/playback`, { timeout: 1_200_000 })
  console.log(`how it is played is known in ${seconds(indexed)} s`)
  const opened = performance.now()
  await page.goto(`${server.address}/#/review/${flight}`)
  await page.getByTestId('row').waitFor()
  console.log(`opened in ${seconds(opened)} s`)
  await page.waitForSelector('[data-testid=map][data-drawn=yes]')
  // All minutes have their bar, which is one where they cannot be told apart, and the track is on the map.
  await page.waitForFunction((n) => {
    const told = [...document.querySelectorAll('[data-testid=timeline] rect.video title')].map((e) => Number(/^([\d\s,.\u202f]+) together/.exec(e.textContent!)?.[1]?.replace(/\D/g, '') ?? 1))
    return told.reduce((a, b) => a + b, 0) >= n
  }, hours * 60)
  await page.waitForFunction(() => {
    const { overflight: map } = document.querySelector<HTMLElement & { overflight: OverflightMap }>('[data-testid=map]')!
    return map.describe().some((d) => d.kind === 'track') && map.map.areTilesLoaded()
  })
  const box = (await page.getByTestId('timeline').boundingBox())!
  const y = box.y + box.height / 2
  const from = box.x + 96, to = box.x + box.width - 12
  const sweep = async (a: number, b: number, at: number) => {
    for (let i = 0; i <= 400; i++) await page.mouse.move(a + ((b - a) * i) / 400, at)
  }
  const rest = await pauses(async () => {
    await sweep(from, to, box.y - 200)
    await sweep(to, from, box.y - 200)
  })
  await page.mouse.move(from, y)
  const scrub = await pauses(async () => {
    await page.mouse.down()
    await sweep(from, to, y)
    await sweep(to, (from + to) / 2, y)
    await page.mouse.up()
  })
  // In the end picture and metadata are those of where the mouse was let go.
  const asked = await clock()
  await page.waitForFunction((at) => {
    const text = document.querySelector('[data-testid=row] dd')?.textContent ?? ''
    return Math.abs(Date.parse(text.slice(0, 23).replace(' ', 'T') + 'Z') - at) < 1500
  }, asked)
  console.log(`at rest: ${rest.gap.toFixed(0)} ms, longest task ${rest.task} ms; scrubbing: longest task ${scrub.task} ms, gaps ${scrub.gaps.map((g) => g.toFixed(0)).join(', ')}`)
  figure('web/scrub-longest-pause-ms', scrub.gap)
  figure('web/scrub-rest-longest-ms', rest.gap)
})
