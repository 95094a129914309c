// Planning a search in the page, in both languages: drawn with the mouse and typed by keys alone, better before the eyes, kept, and the
// same after the server was killed; two plans side by side; a flight planned anew; files with what they should hold.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Download, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { featuresOf, settled } from './drawn'
import { Keys } from './keys'
import { launch } from './map.serve'
import { print } from '../src/place/coordinates'
import { inRepository } from './server'
import { Story, type Person } from './story'
import { enter } from './stories/users'

let browser: Browser
beforeAll(async () => {
  browser = await launch([])
})
afterAll(async () => {
  await browser?.close()
})

/** Where a place is on the screen. */
const onScreen = (page: Page, lon: number, lat: number) =>
  page.evaluate(([lon, lat]) => {
    const box = document.querySelector<HTMLElement & { overflight: { map: { project(p: [number, number]): { x: number; y: number } } } }>('[data-testid=map]')!
    const p = box.overflight.map.project([lon!, lat!])
    const r = box.getBoundingClientRect()
    return { x: r.x + p.x, y: r.y + p.y }
  }, [lon, lat])

const percent = (text: string) => Number(text.replace(/[^\d.]/g, ''))
const text = async (d: Download) => readFileSync(await d.path(), 'utf8')

describe.each(['en', 'es'] as const)('a search is planned, %s', (language) => {
  let story: Story
  let ana: Person
  const figures = async () => {
    const of = (id: string) => ana.page.getByTestId(id).textContent()
    return [await of('pos'), await of('bound'), await of('share')]
  }
  const panel = () => ana.page.getByRole('group', { name: ana.w('page.plan.sides') })
  const side = (key: 'page.plan.task' | 'page.plan.result' | 'page.plan.kept') => panel().getByRole('button', { name: ana.w(key), exact: true }).click()
  const fill = async (key: Parameters<Person['w']>[0], value: string) => {
    await ana.page.getByLabel(ana.w(key), { exact: true }).fill(value)
    await ana.page.getByLabel(ana.w(key), { exact: true }).blur()
  }
  const planned = async () => {
    await ana.page.getByRole('button', { name: ana.w('page.plan.do'), exact: true }).click()
    await ana.page.getByTestId('plan-files').waitFor()
  }
  const keep = async (name: string) => {
    await ana.page.getByLabel(ana.w('page.plan.name'), { exact: true }).fill(name)
    await ana.page.getByRole('button', { name: ana.w('page.plan.keep.do') }).click()
    await ana.page.getByTestId('plan-on-record').filter({ hasText: name }).waitFor()
  }
  const download = async (name: string) => {
    const wait = ana.page.waitForEvent('download')
    await ana.page.getByTestId('plan-files').getByRole('link', { name, exact: true }).click()
    return text(await wait)
  }

  let drawn: (string | null)[] = []
  beforeAll(async () => {
    story = new Story(browser, language)
    await story.server.start()
    ana = await story.person()
    await ana.setUp(await story.server.link())
  })
  afterAll(() => story?.end())
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await ana.screenshot(`plan-failed-${task.name.slice(0, 12)}`)
    story.expectQuiet()
  })

  test('an area is drawn with the mouse, and its plan becomes better before the eyes', async () => {
    const { page, w } = ana
    await page.goto(`${story.server.address}/#/plan?map=7/24.5/-106.5`)
    await page.getByRole('heading', { name: w('page.plan.title'), level: 1 }).waitFor()
    await page.getByText(w('page.plan.none')).waitFor()
    await settled(page)
    await page.getByRole('button', { name: w('page.plan.draw.area') }).click()
    for (const [lon, lat] of [[-107, 24], [-106, 24], [-106, 25], [-106.9, 25.1]] as const) {
      const p = await onScreen(page, lon, lat)
      await page.mouse.click(p.x, p.y)
    }
    const last = await onScreen(page, -106.9, 25.1)
    await page.mouse.dblclick(last.x, last.y)
    const shapes = page.getByTestId('plan-shapes')
    await shapes.getByRole('button', { name: w('page.plan.area.n', 1), exact: true }).waitFor()
    await expect.poll(async () => new Set((await featuresOf(page, 'plan-area')).map((f) => f.id)).size).toBe(1)
    const corners = page.getByLabel(w('page.plan.corners'), { exact: true })
    expect((await corners.inputValue()).split('\n')).toHaveLength(4)

    // A corner is dragged, and the drag is taken back in one step.
    const before = await corners.inputValue()
    const from = await onScreen(page, -106, 25), to = await onScreen(page, -105.8, 25.2)
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2)
    await page.mouse.move(to.x, to.y)
    await page.mouse.up()
    await expect.poll(async () => (await corners.inputValue()).split('\n')[2]).toMatch(/^25\.[12]\d+, -105\.[78]/)
    await page.getByRole('button', { name: w('page.plan.undo') }).click()
    expect(await corners.inputValue()).toBe(before)

    // A zone by Enter; what is cancelled leaves nothing; the arrow keys have a cross of their own, whose second Enter on a place ends the zone.
    const zones = async () => (await shapes.locator('li').count()) - 1
    await page.getByRole('button', { name: w('page.plan.draw.zone') }).click()
    for (const [lon, lat] of [[-106.6, 24.4], [-106.4, 24.4], [-106.5, 24.55]] as const) {
      const p = await onScreen(page, lon, lat)
      await page.mouse.click(p.x, p.y)
    }
    await page.keyboard.press('Enter')
    await expect.poll(zones).toBe(1)
    await page.getByRole('button', { name: w('page.plan.draw.zone') }).click()
    await page.mouse.click(from.x, from.y)
    await page.keyboard.press('Escape')
    expect(await page.getByRole('button', { name: w('page.plan.draw.zone') }).getAttribute('aria-pressed')).toBe('false')
    expect(await zones()).toBe(1)
    await page.getByRole('button', { name: w('page.plan.draw.zone') }).click()
    for (const key of ['ArrowRight', 'Enter', 'ArrowRight', 'Enter', 'ArrowUp', 'Enter', 'Enter']) await page.keyboard.press(key)
    await expect.poll(zones).toBe(2)
    await page.getByRole('button', { name: w('page.plan.delete', w('page.plan.zone.n', 2)) }).click()
    await expect.poll(zones).toBe(1)

    // The base is picked on the map.
    await page.getByRole('button', { name: w('page.plan.base.pick') }).click()
    const base = await onScreen(page, -107.4, 24.6)
    await page.mouse.click(base.x, base.y)
    await expect.poll(() => page.getByLabel(w('page.plan.base'), { exact: true }).inputValue()).toMatch(/^24\.[56]\d+, -107\.[34]/)
    await fill('page.plan.hours', '6')
    await fill('page.plan.sorties', '2')
    await page.getByText(w('page.plan.more')).click()
    await fill('page.plan.iterations', '10000')
    await page.getByRole('button', { name: w('page.plan.do'), exact: true }).click()
    // The first plan is there while the work goes on.
    await page.getByTestId('pos').waitFor()
    const first = percent((await page.getByTestId('share').textContent()) ?? '')
    await page.getByTestId('plan-files').waitFor()
    drawn = await figures()
    expect(percent(drawn[2]!)).toBeGreaterThanOrEqual(first)
    expect(percent(drawn[0]!)).toBeLessThanOrEqual(percent(drawn[1]!))
    await page.getByTestId('plan-steps').getByText(ana.like('page.plan.steps')).waitFor()
    expect(await page.getByTestId('plan-sorties').locator('tbody tr').count()).toBe(2)
    expect(await page.getByTestId('plan-patterns').locator('tbody tr').count()).toBeGreaterThan(3)
    expect(await page.getByTestId('plan-assumptions').locator('li').count()).toBeGreaterThan(4)

    // The map draws what the tables say: lanes of both sorties, turns, swaths, arrows, numbers, and the probability under them.
    await page.getByRole('button', { name: w('page.plan.fit') }).click()
    await expect.poll(async () => new Set((await featuresOf(page, 'plan-lane')).map((f) => f.properties.sortie))).toEqual(new Set([1, 2]))
    expect((await featuresOf(page, 'plan-link')).length).toBeGreaterThan(0)
    expect((await featuresOf(page, 'plan-swath')).length).toBeGreaterThan(0)
    expect((await featuresOf(page, 'plan-arrow')).length).toBeGreaterThan(0)
    await expect.poll(async () => new Set((await featuresOf(page, 'plan-number')).map((f) => f.properties.label))).toEqual(new Set(['1', '2']))
    const inside = await onScreen(page, -106.5, 24.5)
    await page.mouse.move(inside.x, inside.y)
    await page.getByTestId('plan-density').filter({ hasText: /0\.0\d+/ }).waitFor()
    const off = await onScreen(page, -107.3, 24.9) // nothing lies there, or it is off the map of the areas
    await page.mouse.move(off.x, off.y)
    await expect.poll(async () => [w('page.plan.density.off'), w('page.plan.density.here', '0.000')].includes((await page.getByTestId('plan-density').textContent()) ?? '')).toBe(true)
    await ana.screenshot('plan-drawn')
    await ana.noFaults('a plan')
    await keep('Norte')
  })

  test('its files hold what the plan says', async () => {
    const { w } = ana
    const route = JSON.parse(await download(w('page.plan.export.geojson'))) as { features: { geometry: { type: string }; properties: { sortie: number; sensed: boolean } }[] }
    expect(new Set(route.features.map((f) => f.properties.sortie))).toEqual(new Set([1, 2]))
    expect(route.features.filter((f) => f.geometry.type === 'Polygon')).toHaveLength(route.features.filter((f) => f.geometry.type === 'LineString' && f.properties.sensed).length)
    const document = JSON.parse(await download(w('page.plan.export.json'))) as { kind: string; pos: number; bound: number; sorties: unknown[] }
    expect(document.kind).toBe('search-plan/v1')
    expect(document.sorties).toHaveLength(2)
    expect((100 * document.pos).toFixed(1)).toBe(percent(drawn[0]!).toFixed(1))
    const kml = await download(w('page.plan.export.kml'))
    expect(kml).toContain('http://www.opengis.net/kml/2.2')
    expect(kml).toContain(language === 'es' ? 'Salida 2' : 'Sortie 2')
    const mission = JSON.parse(await download(w('page.plan.export.mission', 2))) as { fileType: string; mission: { items: unknown[] } }
    expect(mission.fileType).toBe('Plan')
    expect(mission.mission.items.length).toBeGreaterThan(4)
    expect(await download(w('page.plan.export.table'))).toContain(`${(100 * document.pos).toFixed(1)} %`)
  })

  test('the keyboard alone types an area, a tip and a zone, plans and keeps', async () => {
    const { page, w } = ana
    const keys = new Keys(page)
    await side('page.plan.task')
    await page.getByRole('button', { name: w('page.plan.clear') }).click()
    await page.getByText(w('page.plan.none')).waitFor()
    await page.locator('#main').focus()
    const button = (key: Parameters<Person['w']>[0]) => page.getByRole('button', { name: w(key), exact: true })
    const type = async (lines: string[]) => {
      for (const l of lines) {
        await keys.type(l)
        await keys.press('Enter')
      }
      await keys.press('Tab')
    }
    await keys.activate(button('page.plan.type.area'))
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
    // Each corner in another form: DD, DMM, DMS, MGRS.
    await type(['24.0, -107.0', "24°00.000'N 106°00.000'W", `25°00'00"N 106°00'00"W`, '25.0, -107.0'])
    await expect.poll(async () => new Set((await featuresOf(page, 'plan-area')).map((f) => f.id)).size).toBe(1)
    await keys.activate(button('page.plan.type.tip'))
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
    await keys.type(print({ lon: -106.5, lat: 24.5 }, 'MGRS')!)
    await keys.press('Tab')
    await page.getByTestId('plan-shapes').getByText('σ 5 km').waitFor()
    await keys.activate(button('page.plan.type.zone'))
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
    await type(['24.4, -106.6', '24.4, -106.4', 'nowhere', '24.6, -106.4'])
    await page.getByRole('alert').filter({ hasText: w('page.plan.corners.wrong', 3) }).waitFor()
    await keys.to(page.getByLabel(w('page.plan.corners'), { exact: true }))
    await page.keyboard.press('ControlOrMeta+a')
    await type(['24.4, -106.6', '24.4, -106.4', '24.6, -106.4'])
    await expect.poll(async () => (await featuresOf(page, 'plan-zone')).length).toBeGreaterThan(0)

    const field = async (key: Parameters<Person['w']>[0], value: string) => {
      await keys.to(page.getByLabel(w(key), { exact: true }))
      await page.keyboard.press('ControlOrMeta+a')
      await keys.type(value)
    }
    await field('page.plan.base', '24°36.0\'N 107°24.0\'W')
    await keys.activate(page.getByText(w('page.plan.more'), { exact: true }))
    await field('page.plan.iterations', '30000')
    await field('page.plan.hours', '1.2')
    await keys.activate(button('page.plan.do'))
    // What keeps the plan from being made stands at the field that it is about, in the reader's words.
    const wrong = page.getByTestId('plan-wrong')
    await wrong.filter({ hasText: w('page.plan.hours') }).waitFor()
    expect(await page.getByLabel(w('page.plan.hours'), { exact: true }).getAttribute('aria-invalid')).toBe('true')
    expect(await wrong.textContent()).not.toContain('--')
    await ana.noFaults('a fault')
    await field('page.plan.hours', 'six')
    await keys.activate(button('page.plan.do'))
    await wrong.filter({ hasText: w('page.plan.wrong.number') }).waitFor()
    await field('page.plan.hours', '5')
    await keys.activate(button('page.plan.do'))
    await page.getByTestId('plan-files').waitFor()
    await field('page.plan.name', 'Zona')
    await keys.press('Enter')
    await page.getByTestId('plan-on-record').filter({ hasText: 'Zona' }).waitFor()
    await keys.expectPlace()
  })

  test('after a kill the kept plans have the same figures, and stand side by side', async () => {
    const { page, w } = ana
    const later = await figures()
    // In the middle of a plan: what was shown stays, and it is said that there is no more to come.
    await side('page.plan.task')
    await page.getByText(w('page.plan.more')).click()
    await fill('page.plan.iterations', '5000000')
    await page.getByRole('button', { name: w('page.plan.do'), exact: true }).click()
    await page.getByTestId('plan-steps').waitFor()
    await story.restart(ana, () => page.getByTestId('plan-wrong').filter({ hasText: w('page.plan.broken') }).waitFor())
    expect(await page.getByTestId('pos').count()).toBe(1)
    expect(await page.getByTestId('plan-files').count()).toBe(0)
    await page.reload()
    await expect.poll(figures).toEqual(later)
    await side('page.plan.kept')
    const list = page.getByTestId('plan-kept')
    await list.getByRole('button', { name: 'Norte', exact: true }).click()
    await expect.poll(figures).toEqual(drawn)
    await page.getByTestId('plan-on-record').filter({ hasText: 'Norte' }).waitFor()
    await side('page.plan.kept')
    await list.getByLabel(w('page.plan.compare.mark', 'Norte')).check()
    await list.getByLabel(w('page.plan.compare.mark', 'Zona')).check()
    const compared = page.getByTestId('plan-compared')
    await compared.waitFor()
    expect(await compared.getByRole('row').nth(1).textContent()).toContain(drawn[0]!.trim())
    await expect.poll(async () => new Set((await featuresOf(page, 'plan-lane')).map((f) => f.properties.letter))).toEqual(new Set(['A', 'B']))
    await page.reload()
    await compared.waitFor()
    await ana.screenshot('plan-compared')
    const theme = page.getByRole('button', { name: new RegExp(`^(${w('page.theme.day')}|${w('page.theme.night')}|${w('page.theme.red')})$`) })
    for (const _ of ['day', 'night', 'red']) {
      for (const s of ['page.plan.task', 'page.plan.result', 'page.plan.kept'] as const) {
        await side(s)
        await ana.noFaults(`${s}, ${(await page.locator('html').getAttribute('data-theme')) ?? ''}`)
        await ana.screenshot(`plan-${s.split('.')[2]!}-${(await page.locator('html').getAttribute('data-theme')) ?? ''}`)
      }
      await theme.click()
    }
    expect(await page.locator('body').innerText()).not.toMatch(/\b(page|planning|pattern)\.[a-z]/)
  })

  test('a flight is planned anew from where it was, without what it had looked at', async () => {
    const { page, w } = ana
    const flight = await ana.ingest(inRepository('internal', 'demo', 'clip.ts'), 'clip')
    const fixes = await ana.items<{ time: string; lat: number; lon: number }>(`/flights/${flight}/fixes`)
    const at = fixes[Math.floor(fixes.length / 2)]!
    await ana.nav('page.nav.ground')
    await page.getByRole('heading', { name: w('page.plan.title'), level: 1 }).waitFor()
    await side('page.plan.task')
    await page.getByRole('button', { name: w('page.plan.clear') }).click()
    // The ground around it, from a file.
    const around = join(story.folder, 'around.geojson')
    const ring = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].map(([x, y]) => [at.lon + 0.3 * x!, at.lat + 0.3 * y!])
    writeFileSync(around, JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: { name: 'Around', weight: 2 }, geometry: { type: 'Polygon', coordinates: [ring] } }] }))
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: w('page.plan.file.area') }).click()
    await (await chooser).setFiles(around)
    await page.getByTestId('plan-shapes').getByRole('button', { name: 'Around', exact: true }).waitFor()
    await expect.poll(async () => (await featuresOf(page, 'plan-area')).length).toBeGreaterThan(0) // it is brought into view
    await fill('page.plan.base', `${at.lat - 0.4}, ${at.lon - 0.4}`)
    await fill('page.plan.hours', '5')
    await page.getByText(w('page.plan.more')).click()
    await fill('page.plan.iterations', '30000')
    await page.getByText(w('page.plan.aloft')).click()
    await page.getByRole('combobox', { name: w('page.plan.flight'), exact: true }).selectOption(flight)
    await fill('page.plan.at', at.time)
    await page.getByRole('button', { name: w('page.plan.take') }).click()
    await page.getByTestId('plan-start').filter({ hasText: flight }).waitFor()
    const [lat, lon] = (await page.getByLabel(w('page.plan.start'), { exact: true }).inputValue()).split(',').map(Number)
    expect(Math.hypot(lat! - at.lat, lon! - at.lon)).toBeLessThan(0.02)
    expect(Number(await page.getByLabel(w('page.plan.hours'), { exact: true }).inputValue())).toBeLessThan(5)
    await planned()
    // Where it begins is where it was, and the assumptions say what was taken off.
    const document = JSON.parse(await download(w('page.plan.export.json'))) as { assumptions: string[] }
    expect(document.assumptions.join('\n')).toContain(flight)
    const route = JSON.parse(await download(w('page.plan.export.geojson'))) as { features: { geometry: { coordinates: [number, number][] } }[] }
    const begins = route.features[0]!.geometry.coordinates[0]!
    expect(Math.hypot(begins[0] - at.lon, begins[1] - at.lat)).toBeLessThan(0.02)
    await ana.screenshot('plan-aloft')
    await ana.noFaults('re-planned')
  })

  test('two aircraft share a plan; a sortie that is not on record is named at its field', async () => {
    const { page, w } = ana
    await side('page.plan.task')
    await page.getByRole('button', { name: w('page.plan.frombase') }).click() // it stands open while a flight is taken over
    await page.getByText(w('page.plan.others'), { exact: true }).click()
    await page.getByRole('button', { name: w('page.plan.others.add') }).click()
    const second = page.getByRole('group', { name: w('page.plan.others.n', 2), exact: true })
    await second.getByRole('combobox', { name: w('page.plan.others.n', 2) }).selectOption('heron-1')
    await second.getByLabel(w('page.plan.others.hours')).fill('99')
    await second.getByLabel(w('page.plan.others.hours')).blur()
    await page.getByRole('button', { name: w('page.plan.do'), exact: true }).click()
    await page.getByTestId('plan-others').getByTestId('plan-wrong').filter({ hasText: '99' }).waitFor()
    await second.getByLabel(w('page.plan.others.hours')).fill('8')
    await second.getByLabel(w('page.plan.others.hours')).blur()
    await fill('page.plan.for', 'S-404')
    await page.getByRole('button', { name: w('page.plan.do'), exact: true }).click()
    await page.getByTestId('plan-others').getByTestId('plan-wrong').filter({ hasText: 'S-404' }).waitFor()
    expect(await page.getByLabel(w('page.plan.for'), { exact: true }).evaluate((e) => e === e.ownerDocument.activeElement)).toBe(true)
    await ana.noFaults('more aircraft')
    await ana.screenshot('plan-others')
    await fill('page.plan.for', '')
    await planned()
    expect(await page.getByTestId('plan-sorties').locator('tbody tr').count()).toBe(2)
    await page.getByTestId('plan-closest').waitFor()
    const document = JSON.parse(await download(w('page.plan.export.json'))) as { fleet: { type: string; hours: number }[]; closest: { distance_m: number } }
    expect(document.fleet.map((a) => [a.type, a.hours])).toEqual([['mq-9a', 5], ['heron-1', 8]])
    expect(document.closest.distance_m).toBeGreaterThan(4500) // looked at every ten seconds
    await ana.screenshot('plan-fleet')
  })

  test('who may not plan is told so, and who may not keep reads the plan and its files', async () => {
    const kept = (await ana.items<{ id: string; name: string }>('/plans')).find((p) => p.name === 'Norte')!
    const task = { aircraft: 'mq-9a', base: '24,-107', hours: 5, sweep_km: 4, detection: 0.6, prior: { type: 'FeatureCollection', features: [] } }
    expect(await ana.status('/plans/P-000000000000')).toBe(404)
    expect(await ana.status('/plans', 'POST', task)).toBe(422)

    const aldo = await enter(story, ana, 'aldo', 'auditor')
    await aldo.page.goto(`${story.server.address}/#/plan?filter=${encodeURIComponent(`side=plan&plan=${kept.id}`)}`)
    await aldo.page.getByTestId('plan-on-record').filter({ hasText: 'Norte' }).waitFor()
    expect(await aldo.page.getByTestId('pos').textContent()).toBe(drawn[0])
    const wait = aldo.page.waitForEvent('download')
    await aldo.page.getByTestId('plan-files').getByRole('link', { name: aldo.w('page.plan.export.table') }).click()
    expect(await text(await wait)).toContain(drawn[0]!.trim().replace(/[^\d.]/g, ''))
    expect(await aldo.status(`/plans/${kept.id}/keep`, 'POST', { name: 'Mine' })).toBe(403)
    await aldo.page.getByRole('button', { name: aldo.w('page.plan.resume') }).click()
    await aldo.page.getByRole('button', { name: aldo.w('page.plan.do'), exact: true }).click()
    await aldo.page.getByText(aldo.w('page.plan.keep.role')).waitFor()
    expect(await aldo.page.getByTestId('pos').textContent()).toBe(drawn[0]) // the same task, the same plan, whoever asks
    expect(await aldo.page.getByRole('button', { name: aldo.w('page.plan.keep.do') }).count()).toBe(0)

    const iris = await enter(story, ana, 'iris', 'analyst')
    await iris.page.goto(`${story.server.address}/#/plan`)
    await iris.page.getByText(iris.w('problem.role', (['planner', 'operator', 'liaison', 'auditor', 'administrator'] as const).map((r) => iris.w(`role.${r}`)).join(', '))).waitFor()
    await iris.noFaults('not for your role')
    expect([await iris.status(`/plans/${kept.id}`), await iris.status('/plans', 'POST', task)]).toEqual([403, 403])
  })
})
