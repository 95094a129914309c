// How long a person waits, and for how much, before the Live screen of the demonstration is of use: nothing cached, from this machine.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launch } from '../e2e/map.serve'
import { countScripts, kilobytes, notePaint, painted } from '../e2e/sent'
import { Server } from '../e2e/server'
import { figure, quantile } from './figures'

const folder = mkdtempSync(join(tmpdir(), 'overflight-paint-'))
const server = new Server(join(folder, 'node'), 'demo')
let browser: Browser

beforeAll(async () => {
  await server.start()
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await server.kill()
  rmSync(folder, { recursive: true, force: true })
})

test('first useful paint and the scripts before it', async () => {
  const first = await browser.newContext()
  await server.signIn(first)
  const cookies = await first.storageState()
  const times: number[] = []
  let sent = 0
  for (let i = 0; i < 5; i++) {
    const context = await browser.newContext({ storageState: cookies, viewport: { width: 1440, height: 900 } })
    await context.addInitScript(notePaint)
    const page = await context.newPage()
    const scripts = countScripts(page)
    await page.goto(server.address, { waitUntil: 'commit' })
    times.push(await painted(page))
    sent = Math.max(sent, kilobytes(await scripts()))
    if (process.env.VERBOSE) console.log(times.at(-1), Object.fromEntries(await scripts()))
    await context.close()
  }
  console.log(`first useful paints: ${times.map((t) => t.toFixed(0)).join(', ')} ms`)
  figure('web/first-useful-paint-ms', quantile(times, 0.5))
  figure('web/first-useful-paint-worst-ms', Math.max(...times))
  figure('web/js-before-map-kB', sent)
})
