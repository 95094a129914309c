// What is given to another state: beside the original before it goes, by two persons, to a node of its own; there opened, verified in the
// browser, acknowledged, disputed and answered. Two servers with folders of their own, in both languages, each killed on the way.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { InboxItem, PartnerStatus, ReleaseOf, ReleasePreview } from '../src/api/client'
import { featuresOf, settled } from './drawn'
import { Keys } from './keys'
import { launch } from './map.serve'
import { binary, inRepository } from './server'
import { passphrase, States } from './states'
import { invite } from './stories/users'
import { type Key, password, type Person, type Story } from './story'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
})

const get = <T>(p: Person, path: string): Promise<T> => p.page.evaluate((path) => fetch(`/api/v1${path}`).then((r) => r.json()), path) as Promise<T>
const office = 'MEX/SEDENA'
/** The list of a label, whose text has its options too. */
const choice = (at: Locator, label: string) => at.locator('label').filter({ hasText: label }).locator('select').first()
const enter = async (story: Story, admin: Person, name: string, role: string): Promise<Person> => {
  const link = await invite(admin, name, role)
  const p = await story.person()
  await p.page.goto(link)
  await p.page.getByLabel(p.w('page.password'), { exact: true }).fill(password)
  await p.page.getByLabel(p.w('page.password.again')).fill(password)
  await p.page.getByRole('button', { name: p.w('page.setup.do') }).click()
  await p.page.getByRole('button', { name: /luz|ben|otto/ }).first().waitFor()
  return p
}
/** Opens one's key in a form and signs. */
const sign = async (p: Person, at: Locator, key: string) => {
  await at.getByLabel(p.w('page.sign.file')).setInputFiles(key)
  await at.getByLabel(p.w('page.sign.passphrase')).fill(passphrase)
  await at.getByRole('button', { name: p.w('page.sign.open') }).click()
  await at.getByRole('button', { name: p.w('page.sign.do'), exact: true }).click()
}
const themed = async (p: Person, where: string) => {
  for (const theme of ['day', 'night', 'red'] as const) {
    await p.page.evaluate((theme) => localStorage.setItem('theme', theme), theme)
    await p.page.reload()
    await p.page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, theme)
    await p.page.getByRole('heading', { level: 1 }).waitFor()
    await p.noFaults(`${where}, ${theme}`)
  }
  await p.page.evaluate(() => localStorage.setItem('theme', 'day'))
  await p.page.reload()
}

describe.each(['en', 'es'] as const)('what is given to another state, %s', (language) => {
  let states: States
  let ana: Person, ben: Person, paz: Person, luz: Person
  let release = ''

  beforeAll(async () => {
    states = new States(browser, language)
    await states.start()
    ana = await states.operator.person()
    await ana.setUp(await states.operator.server.link())
    ben = await enter(states.operator, ana, 'ben', 'analyst')
    for (const name of ['ana', 'ben']) states.run(states.operator, 'key', 'person', 'register', states.known(name))
    for (const [id, at] of [['gas-1', '25.001,-106.002'], ['gas-2', '25.0011,-106.0021']] as const) {
      states.run(states.operator, 'observation', 'add', '--id', id, '--class', 'tank', '--at', at, '--time', `2026-03-01T15:0${id.at(-1)}:00Z`, '--sensor', 'sniffer-q7')
    }
  })
  afterAll(() => states?.end())
  afterEach(() => states.expectQuiet())

  const go = async (p: Person, story: Story, screen: string, heading: Key) => {
    await p.page.goto(`${story.server.address}/#/${screen}`)
    await p.page.getByRole('heading', { name: p.w(heading), level: 1 }).waitFor()
  }
  const field = (p: Person, table: string, name: string, record = 0) => p.page.locator(`[data-testid=${table}] tbody[data-record="${record}"] tr[data-field="${name}"]`)
  const step = (p: Person, level: string) => p.page.locator(`[data-testid=ladder] [data-level=${level}]`)

  test('a node shows what its role is for, and the one that receives speaks Spanish to who has chosen nothing', async () => {
    const link = await states.partner.server.link()
    paz = await states.partner.person()
    const { page } = paz
    await page.goto(link)
    await page.getByLabel(paz.w('page.name')).fill('paz')
    await page.getByLabel(paz.w('page.password'), { exact: true }).fill(password)
    await page.getByLabel(paz.w('page.password.again')).fill(password)
    await page.getByRole('button', { name: paz.w('page.setup.do') }).click()
    await page.getByRole('heading', { name: 'Bandeja', level: 1 }).waitFor() // whatever the browser speaks
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('es')
    if (language === 'en') await page.getByRole('button', { name: 'English' }).click()
    await page.getByText(paz.w('page.inbox.none')).waitFor()
    await paz.noFaults('an empty inbox')
    expect(await page.getByRole('navigation', { name: paz.w('page.nav') }).getByRole('link', { name: paz.w('page.nav.share'), exact: true }).count()).toBe(0)
    await page.goto(`${states.partner.server.address}/#/reports`)
    await page.getByText(paz.w('sharing.only-operator')).waitFor()
    await go(ana, states.operator, 'reports', 'page.nav.reports')
    await ana.page.getByText(ana.w('page.share.none')).waitFor()
    expect(await ana.page.getByRole('link', { name: ana.w('page.nav.inbox'), exact: true }).count()).toBe(0)
    await ana.page.goto(`${states.operator.server.address}/#/inbox`)
    await ana.page.getByText(ana.w('sharing.only-partner')).waitFor()
    const otto = await enter(states.operator, ana, 'otto', 'operator')
    await otto.page.goto(`${states.operator.server.address}/#/reports`)
    await otto.page.getByText(otto.like('problem.role')).waitFor()
    expect(await otto.status('/reports')).toBe(403)
    await paz.page.goto(`${states.partner.server.address}/#/inbox`)
  })

  test('an office is described with the keys that its own side gives, and its node is joined', async () => {
    const { page, w } = ana
    luz = await states.partner.person()
    const invited = await invite(paz, 'luz', 'partner')
    await luz.page.goto(invited)
    await luz.page.getByLabel(luz.w('page.password'), { exact: true }).fill(password)
    await luz.page.getByLabel(luz.w('page.password.again')).fill(password)
    await luz.page.getByRole('button', { name: luz.w('page.setup.do') }).click()
    await luz.page.getByRole('heading', { name: 'Bandeja', level: 1 }).waitFor()
    if (language === 'en') await luz.page.getByRole('button', { name: 'English' }).click()
    // What the other side has to be told stands in the inbox.
    await luz.page.getByText(luz.w('page.inbox.keys')).click()
    const keys = await luz.page.getByTestId('log').locator('.copied').allTextContents()
    expect(keys.map((k) => k.split('-')[0])).toEqual(['node', 'witness'])

    await go(ana, states.operator, 'offices', 'page.nav.offices')
    await page.getByText(w('page.office.none')).waitFor()
    await page.getByRole('button', { name: w('page.office.add') }).click()
    const form = page.getByTestId('office-form')
    await form.getByLabel(w('page.share.office'), { exact: true }).fill('Mexico')
    await form.getByRole('button', { name: w('page.act.do'), exact: true }).click()
    await form.getByRole('alert').filter({ hasText: w('page.office.wrong.office') }).waitFor()
    await form.getByLabel(w('page.share.office'), { exact: true }).fill(office)
    await choice(form, w('page.office.place')).selectOption('5')
    await choice(form, w('page.office.time')).selectOption('12')
    await form.getByLabel(w('page.office.delay')).fill('0')
    await form.getByLabel(w('page.office.nodekey')).fill(keys[0]!)
    await form.getByLabel(w('page.office.people')).fill(states.person('luz'))
    await form.getByLabel(ana.like('page.office.witness')).fill(keys[1]!)
    await ana.noFaults('the form of an office')
    await form.getByRole('button', { name: w('page.act.do'), exact: true }).click()
    const partner = page.locator('[data-testid=partner][data-partner=MEX]')
    await partner.locator('[data-link=up]').waitFor()
    await expect.poll(() => partner.getByTestId('cosigned').textContent()).not.toBe(w('page.office.unknown'))
    const told = (await get<{ items: PartnerStatus[] }>(ana, '/partners')).items[0]!
    expect(told.cosigned!.size).toBeGreaterThan(0)
    expect(await luz.page.getByTestId('cosigned').textContent()).toBeTruthy()
    await partner.locator(`[data-office="${office}"]`).getByRole('button').click()
    await partner.getByText(keys[0]!).waitFor()
    await themed(ana, 'offices')
    await ana.screenshot('share-offices')
  })

  test('a report is drafted, and stands beside what the office would have of it', async () => {
    const { page, w } = ana
    await go(ana, states.operator, 'reports', 'page.nav.reports')
    const draft = page.getByTestId('draft')
    await choice(draft, w('page.share.of')).selectOption('site')
    await draft.getByLabel(w('page.share.of.site'), { exact: true }).fill('first')
    await draft.getByRole('button', { name: w('page.share.draft.do'), exact: true }).click()
    await draft.getByRole('alert').filter({ hasText: w('page.share.wrong.site') }).waitFor()
    await draft.getByLabel(w('page.share.of.site'), { exact: true }).fill('1')
    await draft.getByRole('button', { name: w('page.share.draft.do'), exact: true }).click()
    await page.getByText(w('page.share.drafted', 1)).waitFor()
    await choice(page.locator('.middle'), w('page.share.office')).selectOption(office)
    await page.getByTestId('preview').waitFor()

    const seen = await get<ReleasePreview>(ana, `/reports/1/preview?office=${office}&purpose=find-laboratories&limit=1000`)
    const chip = (only: string) => page.locator(`[data-only=${only}]`)
    for (const [only, n] of [['shown', seen.shown], ['coarse', seen.coarse], ['withheld', seen.withheld]] as const) {
      expect(n).toBeGreaterThan(0)
      expect((await chip(only).textContent())!.replace(/\D/g, '')).toBe(String(n))
      expect(await page.locator(`[data-testid=preview] tr[data-shown=${only}]`).count()).toBe(n)
    }
    // The sensor is in the original and not beside it; the place is a cell there, and each says why.
    const sensor = field(ana, 'preview', 'sensor', 1).locator('td')
    expect(await sensor.nth(1).textContent()).toBe('sniffer-q7')
    expect(await sensor.nth(2).textContent()).toContain(w('page.share.withheld'))
    expect(await sensor.nth(2).textContent()).not.toContain('sniffer-q7')
    const why = seen.items!.find((r) => r.record === 0)!.fields!.find((f) => f.name === 'place')!
    const place = field(ana, 'preview', 'place')
    expect(await place.getAttribute('data-shown')).toBe('coarse')
    expect(await place.locator('td').nth(3).textContent()).toBe(why.reasons!.map((r) => r.text).join(''))
    // Every rule that holds something back says so in both languages.
    await page.getByRole('button', { name: language === 'en' ? 'Español' : 'English' }).click()
    await expect.poll(() => place.locator('td').nth(3).textContent()).not.toBe(why.reasons!.map((r) => r.text).join(''))
    await page.getByRole('button', { name: language === 'en' ? 'English' : 'Español' }).click()
    await expect.poll(() => place.locator('td').nth(3).textContent()).toBe(why.reasons!.map((r) => r.text).join(''))

    // The cell on the map is the one of the server; its twin lists every place, and the least that is left stands above.
    await place.getByRole('button').click()
    const chosen = async () => (await featuresOf(page, 'cells')).filter((f) => f.properties['chosen'] === true).flatMap((f) => f.points)
    await expect.poll(async () => (await chosen()).length).toBeGreaterThan(0)
    await settled(page)
    const corners = await chosen(), box = why.shown!.box!
    for (const [i, [least, most]] of ([[box.west, box.east], [box.south, box.north]] as const).entries()) {
      expect(Math.min(...corners.map((c) => c[i]!))).toBeCloseTo(least, 3)
      expect(Math.max(...corners.map((c) => c[i]!))).toBeCloseTo(most, 3)
    }
    expect((await featuresOf(page, 'cells-original')).length).toBeGreaterThan(0)
    expect((await featuresOf(page, 'cells-inferred')).length).toBeGreaterThan(0)
    const rows = page.getByTestId('places').locator('tbody tr')
    expect(await rows.count()).toBe(seen.items!.flatMap((r) => r.fields!).filter((f) => f.value.kind === 'place').length)
    const radius = seen.smallest!.radius_m
    expect(await page.getByTestId('smallest').textContent()).toContain(radius >= 999.5 ? (radius / 1000).toFixed(2) : radius.toFixed(0))
    await chip('withheld').click()
    await expect.poll(() => page.locator('[data-testid=preview] tr[data-shown=shown]').count()).toBe(0)
    // All of it stands in the address.
    await page.reload()
    await page.getByTestId('preview').waitFor()
    expect(await chip('withheld').getAttribute('aria-pressed')).toBe('true')
    expect(await page.getByTestId('places').locator('tr.on').count()).toBe(1)
    await chip('withheld').click()
    await settled(page)
    await ana.screenshot('share-preview')
    await themed(ana, 'a preview')
  })

  test('the same with the keyboard alone', async () => {
    const { page, w } = ana
    await page.goto(`${states.operator.server.address}/#/reports`)
    await page.locator('[data-testid=reports] button').waitFor()
    const keys = new Keys(page)
    await page.locator('#main').focus()
    await keys.activate(page.locator('[data-testid=reports] button'))
    await keys.to(choice(page.locator('.middle'), w('page.share.office')))
    await page.keyboard.press('End')
    await page.getByTestId('preview').waitFor()
    await keys.activate(page.locator('[data-only=coarse]'), 'Space')
    await expect.poll(() => page.locator('[data-testid=preview] tr[data-shown=shown]').count()).toBe(0)
    await keys.activate(field(ana, 'preview', 'place').getByRole('button'))
    await expect.poll(() => page.getByTestId('places').locator('tr.on').count()).toBe(1)
  })

  test('two persons release it, each with a key of their own; what is written has not arrived', async () => {
    const { page, w } = ana
    await page.goto(`${states.operator.server.address}/#/reports/1?filter=${encodeURIComponent(`office=${encodeURIComponent(office)}`)}`)
    const form = page.getByTestId('release')
    await form.getByLabel(w('page.share.second')).fill('ANA')
    await form.getByRole('button', { name: w('page.share.release.do') }).click()
    await form.getByRole('alert').filter({ hasText: w('page.share.two') }).waitFor()
    await form.getByLabel(w('page.share.second')).fill('ben')
    await form.getByRole('button', { name: w('page.share.release.do') }).click()
    await page.getByRole('heading', { name: w('page.nav.releases'), level: 1 }).waitFor()
    await page.getByText(w('page.release.waits', 'ana, ben')).waitFor()
    await ana.noFaults('a proposal')
    // Somebody else's key is not a signature of these two.
    const inspector = page.locator('.inspector')
    await sign(ana, inspector, states.key('luz'))
    await inspector.getByRole('alert').filter({ hasText: w('sharing.not-named', 'luz', 'ana, ben') }).waitFor()
    await inspector.getByRole('button', { name: w('page.sign.other') }).click()
    await sign(ana, inspector, states.key('ana'))
    await inspector.getByRole('status').filter({ hasText: w('page.release.signed.first', 'ana', 'ben') }).waitFor()
    release = (await get<{ items: ReleaseOf[] }>(ana, '/releases')).items[0]!.id
    await ana.screenshot('share-proposed')

    // The partner's node is gone when the second signs, at a machine of his own: it waits.
    await states.partner.server.kill()
    await go(ben, states.operator, `releases/${release}`, 'page.nav.releases')
    await sign(ben, ben.page.locator('.inspector'), states.key('ben'))
    await ben.page.getByRole('status').filter({ hasText: ben.like('page.release.signed.both') }).waitFor()
    await expect.poll(() => step(ana, 'written').getAttribute('data-reached')).toBe('true')
    expect(await step(ana, 'arrived').getAttribute('data-reached')).toBe('false')
    expect((await step(ana, 'written').textContent())!.toLowerCase()).not.toMatch(/received|recibid/)
    expect(await page.locator(`[data-testid=releases] tr:has([data-release="${release}"]) [data-state=sent]`).textContent()).toBe(w('page.level.written'))
    await states.partner.server.start()
    await expect.poll(() => step(ana, 'arrived').getAttribute('data-reached')).toBe('true')
    expect(await step(ana, 'opened').getAttribute('data-reached')).toBe('false')
  })

  test('at the partner it is shown to nobody before somebody of the office signs that they open it', async () => {
    const { page, w } = luz
    await go(luz, states.partner, 'inbox', 'page.nav.inbox')
    await page.locator(`[data-testid=inbox] [data-release="${release}"]`).click()
    await page.getByText(w('page.inbox.closed')).waitFor()
    expect(await page.getByTestId('arrived').count()).toBe(0)
    expect(await page.getByRole('button', { name: w('page.inbox.acknowledge') }).count()).toBe(0)
    await luz.noFaults('closed')
    const keys = new Keys(page)
    await page.locator('#main').focus()
    await keys.activate(page.getByRole('button', { name: w('page.inbox.open') }))
    const give = page.getByTestId('give-opened')
    await give.getByLabel(w('page.inbox.signer')).waitFor()
    await keys.activate(give.getByRole('button', { name: w('page.act.tosign') }))
    await sign(luz, give, states.key('luz'))
    await page.getByTestId('arrived').waitFor()
    expect(await field(luz, 'arrived', 'place').getAttribute('data-shown')).toBe('coarse')
    expect(await page.locator('main').textContent()).not.toContain('sniffer-q7')
    await page.getByText('NOT FOR TARGETING').waitFor()
    await expect.poll(async () => (await featuresOf(page, 'cells')).length).toBeGreaterThan(0)
    expect((await featuresOf(page, 'cells-original')).length).toBe(0) // the original is not here
  })

  test('every field is held against its bytes in the browser, and other bytes are found out', async () => {
    const { page, w } = luz
    const verified = page.getByTestId('verified')
    await verified.getByRole('button', { name: w('page.inbox.verify') }).click()
    await page.locator('[data-testid=verified][data-ok=true]').waitFor()
    const item = await get<InboxItem>(luz, `/inbox/${release}?limit=1000`)
    const listed = item.items!.flatMap((r) => r.fields!).filter((f) => f.value === null || f.value.kind !== 'absent').length
    expect(await page.locator('[data-testid=arrived] [data-held=held]').count()).toBe(listed)
    const tick = (await page.locator('[data-testid=arrived] [data-held=held]').first().textContent())!
    expect(tick).toContain(w('page.inbox.held'))
    expect(tick).not.toMatch(/\btrue\b|verdad/i)
    // All that it rests on is named: up to the checkpoint that this very node cosigned.
    const found = await page.locator('[data-testid=steps] [data-step]').evaluateAll((all) => all.map((x) => `${(x as HTMLElement).dataset.step} ${(x as HTMLElement).dataset.found}`))
    expect(found).toEqual(['commitments', 'root', 'released', 'signed', 'inclusion', 'log', 'cosigned'].map((x) => `${x} held`))
    await luz.screenshot('inbox-verified')
    await themed(luz, 'an inbox')

    // A server that gives other bytes than were released.
    await page.route(`**/api/v1/documents/${item.product}`, async (route) => {
      const body = await (await route.fetch()).text()
      await route.fulfill({ body: body.replace('"text":"tank', '"text":"tonk'), contentType: 'application/octet-stream' })
    })
    await page.getByTestId('verified').getByRole('button', { name: w('page.inbox.verify') }).click()
    await page.locator('[data-testid=verified][data-ok=false]').waitFor()
    expect(await page.locator('[data-testid=arrived] [data-held=held]').count()).toBe(0)
    expect(await page.locator('[data-testid=arrived] tr:has([data-held=wrong])').first().getAttribute('data-field')).toMatch(/signs|class/)
    await luz.noFaults('what does not hold')
    await page.unroute(`**/api/v1/documents/${item.product}`)
  })

  test('what came is saved as it came, and is checked without the node', async () => {
    const { page, w } = luz
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('verified').getByRole('button', { name: w('page.inbox.parcel') }).click()])
    const said = execFileSync(binary, ['inbox', 'check', await file.path(), '--policy', join(states.operator.folder, 'origin'), '--lang', language], { encoding: 'utf8' })
    expect(said).toContain(w('inbox.check.by', 'ana, ben'))
  })

  test('its copy is written as a file, and what for is on record', async () => {
    const { page, w } = luz
    await page.getByText(w('page.export.own')).click()
    const form = page.getByTestId('export')
    await choice(form, w('page.office.format')).selectOption('geojson')
    await choice(form, w('page.export.use')).selectOption('find-laboratories')
    const [file] = await Promise.all([page.waitForEvent('download'), form.getByRole('button', { name: w('page.export.do') }).click()])
    const text = readFileSync(await file.path(), 'utf8')
    expect((JSON.parse(text) as { type: string }).type).toBe('FeatureCollection')
    expect(text).not.toContain('sniffer-q7')
    await page.getByTestId('exported').filter({ hasText: createHash('sha256').update(text).digest('hex') }).waitFor()
    await luz.noFaults('a copy as a file')
  })

  test('it is acknowledged, disputed and answered, and each step is at both ends', async () => {
    const { page, w } = luz
    const give = async (button: Key, name: string, fill: (form: Locator) => Promise<void>) => {
      await page.getByRole('group', { name: w('page.inbox.actions') }).getByRole('button', { name: w(button) }).click()
      const form = page.getByTestId(`give-${name}`)
      await fill(form)
      await luz.noFaults(name)
      await form.getByRole('button', { name: w('page.act.tosign') }).click()
      await sign(luz, form, states.key('luz'))
      await page.getByRole('status').filter({ hasText: w('page.inbox.given', w(`receipt.${name}` as Key)) }).waitFor()
      await page.locator(`[data-testid=receipts] tr[data-step=${name}]`).waitFor()
    }
    await give('page.inbox.acknowledge', 'acknowledged', async () => undefined)
    expect(await page.getByRole('button', { name: w('page.inbox.acknowledge'), exact: true }).count()).toBe(0)
    await give('page.inbox.dispute', 'disputed', (form) => form.getByLabel(w('page.inbox.why')).fill('El lugar no coincide con el camino.'))
    await give('page.inbox.answer', 'answered', async (form) => {
      await form.getByLabel(w('page.sites.outcome.what')).selectOption('confirmed-laboratory')
      await form.getByLabel(w('page.sites.outcome.visited')).fill('2026-03-02 10:00')
      await form.getByLabel(luz.like('page.mark.note')).fill('Se encontró un laboratorio.')
    })
    await luz.screenshot('inbox-answered')

    await go(ana, states.operator, `releases/${release}`, 'page.nav.releases')
    const steps = ana.page.locator('[data-testid=receipts] tbody tr')
    await expect.poll(() => steps.evaluateAll((rows) => rows.map((r) => (r as HTMLElement).dataset.step))).toEqual(['arrived', 'opened', 'acknowledged', 'disputed', 'answered'])
    await ana.page.getByText('El lugar no coincide con el camino.').waitFor()
    for (const level of ['written', 'arrived', 'opened', 'acknowledged']) expect(await step(ana, level).getAttribute('data-reached')).toBe('true')
    await themed(ana, 'a release')
    await ana.screenshot('share-receipts')
    // The host's word is on the site.
    await ana.page.goto(`${states.operator.server.address}/#/sites/1`)
    await ana.page.getByText('Se encontró un laboratorio.').waitFor()
  })

  test('either node is killed under the eyes of who reads there, and the same is told after', async () => {
    await go(ana, states.operator, `releases/${release}`, 'page.nav.releases')
    await go(luz, states.partner, `inbox/${release}`, 'page.nav.inbox')
    for (const [story, p] of [[states.operator, ana], [states.partner, luz]] as const) {
      const rows = p.page.locator('[data-testid=receipts] tbody tr')
      await rows.nth(4).waitFor()
      const before = await rows.allTextContents()
      await story.restart(p)
      await p.page.reload()
      await expect.poll(() => rows.allTextContents()).toEqual(before)
    }
    await luz.page.locator('[data-testid=log] [data-link=up]').waitFor()
  })

  test('who reads for an office at the originator\'s node sees what it has, and nothing of another', async () => {
    const { page, w } = ana
    await ana.nav('page.nav.users')
    await page.getByLabel(w('page.name')).fill('rosa')
    for (const box of await page.getByRole('group', { name: w('page.users.roles') }).getByRole('checkbox').all()) await box.setChecked((await box.getAttribute('value')) === 'partner')
    await page.getByLabel(ana.like('page.share.office')).fill('MEX/FGR')
    await page.getByRole('button', { name: w('page.users.add.do') }).click()
    await page.getByRole('status').filter({ hasText: w('page.users.link', 'rosa') }).waitFor()
    await ana.noFaults('an office of a user')
    const rosa = await states.operator.person()
    await rosa.page.goto((await page.getByTestId('link').textContent())!)
    await rosa.page.getByLabel(rosa.w('page.password'), { exact: true }).fill(password)
    await rosa.page.getByLabel(rosa.w('page.password.again')).fill(password)
    await rosa.page.getByRole('button', { name: rosa.w('page.setup.do') }).click()
    await rosa.page.getByRole('button', { name: rosa.w('page.signout', 'rosa') }).waitFor()
    await rosa.nav('page.nav.share')
    await rosa.page.getByText(rosa.w('page.release.none')).waitFor() // that is another office's
    expect(await rosa.status(`/releases/${release}`)).toBe(404)
    expect(await rosa.status('/reports')).toBe(403)
    await rosa.noFaults('a reader of an office')
  })

  test('two persons keep a flight from the state, and it is told that something is kept', async () => {
    const { page, w } = ana
    const flight = await ana.ingest(inRepository('internal', 'demo', 'clip.ts'), 'clip')
    await go(ana, states.operator, 'offices', 'page.nav.offices')
    await page.getByRole('button', { name: w('page.keep.open', 'MEX') }).click()
    const form = page.getByTestId('keep')
    await form.getByLabel(w('page.share.of.flight')).fill(flight)
    await form.getByLabel(w('page.share.reason')).fill('una indagación abierta')
    await form.getByLabel(w('page.share.second')).fill('ben')
    await ana.noFaults('keeping a flight from a state')
    await form.getByRole('button', { name: w('page.act.tosign') }).click()
    await sign(ana, form, states.key('ana'))
    await form.getByText(w('page.keep.first', 'ana', 'ben')).waitFor()
    await sign(ana, form, states.key('ben'))
    await page.getByText(w('page.keep.done', 'MEX', 1)).waitFor()
    await page.getByTestId('withholdings').getByText('una indagación abierta').waitFor()
    await luz.page.getByTestId('counted').locator('tbody tr').waitFor()
    expect(await luz.page.getByTestId('counted').textContent()).not.toContain('indagación')
  })

  test('the next version of a report names the one before', async () => {
    const { page, w } = ana
    await go(ana, states.operator, 'reports/1', 'page.nav.reports')
    await page.getByText(w('page.share.next'), { exact: true }).click()
    await page.getByRole('button', { name: w('page.share.next.do', 2) }).click()
    await page.getByText(w('page.share.next.done', 1, 2)).waitFor()
    await page.getByText(w('page.share.version', 2), { exact: true }).waitFor()
  })

  test('a release that is revoked says so at the partner, and takes nothing back', async () => {
    const { page, w } = ana
    await go(ana, states.operator, `releases/${release}`, 'page.nav.releases')
    await page.getByLabel(w('page.share.reason')).fill('oficina equivocada')
    await page.getByRole('button', { name: w('page.release.revoke.do') }).click()
    await page.getByTestId('revoked').waitFor()
    await luz.page.getByTestId('revoked').filter({ hasText: 'oficina equivocada' }).waitFor()
    await luz.page.getByTestId('arrived').waitFor()
    await ana.noFaults('revoked')
  })
})
