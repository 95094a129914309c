// Everything that we draw over the ground, compared with pictures that somebody looked at. UPDATE_GOLDENS=1 takes them anew: look
// at them before they are kept. Flags, size, font and browser decide every pixel: all are fixed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, serve, type Site } from './map.serve'
import { withPalette } from './palette'

const goldens = join(dirname(fileURLToPath(import.meta.url)), 'goldens')
/** A channel may differ by so much (of 255) before a pixel counts as another: edges are smoothed a little differently by other processors. */
const most = 32
/** So many pixels may be others: 0.1 %, 400 of 400,000. A footprint that lies five pixels off is some 1,500. */
const share = 0.001

let site: Site
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  site = await serve('e2e/overlay.html')
  browser = await launch(['--font-render-hinting=none', '--force-color-profile=srgb', '--disable-lcd-text'])
  context = await browser.newContext({ viewport: { width: 800, height: 500 }, deviceScaleFactor: 1, reducedMotion: 'reduce', locale: 'es-MX', timezoneId: 'UTC' })
})

afterAll(async () => {
  await browser?.close()
  await site?.close()
})

async function picture(query: string): Promise<PNG> {
  const page = await context.newPage()
  try {
    await page.goto(`${site.address}?${query}`)
    await page.waitForSelector('html[data-ready=yes]')
    // What is compared is what golden files can hold: 256 colours.
    return PNG.sync.read(withPalette(await page.screenshot()))
  } finally {
    await page.close()
  }
}

function different(a: PNG, b: PNG): number {
  if (a.width !== b.width || a.height !== b.height) return 1
  let n = 0
  for (let i = 0; i < a.data.length; i += 4) {
    if ([0, 1, 2].some((k) => Math.abs(a.data[i + k]! - b.data[i + k]!) > most)) n++
  }
  return n / (a.width * a.height)
}

describe.each(['day', 'night', 'red'])('by %s', (theme) => {
  const file = join(goldens, `overlays-${theme}.png`)

  test('what we draw looks as it looked', async () => {
    const now = await picture(`theme=${theme}`)
    if (process.env.UPDATE_GOLDENS === '1') {
      mkdirSync(goldens, { recursive: true })
      writeFileSync(file, withPalette(PNG.sync.write(now)))
    }
    expect(existsSync(file), `${file} is missing: UPDATE_GOLDENS=1 makes it`).toBe(true)
    const d = different(now, PNG.sync.read(readFileSync(file)))
    if (d > share) writeFileSync(join(goldens, `overlays-${theme}.failed.png`), PNG.sync.write(now))
    expect(d).toBeLessThanOrEqual(share)
  })

  test('a footprint five pixels off is found', async () => {
    expect(different(await picture(`theme=${theme}&shift=5`), PNG.sync.read(readFileSync(file)))).toBeGreaterThan(share)
  })

  test('another colour is found', async () => {
    expect(different(await picture(`theme=${theme}&footprint=%23808000`), PNG.sync.read(readFileSync(file)))).toBeGreaterThan(share)
  })
})
