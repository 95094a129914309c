// Takes the pictures of what is given to another state, of two nodes that are joined: by day in English, by night in Spanish. SHOTS names
// another folder, SIZE another size.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settled } from './drawn'
import { launch } from './map.serve'
import { withPalette } from './palette'
import { inRepository } from './server'
import { States } from './states'
import type { Story } from './story'

const into = process.env.SHOTS ?? inRepository('docs', 'screens')
const [width = 1440, height = 900] = (process.env.SIZE ?? '').split('x').filter((x) => x).map(Number)
const office = 'MEX/SEDENA', purpose = 'find-laboratories'
let browser: Browser
let states: States

async function sit(story: Story): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', timezoneId: 'America/Mexico_City', reducedMotion: 'reduce', colorScheme: 'light' })
  context.setDefaultTimeout(120_000)
  await story.server.signIn(context)
  const page = await context.newPage()
  await page.goto(`${story.server.address}/#/verify`)
  return page
}

async function take(page: Page, story: Story, name: string, address: string, until: () => Promise<unknown>, looks: readonly (readonly [string, string])[] = [['day', 'en'], ['night', 'es']]) {
  for (const [theme, language] of looks) {
    await page.goto(`${story.server.address}/${address}`)
    await page.evaluate(([theme, language]) => {
      localStorage.setItem('theme', theme)
      localStorage.setItem('language', language)
    }, [theme, language] as const)
    await page.reload()
    await until().catch(async (e: unknown) => {
      await page.screenshot({ path: join(into, `${name}-failed.png`) })
      throw e
    })
    if ((await page.getByTestId('map').count()) > 0) await settled(page)
    await page.evaluate(() => document.fonts.ready)
    writeFileSync(join(into, `${name}-${theme}-${language}.png`), withPalette(await page.screenshot()))
  }
}

beforeAll(async () => {
  mkdirSync(into, { recursive: true })
  browser = await launch(['--font-render-hinting=none'])
  states = new States(browser, 'en')
  await states.start()
})
afterAll(async () => {
  await states?.end()
  await browser?.close()
})

const send = <T>(page: Page, path: string, body: object): Promise<T> =>
  page.evaluate(async ({ path, body }) => {
    const r = await fetch(`/api/v1${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })
    if (!r.ok) throw new Error(`${path}: ${await r.text()}`)
    return (await r.json()) as unknown
  }, { path, body }) as Promise<T>

const list = <T>(page: Page, path: string): Promise<T[]> => page.evaluate((path) => fetch(`/api/v1${path}`).then(async (r) => ((await r.json()) as { items: unknown[] }).items), path) as Promise<T[]>

test('share and inbox', async () => {
  const operator = states.operator, partner = states.partner
  const here = await sit(operator), there = await sit(partner)
  const run = (...args: string[]) => states.run(operator, ...args)
  for (const name of ['ana', 'ben']) run('key', 'person', 'register', states.known(name))
  const luz = states.person('luz'), mar = states.person('mar')
  const [node, witness] = states.run(partner, 'partner', 'key').trim().split('\n') as [string, string]
  const add = (name: string, ...more: string[]) => run('partner', 'add', name, '--node', node, '--witness', witness, '--purpose', `${purpose},confirm-site`, ...more)
  add(office, '--class', 'identity,position,time,finding,platform', '--place-digits', '5', '--time-digits', '12', '--person', luz)
  add('MEX/FGR', '--class', 'identity,position,finding', '--place-digits', '4', '--time-digits', '8', '--delay', '72h', '--person', mar)
  await send(here, '/sources', { url: inRepository('internal', 'demo', 'clip.ts'), name: 'clip' })
  const closed = async () => (await list<{ flight: string; state: string }>(here, '/flights')).find((f) => f.state === 'closed')?.flight
  await expect.poll(closed, { timeout: 120_000 }).toBeTruthy()
  const sortie = (await closed())!
  for (const [id, sign, at, day] of [['d-1', 'barrel-cluster', '31.33172,-110.86026', '05T10:00'], ['d-2', 'gas-reading', '31.33174,-110.86024', '07T09:30'], ['d-3', 'tank', '31.33170,-110.86020', '07T09:40']] as const) {
    run('observation', 'add', '--id', id, '--class', sign, '--at', at, '--ellipse', '45,20,70', '--sensor', 'survey team', '--time', `2025-03-${day}:00Z`)
  }
  const reports = [await send<{ id: string }>(here, '/reports', { flight: sortie }), await send<{ id: string }>(here, '/reports', { site: 1 })]
  const release = async (report: string, sign: readonly string[]) => {
    run('release', report, '--to', office, '--purpose', purpose, '--by', 'ana', '--by', 'ben', ...sign.flatMap((n) => ['--key', states.key(n)]))
  }
  await release('2', ['ana', 'ben'])
  await expect.poll(async () => (await list(there, '/inbox')).length, { timeout: 60_000 }).toBe(1)
  for (const [verb, ...more] of [['open'], ['acknowledge'], ['dispute', '--why', 'El lugar no coincide con el camino que se ve en la fotografía.'], ['answer', '--record', '0', '--outcome', 'confirmed-laboratory', '--visited', '2025-03-10T10:00:00Z', '--note', 'Se encontró un laboratorio.']]) {
    states.run(partner, verb!, '1', '--key', states.key('luz'), ...more)
  }
  await release('1', ['ana'])
  run('partner', 'withhold', sortie, '--from', 'MEX', '--reason', 'an inquiry that is not closed', '--by', 'ana', '--by', 'ben', '--key', states.key('ana'), '--key', states.key('ben'))
  await expect.poll(async () => there.evaluate(() => fetch('/api/v1/inbox').then(async (r) => ((await r.json()) as { withheld: unknown[] }).withheld.length)), { timeout: 60_000 }).toBe(1)
  const releases = () => list<{ id: string; state: string; receipts: unknown[] }>(here, '/releases')
  await expect.poll(async () => (await releases()).some((x) => x.receipts.length === 5), { timeout: 60_000 }).toBe(true)
  const all = await releases()
  const done = all.find((x) => x.state !== 'proposed')!.id, proposed = all.find((x) => x.state === 'proposed')!.id
  const filter = (at: string) => encodeURIComponent(`office=${encodeURIComponent(office)}&at=${encodeURIComponent(at)}`)

  await take(here, operator, 'share', `#/reports/${reports[0]!.id}?filter=${filter('')}`, () => here.getByTestId('preview').waitFor(), [['day', 'en'], ['night', 'es'], ['red', 'en']])
  await take(here, operator, 'share-site', `#/reports/${reports[1]!.id}?filter=${filter('0/place')}`, () => here.getByTestId('preview').waitFor())
  await take(here, operator, 'share-receipts', `#/releases/${done}`, () => here.getByTestId('ladder').waitFor())
  await take(here, operator, 'share-sign', `#/releases/${proposed}`, async () => {
    await here.getByLabel(/^(File of your key|Archivo de su clave)/).waitFor()
  })
  await take(here, operator, 'share-offices', `#/offices?filter=${encodeURIComponent('keep=MEX')}`, async () => {
    await here.locator('[data-link=up]').waitFor()
    await here.getByTestId('keep').waitFor()
  })
  await take(there, partner, 'inbox', `#/inbox/${done}?filter=${encodeURIComponent('at=0%2Fplace')}`, async () => {
    await there.getByRole('button', { name: /^(Verify in this browser|Verificar en este navegador)$/ }).click()
    await there.locator('[data-testid=verified][data-ok=true]').waitFor()
  })
}, 600_000)
