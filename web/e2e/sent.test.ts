// What is sent before the page is of use, against the demonstration: over a slow link this is what a person waits for.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from './map.serve'
import { countScripts, kilobytes, notePaint, painted } from './sent'
import { Server } from './server'

const folder = mkdtempSync(join(tmpdir(), 'overflight-sent-'))
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

test('less than 600 kB of JavaScript is sent before ground and aircraft are drawn, what comes right behind it counted in', async () => {
  const context = await browser.newContext()
  await context.addInitScript(notePaint)
  await server.signIn(context)
  const page = await context.newPage()
  const sent = countScripts(page)
  await page.goto(server.address)
  await painted(page)
  const scripts = await sent()
  const names = [...scripts.keys()].join(' ')
  expect(names).toMatch(/maplibre-gl-worker/) // the largest is counted
  expect(names).not.toMatch(/hls/)
  expect(kilobytes(scripts), names).toBeGreaterThan(200)
  expect(kilobytes(scripts), names).toBeLessThan(600)
})
