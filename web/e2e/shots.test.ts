// Takes the pictures of docs/screens: every screen by day in English and by night in Spanish, and one in red. SHOTS names another
// folder, ONLY some of the screens.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { settled } from './drawn'
import { launch } from './map.serve'
import { putOnRecord } from './onrecord'
import { withPalette } from './palette'
import { Server, binary, inRepository } from './server'

const into = process.env.SHOTS ?? inRepository('docs', 'screens')
const only = process.env.ONLY?.split(' ')
const [width = 1440, height = 900] = (process.env.SIZE ?? '').split('x').filter((x) => x).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'overflight-shots-'))
const password = 'correct horse battery staple'
let browser: Browser
let server: Server
let page: Page
let recorded = ''
let clip = ''

beforeAll(async () => {
  mkdirSync(into, { recursive: true })
  server = new Server(join(folder, 'node'), 'demo')
  await server.start()
  browser = await launch(['--autoplay-policy=no-user-gesture-required', '--font-render-hinting=none'])
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', timezoneId: 'America/Mexico_City', reducedMotion: 'reduce', colorScheme: 'light' })
  context.setDefaultTimeout(120_000)
  page = await context.newPage()
})

afterAll(async () => {
  await browser?.close()
  await server?.kill()
  rmSync(folder, { recursive: true, force: true })
})

const looks = [{ theme: 'day', language: 'en' }, { theme: 'night', language: 'es' }] as const

async function look(theme: string, language: string): Promise<void> {
  await page.evaluate(([theme, language]) => {
    localStorage.setItem('theme', theme!)
    localStorage.setItem('language', language!)
  }, [theme, language])
  await page.reload()
}

/** Waits until the map has drawn all that it was given, where there is one. */
async function drawn(): Promise<void> {
  if ((await page.getByTestId('map').count()) > 0) await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-testid=map]')?.dataset.drawn === 'yes')
  await page.evaluate(() => document.fonts.ready)
}

async function take(name: string): Promise<void> {
  await drawn()
  writeFileSync(join(into, `${name}.png`), withPalette(await page.screenshot()))
}

/** Goes to an address and takes it in every look. */
async function each(name: string, address: string, until: () => Promise<unknown>, more: readonly { theme: string; language: string }[] = []): Promise<void> {
  if (only && !only.includes(name)) return
  for (const { theme, language } of [...looks, ...more]) {
    await page.goto(`${server.address}/${address}`)
    await look(theme, language)
    await until().catch(async (e: unknown) => {
      await page.screenshot({ path: join(into, `${name}-failed.png`) })
      throw e
    })
    await take(`${name}-${theme}-${language}`)
  }
}

test('the first screens', async () => {
  await each('signin', '', () => page.locator('input[type=password]').first().waitFor())
  const link = await server.link()
  await page.goto(link)
  await page.evaluate(() => localStorage.setItem('language', 'en'))
  await page.reload()
  await page.getByLabel('Name').fill('ana')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Password again').fill(password)
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
  await page.getByText('connected').waitFor()
  // The demonstration records one flight at once, and another while it is looked at.
  await page.goto(`${server.address}/#/flights`)
  const row = page.getByTestId('flights').locator('tbody tr', { hasText: 'closed' }).first()
  await row.waitFor({ timeout: 480_000 })
  recorded = (await row.getByRole('button').textContent())!.trim()
  await page.goto(`${server.address}/#/feeds`)
  await page.getByLabel('Address or file on the server').fill(inRepository('internal', 'demo', 'clip.ts'))
  await page.getByLabel('Name (may be empty)').fill('clip')
  await page.getByRole('button', { name: 'Take in' }).click()
  const source = page.getByTestId('sources').locator('tr', { hasText: 'clip.ts' })
  await source.getByText('ended').waitFor()
  clip = (await source.getByRole('link').first().textContent())!.trim()
  putOnRecord(server, recorded)
})

test('live', async () => {
  await each('live', '#/live', async () => {
    const card = page.getByTestId('aircraft').locator('button').first()
    if ((await card.getAttribute('aria-pressed')) !== 'true') await card.click()
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=live-video]')?.currentTime ?? 0) > 1)
    await page.getByTestId('timeline').waitFor()
  })
})

test('flights', () => each('flights', '#/flights', () => page.getByTestId('flights').locator('tbody tr').first().waitFor()))

test('review', async () => {
  await each('review', `#/review/${clip}?at=2025-03-03T16:01:20.000Z&place=31.33172,-110.86026`, async () => {
    await page.getByTestId('row').waitFor()
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=video]')?.readyState ?? 0) >= 2)
    await page.getByTestId('plot').first().locator('canvas').waitFor()
  }, [{ theme: 'red', language: 'en' }])
})

test('plan', async () => {
  if (only && !only.some((name) => name.startsWith('plan'))) return // the plans take a while
  const area = (name: string, weight: number, ring: [number, number][]) => ({ type: 'Feature', properties: { name, weight }, geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] } })
  const asked = {
    aircraft: 'mq-9a', base: '24.77,-107.47', hours: 8, reserve_hours: 1, sorties: 2, sweep_km: 6, detection: 0.6, iterations: 300_000, patterns: true, wind_from_deg: 300, wind_m_s: 8,
    prior: {
      type: 'FeatureCollection', features: [
        area('Sierra', 3, [[-107, 25], [-106.1, 24.9], [-105.9, 25.6], [-106.3, 26.2], [-107.1, 25.9]]), area('Valle', 1, [[-106.6, 24.2], [-105.7, 24.1], [-105.8, 24.8], [-106.4, 24.8]]),
        { type: 'Feature', properties: { name: 'Tip', weight: 1, sigma_m: 9000, date: '2026-11-20' }, geometry: { type: 'Point', coordinates: [-105.5, 25.4] } },
      ],
    },
    exclude: { type: 'FeatureCollection', features: [area('Town', 1, [[-106.7, 25.3], [-106.5, 25.3], [-106.5, 25.45], [-106.7, 25.45]])] },
  }
  const made = async (name: string, change: object) => {
    const lines = (await (await page.request.post(`${server.address}/api/v1/plans`, { data: { ...asked, ...change }, timeout: 300_000 })).text()).trim().split('\n')
    const id = (JSON.parse(lines.at(-1)!) as { id: string }).id
    await page.request.post(`${server.address}/api/v1/plans/${id}/keep`, { data: { name } })
    return id
  }
  const two = await made('Two sorties', {})
  const one = await made('One long sortie', { sorties: 1, hours: 15 })
  const address = (filter: string) => `#/plan?filter=${encodeURIComponent(filter)}&map=7.8/25.15/-106.3`
  await each('plan', address(`side=plan&plan=${two}`), () => page.getByTestId('plan-sorties').locator('tbody tr').nth(1).waitFor(), [{ theme: 'red', language: 'en' }])
  await each('plan-compared', address(`side=kept&compare=${two},${one}`), () => page.getByTestId('plan-compared').waitFor())
})

test('entries', () => each('entries', '#/entries', async () => {
  await page.getByTestId('entries').locator('tbody tr').filter({ has: page.locator('[data-leave=none]') }).last().getByRole('button').click()
  await page.getByTestId('entry').waitFor()
}))

test('seen', async () => {
  const at = '31.33172,-110.86026'
  await each('seen', `#/seen?place=${at}`, async () => {
    await page.getByTestId('looks').locator('tbody tr').first().getByRole('button').click()
    await page.getByTestId('look').waitFor()
  })
  await each('coverage', `#/coverage/${clip}?filter=${encodeURIComponent('area=31.3265,-110.8680 31.3265,-110.8515 31.3375,-110.8515 31.3375,-110.8680')}`, async () => {
    await page.getByTestId('gaps').waitFor()
    await page.getByTestId('cell').focus()
    await page.keyboard.press('ArrowRight')
    await settled(page)
  }, [{ theme: 'red', language: 'en' }])
})

test('authority', async () => {
  await each('authorise', '#/authorise/CBP-12', async () => {
    await page.getByTestId('verdict').locator('.good').waitFor()
    await page.getByTestId('reasons').locator('li[data-rule=basis]').getByRole('button').first().click()
    await page.getByTestId('facts').locator('code').first().waitFor()
    await page.locator('.middle').evaluate((e) => e.scrollTo(0, 0))
  })
  await each('authorise-what-if', '#/authorise/CBP-12?takeoff=2025-02-18T12:00:00.000Z', async () => {
    await page.getByTestId('verdict').locator('.bad').waitFor()
  })
  await each('record', '#/record/notices', () => page.getByTestId('record').locator('tbody tr').first().waitFor())
  await each('designations', '#/designations/OFAC-SDN%2F39376?takeoff=2025-02-20T12:00:00.000Z', async () => {
    await page.getByTestId('find').getByRole('textbox').first().fill('La Nueva Familia Michoacana')
    await page.getByTestId('find').getByRole('textbox').first().press('Enter')
    await page.getByTestId('suggestions').locator('li').first().waitFor()
    await page.getByTestId('history').waitFor()
  })
  await each('statements', '#/statements/not-entered', async () => {
    await page.getByTestId('finding').waitFor()
    await page.getByTestId('said').locator('tbody tr').nth(3).waitFor()
  })
  // The last weeks, and the state that the live flight was seen to enter: before that nothing is on record.
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  const empty = await page.evaluate(({ from, to }) => fetch(`/api/v1/tempo?from=${from}T00:00:00Z&to=${to}T00:00:00Z&state=MEX`).then(async (r) => ((await r.json()) as { weeks: { record: string }[] }).weeks.some((w) => w.record === 'no-record')), { from: day(42), to: day(-1) })
  await each('tempo', `#/tempo?filter=from%3D${day(42)}%26to%3D${day(-1)}%26split%3D${day(7)}%26state%3D${empty ? 'MEX' : 'USA'}`, () => page.getByTestId('tempo-plot').locator('canvas').nth(2).waitFor())
})

test('sites', async () => {
  // The white hall of the clip, as a detector saw it days later, and a danger beside it.
  for (const [id, sign, where, time] of [['d-1', 'barrel-cluster', '31.33172,-110.86026', '05T10:00'], ['d-2', 'gas-reading', '31.33174,-110.86024', '07T09:30'], ['d-3', 'explosive-hazard', '31.33195,-110.85700', '07T09:40']] as const) {
    execFileSync(binary, ['observation', 'add', '--id', id, '--class', sign, '--at', where, '--ellipse', '45,20,70', '--sensor', 'survey team', '--time', `2025-03-${time}:00Z`, '--data', server.folder])
  }
  const site = await page.evaluate(() => fetch('/api/v1/sites?class=barrel-cluster').then(async (r) => ((await r.json()) as { items: { id: number }[] }).items[0]!.id))
  await each('sites', `#/sites/${site}`, () => page.getByTestId('chance-plot').locator('canvas').waitFor())
})

test('verify', async () => {
  const bundle = await page.evaluate(async (flight) => {
    const b = new Uint8Array(await (await fetch(`/api/v1/flights/${flight}/bundle?purpose=page`)).arrayBuffer())
    return Array.from(b)
  }, recorded)
  await each('verify', '#/verify', async () => {
    await page.getByRole('button', { name: /^(Use the policy of this server|Usar la política de este servidor)$/ }).click()
    await page.getByTestId('bundle-file').setInputFiles({ name: `${recorded}.zip`, mimeType: 'application/zip', buffer: Buffer.from(bundle) })
    await page.getByTestId('verdict').waitFor()
  })
})

test('feeds', () => each('feeds', '#/feeds', () => page.getByTestId('health').waitFor()))

test('users', () => each('users', '#/users', () => page.getByTestId('users').locator('tbody tr').first().waitFor()))
