// Places found: marked in the picture and on the map, reported by a detector, visited by the host, said to be somebody's; and the way
// back from each to its frame. In both languages, each against a server of its own.
import { execFileSync } from 'node:child_process'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Site, WholeSite } from '../src/api/client'
import { metres } from './account'
import { described, featuresOf, pixelsBetween, settled } from './drawn'
import { Keys } from './keys'
import { launch } from './map.serve'
import { binary, inRepository } from './server'
import { hall, placeIn, roofIn } from './stories/review'
import { enter } from './stories/users'
import { type Key, type Person, Story } from './story'

let browser: Browser
beforeAll(async () => {
  browser = await launch(['--autoplay-policy=no-user-gesture-required'])
})
afterAll(async () => {
  await browser?.close()
})

const row = (p: Person, id: number) => p.page.locator(`[data-testid=sites] tr[data-site="${id}"]`)
const site = (p: Person) => p.page.getByTestId('site')
const get = <T>(p: Person, path: string): Promise<T> => p.page.evaluate((path) => fetch(`/api/v1${path}`).then((r) => r.json()), path) as Promise<T>
const all = async (p: Person) => (await get<{ items: Site[] }>(p, '/sites?limit=1000')).items

/** A click in the picture at a part of it, 0 to 1. */
async function clickIn(page: Page, u: number, v: number) {
  const box = (await page.getByTestId('video').boundingBox())!
  const wide = Math.min(box.width, (box.height * 640) / 480), high = (wide * 480) / 640
  await page.mouse.click(box.x + (box.width - wide) / 2 + u * wide, box.y + (box.height - high) / 2 + v * high)
}

/** A click on the map at a place. */
async function clickOn(page: Page, at: [number, number]) {
  await settled(page)
  const p = await page.evaluate((at) => {
    const m = document.querySelector<HTMLElement & { overflight: { map: { project(at: [number, number]): { x: number; y: number } } } }>('[data-testid=map]')!
    const p = m.overflight.map.project(at), r = m.getBoundingClientRect()
    return { x: r.left + p.x, y: r.top + p.y }
  }, at)
  await page.mouse.click(p.x, p.y)
}

describe.each(['en', 'es'] as const)('sites, %s', (language) => {
  let story: Story
  let ana: Person, iris: Person, lia: Person, paz: Person
  let clip = ''
  let here = 0 // the site of the white hall
  const sources = ['picture', 'map'] as const

  beforeAll(async () => {
    story = new Story(browser, language)
    await story.server.start()
    ana = await story.person()
    await ana.setUp(await story.server.link())
    iris = await enter(story, ana, 'iris', 'analyst')
    lia = await enter(story, ana, 'lia', 'liaison')
    paz = await enter(story, ana, 'paz', 'partner')
  })
  afterAll(() => story?.end())
  afterEach(() => story.expectQuiet())

  const run = (...args: string[]) => execFileSync(binary, [...args, '--data', story.server.folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LANG: 'en_GB.UTF-8' } })
  const open = async (p: Person, what = '') => {
    await p.page.goto(`${story.server.address}/#/sites${what}`)
    await p.page.getByRole('heading', { name: p.w('page.nav.sites'), level: 1 }).waitFor()
  }
  /** Review at the instant at which the white hall is in sight. */
  const review = async (p: Person, when = '16:01:20') => {
    await p.openFlight(clip)
    await p.settled()
    await p.page.getByLabel(p.w('page.clock.type')).fill(when)
    await p.page.keyboard.press('Enter')
    await p.page.waitForFunction((when) => document.querySelector('[data-testid=row]')?.textContent?.includes(when) && !document.querySelector<HTMLVideoElement>('[data-testid=video]')!.seeking, when)
  }
  const fill = async (p: Person, sign: Key, note: string, ellipse?: readonly [string, string, string]) => {
    const form = p.page.getByTestId('mark')
    await form.getByLabel(p.w('page.mark.class')).selectOption({ label: p.w(sign) })
    await form.getByLabel(p.w('page.mark.note')).fill(note)
    if (ellipse) for (const [i, key] of (['page.mark.major', 'page.mark.minor', 'page.mark.azimuth'] as const).entries()) await form.getByLabel(p.w(key), { exact: true }).fill(ellipse[i]!)
    await form.getByRole('button', { name: p.w('page.act.do'), exact: true }).click()
    await form.getByTestId('marked').waitFor()
    return form
  }

  test('without reports the list says where places come from', async () => {
    await open(iris)
    await iris.page.getByText(iris.w('page.sites.none')).waitFor()
    await iris.noFaults('none')
  })

  test('a building is marked in the paused picture with the error of its frame, and again on the map: one site', async () => {
    clip = await ana.ingest(inRepository('internal', 'demo', 'clip.ts'), 'clip')
    const { page, w } = iris
    await review(iris)
    const roof = await roofIn(page)
    await clickIn(page, roof.u, roof.v)
    const said = (await page.getByTestId('pin').textContent())!
    const at = placeIn(said)
    const doubt = Number(/± ([\d.]+)/.exec(said)?.[1])
    expect(metres(at, [hall.lon, hall.lat])).toBeLessThan(doubt)
    await page.getByRole('button', { name: w('page.mark.title') }).click()
    const form = page.getByTestId('mark')
    for (const key of ['page.mark.major', 'page.mark.minor'] as const) expect(Number(await form.getByLabel(w(key), { exact: true }).inputValue())).toBe(doubt)
    expect((await featuresOf(page, 'sites-report')).length).toBeGreaterThan(0) // the ellipse as it would be put on record
    await form.getByLabel(w('page.mark.minor'), { exact: true }).fill('900')
    await form.getByLabel(w('page.mark.class')).selectOption('structure')
    await form.getByRole('button', { name: w('page.act.do'), exact: true }).click()
    await form.getByRole('alert').filter({ hasText: w('page.mark.ellipse.wrong') }).waitFor()
    await iris.noFaults('a mark')
    await fill(iris, 'sign.barrel-cluster', sources[0], [String(doubt), String(doubt / 2), '30'])
    await iris.screenshot('mark')

    // The same from the map: nothing is known of a frame then.
    await page.getByLabel(w('page.place.type')).fill(`${hall.lat}, ${hall.lon}`)
    await page.keyboard.press('Enter')
    await form.getByText(w('page.mark.map')).waitFor()
    await fill(iris, 'sign.tank', sources[1], ['40', '40', '0'])

    const marked = (await all(iris)).filter((s) => (s.classes ?? []).some((c) => c.class === 'tank' || c.class === 'barrel-cluster'))
    expect(marked).toHaveLength(1)
    here = marked[0]!.id
    const whole = await get<WholeSite>(iris, `/sites/${here}`)
    const [inPicture, onMap] = sources.map((note) => whole.observations!.find((o) => o.note === note)!)
    expect(inPicture!.ellipse.major_m).toBeCloseTo(doubt, 3)
    expect(inPicture!.ellipse.minor_m).toBeCloseTo(doubt / 2, 3)
    expect(inPicture!.ellipse.azimuth_deg).toBeCloseTo(30, 3)
    expect(inPicture!.origin).toBe('mark')
    expect(onMap!.frame).toBeNull()
    // The packet of the frame is the one that the stream's own report of that instant came in.
    const packets = await get<{ items: { time: string; offset: number; length: number }[] }>(iris, `/segments/${inPicture!.frame!.segment}/rows?purpose=test`)
    const packet = packets.items.find((r) => r.time === inPicture!.time)!
    expect([inPicture!.frame!.offset, inPicture!.frame!.length]).toEqual([packet.offset, packet.length])
    const own = whole.observations!.find((o) => o.origin === 'stream' && o.time === inPicture!.time)
    if (own) expect(inPicture!.frame).toEqual(own.frame)
    await form.getByTestId('marked').getByRole('link').click()
    await site(iris).getByRole('heading', { name: w('page.sites.number', here) }).waitFor()
  })

  test('the list says what the map draws, and the ellipse on the map is the one of the server', async () => {
    const { page, w } = iris
    await open(iris)
    await row(iris, here).waitFor()
    const sites = await all(iris)
    expect(await page.locator('[data-testid=sites] tbody tr').count()).toBe(sites.length)
    expect((await described(page)).filter((d) => d.kind === 'site').map((d) => d.id).sort()).toEqual(sites.map((s) => String(s.id)).sort())
    const order = await page.locator('[data-testid=sites] tbody tr').evaluateAll((rows) => rows.map((r) => Number((r as HTMLElement).dataset.site)))
    const chances = order.map((id) => sites.find((s) => s.id === id)!.laboratory)
    expect(chances).toEqual(chances.toSorted((a, b) => b - a))

    await row(iris, here).getByRole('button').click()
    await site(iris).waitFor()
    const s = (await all(iris)).find((x) => x.id === here)!
    await expect.poll(async () => (await described(page)).find((d) => d.kind === 'site' && d.id === String(here))?.box !== undefined).toBe(true)
    await expect.poll(async () => Math.abs((await pixelsBetween(page, [s.lon, s.lat], edgeOf(s, 0, 1))) - 0) > 20).toBe(true) // the map went to it
    const drawn = (await featuresOf(page, 'sites-ellipse')).filter((f) => f.id === String(here))
    expect(drawn.every((f) => f.selected)).toBe(true)
    expect(drawn.length).toBeGreaterThan(0)
    // All around, the line lies where the server's figures put it, and neither within nor without.
    const around = (scale: number) => Array.from({ length: 24 }, (_, i) => edgeOf(s, (i * Math.PI) / 12, scale))
    expect(await lineAt(page, here, around(1))).toBe(24)
    expect(await lineAt(page, here, around(0.75))).toBe(0)
    expect(await lineAt(page, here, around(1.25))).toBe(0)
    // It is not only known to the map: its line is in the pixels.
    const ink = await page.evaluate((at) => {
      const m = document.querySelector<HTMLElement & { overflight: import('../src/map/map').OverflightMap }>('[data-testid=map]')!.overflight
      return new Promise<number>((done) => {
        m.map.once('render', () => {
          const c = m.picture(), p = m.map.project(at), k = c.width / m.map.getContainer().clientWidth
          const d = c.getContext('2d')!.getImageData(Math.round(p.x * k) - 3, Math.round(p.y * k) - 3, 7, 7).data
          let n = 0
          for (let i = 0; i < d.length; i += 4) if (Math.abs(d[i]! - 0xc2) < 40 && Math.abs(d[i + 1]! - 0x41) < 40 && Math.abs(d[i + 2]! - 0x0c) < 40) n++
          done(n)
        })
        m.map.triggerRepaint()
      })
    }, edgeOf(s, 0, 1))
    expect(ink).toBeGreaterThan(4)
    await iris.screenshot('sites')
    await page.getByRole('heading', { name: w('page.sites.number', here) }).waitFor()
  })

  test('a detector reports, and the chance moves before the eyes, with what moved it', async () => {
    const { page } = iris
    await open(iris, `/${here}`)
    const steps = page.getByTestId('steps').locator('tbody tr')
    await steps.first().waitFor()
    const before = (await get<WholeSite>(iris, `/sites/${here}`)).laboratory
    for (const [id, sign, day] of [['g-1', 'gas-reading', '05'], ['g-2', 'barrel-cluster', '06']] as const) {
      run('observation', 'add', '--id', id, '--class', sign, '--at', `${hall.lat},${hall.lon}`, '--time', `2025-03-${day}T10:00:00Z`, '--sensor', 'nose', ...(sign === 'gas-reading' ? ['--reading', '12.5', '--unit', 'ppm'] : []))
    }
    await expect.poll(() => page.getByTestId('reports-of-site').locator('tr[data-report="g-2"]').count()).toBe(1)
    const whole = await get<WholeSite>(iris, `/sites/${here}`)
    expect(whole.laboratory).toBeGreaterThan(2 * before)
    await expect.poll(() => steps.count()).toBe(whole.steps!.length)
    expect(await steps.evaluateAll((rows) => rows.map((r) => (r as HTMLElement).dataset.what))).toEqual(whole.steps!.map((s) => s.what))
    await page.getByTestId('chance-plot').locator('canvas').waitFor()
    await page.getByTestId('reports-of-site').locator('tr[data-report="g-1"]').getByText('12.5 ppm').waitFor()
    await row(iris, here).getByText(iris.w('sign.gas-reading')).waitFor()
    await page.getByText(iris.w('page.sites.rates'), { exact: true }).click()
    await page.getByTestId('rates').locator('tr', { hasText: 'nose' }).first().waitFor()
  })

  test('the way from evidence leads to the very frame, with its mark', async () => {
    const { page } = iris
    await open(iris, `/${here}`)
    const whole = await get<WholeSite>(iris, `/sites/${here}`)
    const mark = whole.observations!.find((o) => o.note === sources[0])!
    await page.locator(`[data-testid=reports-of-site] tr[data-report="${mark.id}"]`).getByRole('link').click()
    await page.getByRole('heading', { name: clip, level: 1 }).waitFor()
    const evidence = page.getByTestId('evidence')
    await evidence.locator('[data-same=true]').waitFor()
    await page.waitForFunction(() => !document.querySelector<HTMLVideoElement>('[data-testid=video]')!.seeking)
    const packet = (await page.getByTestId('row').locator('dd').last().textContent())!
    expect(packet.replace(/\D/g, '')).toBe(String(mark.frame!.offset))
    // The mark stands on the roof, in the picture and on the map.
    const roof = await roofIn(page)
    const cross = await page.locator('.screen .mark').evaluate((e: HTMLElement) => [parseFloat(e.style.left), parseFloat(e.style.top)])
    expect(Math.hypot(cross[0]! - 100 * roof.u, cross[1]! - 100 * roof.v)).toBeLessThan(3)
    expect((await featuresOf(page, 'sites-ellipse')).map((f) => f.id)).toContain(`report/${mark.id}`)
    await iris.noFaults('evidence')
    await iris.screenshot('evidence')
    // Another frame is not taken for it.
    await page.keyboard.press('.')
    await evidence.locator('[data-same=false]').waitFor()
    await evidence.getByRole('button', { name: iris.w('page.evidence.goto') }).click()
    await evidence.locator('[data-same=true]').waitFor()
    // Its bytes are the ones that the log has.
    await page.goBack()
    await page.goBack()
    await open(iris, `/${here}`)
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: iris.w('page.sites.bytes.save', mark.id) }).click()
    expect((await saved).suggestedFilename()).toBe(`${mark.frame!.segment}_${mark.frame!.offset}+${mark.frame!.length}.bin`)
    await page.getByTestId('bytes').getByText(/[0-9a-f]{64}/).waitFor()
  })

  test('a danger on the ground is told before anything else, to everybody', async () => {
    const { page, w } = iris
    await open(iris)
    await row(iris, here).waitFor()
    expect(await page.getByTestId('safety').count()).toBe(0)
    const sites = await all(iris)
    const away: [number, number] = [Math.max(...sites.map((s) => s.lon)) + 0.004, hall.lat]
    await page.getByLabel(w('page.place.type')).fill(`${away[1]}, ${away[0]}`)
    await page.keyboard.press('Enter')
    await page.getByTestId('mark').waitFor()
    await clickOn(page, away)
    const form = page.getByTestId('mark')
    await form.getByLabel(w('page.mark.class')).selectOption('explosive-hazard')
    await form.getByText(w('page.mark.hazard')).waitFor()
    await fill(iris, 'sign.explosive-hazard', 'wires on the ground')
    for (const p of [iris, lia, paz]) {
      if (p !== iris) await open(p)
      const notice = p.page.getByTestId('safety')
      await notice.getByRole('heading', { name: p.w('page.sites.safety') }).waitFor()
      const above = (await notice.boundingBox())!, title = (await p.page.getByRole('heading', { level: 1 }).boundingBox())!
      expect(above.y + above.height).toBeLessThanOrEqual(title.y)
      await notice.getByRole('button').first().click()
      await p.page.getByTestId('safety-of-site').waitFor()
    }
    await iris.noFaults('a danger')
    await iris.screenshot('danger')
  })

  test('what a role may not say, it is not asked for, and the server refuses it', async () => {
    for (const [p, mark, outcome, claim] of [[ana, 0, 0, 0], [iris, 1, 0, 1], [lia, 0, 1, 1], [paz, 0, 1, 1]] as const) {
      await open(p, `/${here}`)
      await site(p).waitFor()
      expect(await p.page.getByText(p.w('page.sites.claim'), { exact: true }).count()).toBe(claim)
      expect(await p.page.getByTestId('outcome-form').count()).toBe(outcome)
      await p.page.getByLabel(p.w('page.place.type')).fill(`${hall.lat}, ${hall.lon}`)
      await p.page.keyboard.press('Enter')
      await settled(p.page)
      expect(await p.page.getByTestId('mark').count()).toBe(mark)
      expect(await p.status('/marks', 'POST', {}) === 403).toBe(mark === 0)
      expect(await p.status(`/sites/${here}/outcome`, 'POST', {}) === 403).toBe(outcome === 0)
      expect(await p.status(`/sites/${here}/attribution`, 'POST', {}) === 403).toBe(claim === 0)
    }
  })

  test('the liaison officer puts on record what the host found', async () => {
    const { page, w } = lia
    await open(lia, `/${here}`)
    const form = page.getByTestId('outcome-form')
    await form.getByLabel(w('page.sites.outcome.what')).selectOption('confirmed-laboratory')
    await form.getByLabel(w('page.sites.outcome.visited')).fill('yesterday')
    await form.getByLabel(w('page.sites.outcome.party')).fill('MEX/SEDENA')
    await form.getByRole('button', { name: w('page.act.do') }).click()
    await form.getByRole('alert').filter({ hasText: w('page.clock.wrong') }).waitFor()
    await form.getByLabel(w('page.sites.outcome.visited')).fill('2025-03-20 14:00')
    await form.getByLabel(w('page.mark.note')).fill('three vats')
    await form.getByRole('button', { name: w('page.act.do') }).click()
    await page.getByText(w('page.sites.outcome.done')).waitFor()
    await page.getByTestId('outcomes').getByText('three vats').waitFor()
    await expect.poll(() => row(lia, here).innerText()).toContain(w('found.confirmed-laboratory'))
    const whole = await get<WholeSite>(lia, `/sites/${here}`)
    expect(whole.laboratory).toBeGreaterThan(whole.reported)
    expect(whole.steps!.at(-1)!.what).toBe('outcome')
    // Not visited asks for no date.
    await form.getByLabel(w('page.sites.outcome.what')).selectOption('not-visited')
    expect(await form.getByLabel(w('page.sites.outcome.visited')).count()).toBe(0)
  })

  test('whose it is, is said by list and number with a grade, and contested', async () => {
    const { page, w } = lia
    await open(lia, `/${here}`)
    const form = page.getByTestId('claim-form')
    if (!(await form.isVisible())) await page.getByText(w('page.sites.claim'), { exact: true }).click() // what was opened once stays open
    await form.getByLabel(w('page.sites.claim.number'), { exact: true }).fill('SINALOA')
    await form.getByRole('button', { name: w('page.sites.claim.look') }).click()
    await form.getByRole('alert').waitFor() // a name is none
    await form.getByLabel(w('page.sites.claim.number'), { exact: true }).fill('11440')
    await form.getByRole('button', { name: w('page.sites.claim.look') }).click()
    await form.getByTestId('designated').getByText('11440').waitFor()
    await form.getByLabel(w('page.authorise.programme')).selectOption('FTO')
    await form.getByLabel(w('page.sites.claim.who')).fill('MEX/SEDENA')
    await form.getByLabel(w('page.sites.claim.said')).fill('2025-03-22')
    await form.getByLabel(w('page.sites.claim.source')).fill('report 7')
    await form.getByLabel(w('page.sites.claim.reliability')).selectOption('B')
    await form.getByLabel(w('page.sites.claim.credibility')).selectOption('2')
    await form.getByRole('button', { name: w('page.act.do') }).click()
    const claim = page.getByTestId('claims').locator('li').first()
    await claim.getByText('report 7').waitFor()
    const grade = (await claim.getByTestId('grade').innerText()).toLowerCase()
    expect(grade).toContain('b2')
    for (const key of ['admiralty.B', 'admiralty.2'] as const) expect(grade).toContain(w(key).toLowerCase())
    // In force as known then and now, look by look: the designation is of 20 February 2025, and the flight of 3 March.
    const told = (await get<WholeSite>(lia, `/sites/${here}`)).attributions![0]!.in_force!.map((f) => [f.as_known_then, f.as_known_now])
    expect(told.some(([, now]) => now === 'in')).toBe(true)
    expect(await claim.getByTestId('in-force').locator('tbody tr').evaluateAll((rows) => rows.map((r) => [(r as HTMLElement).dataset.then, (r as HTMLElement).dataset.now]))).toEqual(told)
    await row(lia, here).getByText('OFAC-SDN 11440 FTO').waitFor()

    const id = (await claim.getAttribute('data-claim'))!
    await open(paz, `/${here}`)
    const his = paz.page.getByTestId('claims').locator(`li[data-claim="${id}"]`)
    await his.getByRole('button', { name: paz.w('page.sites.contest') }).click()
    const against = paz.page.getByTestId('contest-form')
    await against.getByLabel(paz.w('page.sites.claim.who')).fill('MEX/FGR')
    await against.getByLabel(paz.w('page.sites.claim.said')).fill('2025-04-01')
    await against.getByLabel(paz.w('page.sites.claim.source')).fill('file 88')
    await against.getByLabel(paz.w('page.sites.claim.reliability')).selectOption('A')
    await against.getByLabel(paz.w('page.sites.claim.credibility')).selectOption('3')
    await against.getByRole('button', { name: paz.w('page.act.do') }).click()
    await paz.page.getByTestId('claims').getByText(paz.w('page.sites.contests', id)).waitFor()
    await his.getByText(paz.like('page.sites.contested')).waitFor()
    expect(await paz.page.getByTestId('claims').locator('> li').count()).toBe(2) // both stay
    await row(paz, here).getByText(paz.w('page.sites.contested.short')).waitFor()
    await paz.noFaults('contested')
    await paz.screenshot('contested')
  })

  test('what the list is narrowed to stands in the address', async () => {
    const { page, w } = iris
    const shown = () => page.locator('[data-testid=sites] tbody tr').evaluateAll((rows) => rows.map((r) => Number((r as HTMLElement).dataset.site)).sort((a, b) => a - b))
    const every = (await all(iris)).map((s) => s.id).sort((a, b) => a - b)
    await open(iris)
    await expect.poll(shown).toEqual(every)
    await page.getByLabel(w('page.sites.signs')).selectOption('gas-reading')
    await expect.poll(shown).toEqual([here])
    await page.reload()
    await expect.poll(shown).toEqual([here])
    expect(await page.evaluate(() => location.hash)).toContain('filter=class%3Dgas-reading')
    await page.getByRole('button', { name: w('page.sites.all') }).click()
    await expect.poll(shown).toEqual(every)
    await page.getByLabel(w('page.sites.outcome')).selectOption('none')
    await expect.poll(shown).toEqual(every.filter((id) => id !== here))
    await page.getByRole('button', { name: w('page.sites.all') }).click()
    await page.getByLabel(w('page.sites.of')).fill('OFAC-SDN 11440 FTO')
    await page.keyboard.press('Enter')
    await expect.poll(shown).toEqual([here])
    await page.getByRole('button', { name: w('page.sites.all') }).click()
    await page.getByLabel(w('page.sites.area')).fill('0,0,1,1')
    await page.keyboard.press('Enter')
    await page.getByText(w('page.sites.none.narrowed')).waitFor()
    await page.getByLabel(w('page.sites.area')).fill('everywhere')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: w('page.sites.area.wrong') }).waitFor()
    await iris.noFaults('narrowed wrongly')
    await page.getByRole('button', { name: w('page.sites.all') }).click()
    await page.getByLabel(w('page.sites.since')).fill('2199-01-01')
    await page.keyboard.press('Enter')
    await page.getByText(w('page.sites.none.narrowed')).waitFor()
    await page.getByRole('button', { name: w('page.sites.all') }).click()
    await open(iris, `?map=13/${hall.lat}/${hall.lon}`)
    await settled(page)
    await expect.poll(shown).toEqual(every)
    await page.getByRole('button', { name: w('page.sites.area.map') }).click()
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('area')
    await expect.poll(shown).toEqual(every)
  })

  test('the server is killed: the same sites, the same chances, the same drawing', async () => {
    const { page } = iris
    await open(iris, `/${here}`)
    const answer = async () => {
      await site(iris).waitFor()
      await page.getByTestId('chance-plot').locator('canvas').waitFor()
      return {
        list: await page.getByTestId('sites').innerText(), steps: await page.getByTestId('steps').innerText(), reports: await page.getByTestId('reports-of-site').innerText(), claims: await page.getByTestId('claims').innerText(),
        outcomes: await page.getByTestId('outcomes').innerText(), where: await page.getByTestId('where').innerText(), api: await get<WholeSite>(iris, `/sites/${here}`), drawn: (await described(page)).filter((d) => d.kind === 'site').map((d) => d.id),
      }
    }
    const before = await answer()
    await story.restart(iris, async () => {
      await iris.noFaults('without a server')
      await iris.screenshot('lost')
    })
    await expect.poll(answer).toEqual(before)
    await page.reload()
    await expect.poll(answer).toEqual(before)
  })

  test('the keyboard alone marks a place in the picture and finds it among the sites', async () => {
    const { page, w } = iris
    const keys = new Keys(page)
    await review(iris, '16:01:40')
    const before = (await all(iris)).reduce((n, s) => n + s.reports, 0)
    await keys.activate(page.getByRole('button', { name: w('page.review.point') }))
    const cross = page.getByRole('button', { name: w('page.review.pointer') })
    expect(await cross.evaluate((e) => e === document.activeElement)).toBe(true)
    const where = async () => placeIn((await page.getByTestId('pin').textContent())!)
    const middle = await where()
    for (let i = 0; i < 4; i++) await keys.press('ArrowRight')
    await keys.press('Shift+ArrowDown')
    expect(metres(await where(), middle)).toBeGreaterThan(3)
    await keys.press('Enter')
    const form = page.getByTestId('mark')
    await form.waitFor()
    await expect.poll(() => form.getByLabel(w('page.mark.class')).evaluate((e) => e === document.activeElement)).toBe(true)
    await page.keyboard.press('ArrowDown')
    await keys.to(form.getByLabel(w('page.mark.note')))
    await keys.type('by keys')
    await keys.activate(form.getByRole('button', { name: w('page.act.do'), exact: true }))
    const link = form.getByTestId('marked').getByRole('link')
    await keys.activate(link)
    await site(iris).waitFor()
    await keys.expectPlace()
    expect((await all(iris)).reduce((n, s) => n + s.reports, 0)).toBe(before + 1)
    await keys.activate(page.getByTestId('sites').locator('button[aria-pressed=false]').first(), 'Space')
    await site(iris).waitFor()
    await iris.noFaults('by keys')
  })

  test.each(['day', 'night', 'red'] as const)('no fault: %s', async (theme) => {
    const { page, w } = lia
    await open(lia, `/${here}`)
    const button = page.getByRole('button', { name: new RegExp(`^(${w('page.theme.day')}|${w('page.theme.night')}|${w('page.theme.red')})$`) })
    for (let tries = 0; tries < 3 && (await page.locator('html').getAttribute('data-theme')) !== theme; tries++) await button.click()
    await page.locator(`html[data-theme=${theme}]`).waitFor()
    await site(lia).waitFor()
    // It stays open from one theme to the next: a click would close it.
    const claim = page.getByText(w('page.sites.claim'), { exact: true })
    if (!(await claim.evaluate((e) => e.closest('details')!.open))) await claim.click()
    const form = page.getByTestId('claim-form')
    await form.getByLabel(w('page.sites.claim.number'), { exact: true }).fill('11440')
    await form.getByRole('button', { name: w('page.sites.claim.look') }).click()
    await form.getByTestId('designated').waitFor()
    expect(await page.locator('body').innerText()).not.toMatch(/\b(page|sign|found|standing)\.[a-z]/)
    await lia.noFaults(theme)
    await lia.screenshot(`${theme}-site`)
  })
})

/** A place on the ellipse of a site, at an angle from its greater axis, or as many times as far from its middle: by the radii of curvature of WGS 84. */
function edgeOf(s: Site, angle: number, scale: number): [number, number] {
  const rad = Math.PI / 180, e2 = 0.00669437999014
  const along = scale * s.ellipse.major_m * Math.cos(angle), beside = scale * s.ellipse.minor_m * Math.sin(angle)
  const turn = s.ellipse.azimuth_deg * rad
  const north = along * Math.cos(turn) - beside * Math.sin(turn), east = along * Math.sin(turn) + beside * Math.cos(turn)
  const w = Math.sqrt(1 - e2 * Math.sin(s.lat * rad) ** 2)
  return [s.lon + east / ((6378137 / w) * Math.cos(s.lat * rad) * rad), s.lat + north / (((6378137 * (1 - e2)) / w ** 3) * rad)]
}

/** At how many of some places the map has drawn the line of a site, within two pixels. */
function lineAt(page: Page, id: number, places: [number, number][]): Promise<number> {
  return page.evaluate(({ id, places }) => {
    const m = document.querySelector<HTMLElement & { overflight: import('../src/map/map').OverflightMap }>('[data-testid=map]')!.overflight.map
    return places.filter((at) => {
      const p = m.project(at)
      return m.queryRenderedFeatures([[p.x - 2, p.y - 2], [p.x + 2, p.y + 2]], { layers: ['sites-ellipse'] }).some((f) => String(f.properties['id']) === String(id))
    }).length
  }, { id, places })
}
