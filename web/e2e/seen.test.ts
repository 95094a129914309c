// Who looked where: a place in every form that people write, an area, and what the looks come to as a picture, against the real server.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Picture } from '../src/map/coverage'
import type { OverflightMap } from '../src/map/map'
import { scaleOf, steps } from '../src/map/scale'
import { described, featuresOf, settled } from './drawn'
import { Keys } from './keys'
import { launch } from './map.serve'
import { binary, inRepository } from './server'
import { type Person, Story } from './story'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
})

type Box = HTMLElement & { overflight: OverflightMap }
interface Drawn {
  columns: number
  rows: number
  /** of the picture that was drawn: how many cells have a colour, how many are hatched */
  coloured: number
  hatched: number
}
interface Grid { north: number; west: number; height: number; width: number; columns: number; rows: number }

/** What the coverage on the map was drawn from. */
async function drawnCoverage(p: Person): Promise<Drawn | null> {
  await settled(p.page)
  return p.page.evaluate(() => {
    const shown = document.querySelector<Box>('[data-testid=map]')!.overflight.coverage.shown
    if (!shown) return null
    let coloured = 0, hatched = 0
    for (const v of shown.shares) {
      if (v >= 0) coloured++
      else if (v < -1.5) hatched++
    }
    return { columns: shown.grid.columns, rows: shown.grid.rows, coloured, hatched }
  })
}

/** The colour of the map in the middle of a cell, read in the turn of a picture; and what the cell has. */
function pixelOf(p: Person, column: number, row: number): Promise<{ share: number; pixel: number[] }> {
  return p.page.evaluate(({ column, row }) => new Promise<{ share: number; pixel: number[] }>((done) => {
    const { map, coverage } = document.querySelector<Box>('[data-testid=map]')!.overflight
    map.once('render', () => {
      const { grid, shares } = coverage.shown as Picture
      const at = map.project([grid.west + (column + 0.5) * grid.width, grid.north - (row + 0.5) * grid.height])
      const gl = map.getCanvas().getContext('webgl2')!
      const ratio = map.getCanvas().width / map.getCanvas().clientWidth
      const pixel = new Uint8Array(4)
      gl.readPixels(Math.round(at.x * ratio), Math.round(map.getCanvas().height - at.y * ratio), 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
      done({ share: shares[row * grid.columns + column]!, pixel: [...pixel] })
    })
    map.triggerRepaint()
  }), { column, row })
}

const gridOf = (p: Person): Promise<Grid & { best: [number, number]; bare: [number, number] }> => p.page.evaluate(() => {
  const { grid, shares } = document.querySelector<Box>('[data-testid=map]')!.overflight.coverage.shown as Picture
  // Of the surest cells one whose neighbours are nearly as sure, so that a pixel off does not matter.
  let best = -1, bare = -1
  const alike = (i: number) => [i - 1, i + 1, i - grid.columns, i + grid.columns].every((k) => Math.abs(shares[k]! - shares[i]!) < 0.008)
  for (let i = 0; i < shares.length; i++) {
    const column = i % grid.columns, row = (i - column) / grid.columns
    if (column < 4 || row < 4 || column > grid.columns - 5 || row > grid.rows - 5) continue
    if (shares[i]! > 0 && (best < 0 || shares[i]! > shares[best]!) && alike(i)) best = i
    if (bare < 0 && shares[i] === -1 && alike(i)) bare = i
  }
  const at = (i: number): [number, number] => [i % grid.columns, Math.floor(i / grid.columns)]
  return { ...grid, best: at(best), bare: at(bare) }
})

describe.each(['en', 'es'] as const)('who looked where, %s', (language) => {
  let story: Story
  let ana: Person
  let clip = ''
  // A place that the clip of the demonstration shows, in every form that a person may have it in.
  const place = { lat: 31.33172, lon: -110.86026 }
  const forms = ['31.33172, -110.86026', "31° 19.9032' N, 110° 51.6156' W", '31°19\'54.2"N 110°51\'36.9"W', '12R WV 13294 66374', `31° 19.9032' N, 110° 51.6156' O`]
  const command = (...args: string[]) => execFileSync(binary, [...args, '--data', join(story.folder, 'node'), '--lang', language], { encoding: 'utf8' })
  const answer = () => ana.page.getByTestId('answer')
  const hash = () => ana.page.evaluate(() => location.hash)
  const placed = async () => decodeURIComponent(/place=([^&]*)/.exec(await hash())?.[1] ?? '').split(',').map(Number)

  beforeAll(async () => {
    story = new Story(browser, language)
    await story.server.start()
    ana = await story.person()
    await ana.setUp(await story.server.link())
    clip = await ana.ingest(inRepository('internal', 'demo', 'clip.ts'), 'clip')
  })
  afterAll(() => story?.end())
  afterEach(() => story.expectQuiet())

  const open = async (screen: 'page.nav.seen' | 'page.nav.coverage') => {
    await ana.nav('page.nav.ground')
    await ana.page.getByRole('navigation', { name: ana.w('page.nav.ground') }).getByRole('link', { name: ana.w(screen), exact: true }).click()
    await ana.page.getByRole('heading', { name: ana.w(screen), level: 1 }).waitFor()
  }
  const ask = async (text: string, since = '', until = '') => {
    const { page, w } = ana
    await page.getByTestId('place').fill(text)
    await page.getByLabel(w('page.seen.since')).fill(since)
    await page.getByLabel(w('page.seen.until')).fill(until)
    await page.getByRole('button', { name: w('page.seen.ask') }).click()
  }

  test('a coordinate in any form is answered with a sentence, the looks, and where they were from', async () => {
    const { page, w } = ana
    await open('page.nav.seen')
    await page.getByText(w('page.seen.what')).waitFor()
    for (const text of forms) {
      await ask(text)
      await answer().getByText(ana.like('page.seen.pod')).waitFor()
      const [lat = NaN, lon = NaN] = await placed()
      expect(Math.abs(lat - place.lat), text).toBeLessThan(3e-5)
      expect(Math.abs(lon - place.lon), text).toBeLessThan(3e-5)
      expect(await page.getByTestId('place').inputValue()).toBe(text)
    }
    await ask(forms[0]!)
    await expect.poll(placed).toEqual([place.lat, place.lon])
    const rows = page.getByTestId('looks').locator('tbody tr')
    await rows.first().waitFor()
    const looks = await ana.items<{ flight: string; best_time: string; sensor: [number, number]; corners: [number, number][]; pod: number; source: string }>(`/looks?lat=${place.lat}&lon=${place.lon}&limit=1000`)
    expect(await rows.count()).toBe(looks.length)
    expect(looks.length).toBeGreaterThan(0)
    expect(await rows.first().innerText()).toContain(clip)
    // Where the sensors were, and the ground that they saw, as the map has them.
    const sensors = await featuresOf(page, 'sight-sensor')
    for (const l of looks) expect(sensors.some((s) => Math.hypot(s.points[0]![0] - l.sensor[0], s.points[0]![1] - l.sensor[1]) < 1e-3), JSON.stringify(sensors)).toBe(true)
    expect((await described(page)).filter((d) => d.kind === 'sight')).toHaveLength(looks.length)
    await rows.first().getByRole('button').click()
    await page.getByTestId('look').waitFor()
    expect((await featuresOf(page, 'sight-ground-line')).some((f) => f.selected)).toBe(true)
    await ana.screenshot('seen')

    // The same file as the command writes.
    const wait = page.waitForEvent('download')
    await page.getByRole('button', { name: w('page.tempo.csv') }).click()
    expect(readFileSync(await (await wait).path(), 'utf8')).toBe(command('looks', forms[0]!, '--csv'))

    // All of it stands in the address.
    const before = { text: await page.locator('.seen .list').innerText(), hash: await hash() }
    await page.reload()
    await page.getByTestId('look').waitFor()
    expect({ text: (await page.locator('.seen .list').innerText()).replace(/\d+ (s|min|h|d)[^.]*/, ''), hash: await hash() }).toEqual({ ...before, text: before.text.replace(/\d+ (s|min|h|d)[^.]*/, '') })
  })

  test('a look leads to its frame and to the place in it', async () => {
    const { page } = ana
    const look = (await ana.items<{ flight: string; best_time: string }>(`/looks?lat=${place.lat}&lon=${place.lon}`))[0]!
    await page.getByTestId('looks').getByRole('link', { name: clip }).first().click()
    await page.getByRole('heading', { name: clip }).waitFor()
    await ana.settled()
    await page.waitForFunction((time) => document.querySelector('[data-testid=row]')?.textContent?.includes(time), look.best_time.slice(11, 19))
    expect(await page.getByTestId('pin').innerText()).toMatch(/31\.3317/)
    await page.goBack()
    await page.getByTestId('looks').waitFor()
  })

  test('not looked at is an answer, with the nearest ground that was', async () => {
    const { page, w } = ana
    await ask('31.40, -110.86')
    await answer().getByText(ana.like('looks.none')).waitFor()
    const near = await page.evaluate(() => fetch('/api/v1/looks/nearest?lat=31.40&lon=-110.86').then((r) => r.json()) as Promise<{ distance_m: number; flight: string; at: [number, number] }>)
    expect(near.flight).toBe(clip)
    expect(near.distance_m).toBeGreaterThan(100)
    await answer().getByText(ana.like('page.seen.nearest')).waitFor()
    expect([...new Set((await featuresOf(page, 'sight-line')).map((f) => f.id))]).toEqual(['nearest'])
    await answer().getByRole('button', { name: w('page.seen.there') }).click()
    await expect.poll(async () => Math.hypot((await placed())[0]! - near.at[1], (await placed())[1]! - near.at[0])).toBeLessThan(1e-5)
    // Where nothing was flown there is nothing near, and what was flown is not in every period.
    await ask('-17, 179.9999')
    await answer().getByText(ana.like('page.seen.nearest.none')).waitFor()
    await ask(forms[0]!, '2024-01-01', '2024-02-01')
    await answer().getByText(ana.like('looks.none')).waitFor()
    expect(await answer().innerText()).toContain('2024-02-01')
    await ask(forms[0]!, '2025-03-03', '2025-03-04')
    await answer().getByText(ana.like('page.seen.pod')).waitFor()
  })

  test('what cannot be asked is said at its field', async () => {
    const { page, w } = ana
    const asked = async () => (await hash()).replace(/&map=[^&]*/, '')
    const before = await asked()
    for (const text of ['Culiacán', '91, 0', '12R WV 1']) {
      await ask(text)
      await page.getByRole('alert').filter({ hasText: w('page.place.wrong') }).waitFor()
      expect(await page.getByTestId('place').getAttribute('aria-invalid')).toBe('true')
    }
    await ask(forms[0]!, '2025-03-04', '2025-03-03')
    await page.getByRole('alert').filter({ hasText: w('page.seen.period.empty') }).waitFor()
    await ask(forms[0]!, 'soon')
    await page.getByRole('alert').filter({ hasText: w('page.act.wrong.instant') }).waitFor()
    await ana.noFaults('wrong')
    expect(await asked()).toBe(before)
  })

  test('an area that is drawn, and one from a file: who looked at it, and its gaps', async () => {
    const { page, w } = ana
    await ask(forms[0]!)
    await page.getByTestId('looks').waitFor()
    const keys = new Keys(page)
    await keys.activate(page.getByRole('button', { name: w('page.coverage.draw') }))
    const far = async (key: string, n: number) => { for (let i = 0; i < n; i++) await keys.press(key) }
    await keys.press('Enter')
    await far('ArrowRight', 5)
    await keys.press('Enter')
    await far('ArrowDown', 5)
    await keys.press('Enter')
    await keys.press('Escape')
    await answer().getByText(ana.like('page.seen.area')).or(answer().getByText(ana.like('looks.area-none'))).waitFor()
    expect(await hash()).toMatch(/filter=area/)

    const area = join(story.folder, 'area.geojson')
    writeFileSync(area, JSON.stringify({ type: 'Polygon', coordinates: [[[-110.9, 31.31], [-110.82, 31.31], [-110.82, 31.35], [-110.9, 31.35], [-110.9, 31.31]]] }))
    await page.getByTestId('area-file').setInputFiles(area)
    await answer().getByText(ana.like('page.seen.area')).waitFor()
    const told = JSON.parse(command('looks', area, '--json')) as { seen_km2: number; gaps: { area_km2: number }[]; flights: unknown[] }
    expect(await page.getByTestId('area-looks').locator('tbody tr').count()).toBe(told.flights.length)
    expect(await page.getByTestId('gaps').locator('tbody tr').count()).toBe(told.gaps.length)
    for (const [bad, key] of [['{', 'page.coverage.file.json'], ['{"type":"Point","coordinates":[0,0]}', 'page.coverage.file.polygon'], ['{"type":"Polygon","coordinates":[[[0,0],[999,0],[0,1]]]}', 'page.coverage.file.corners']] as const) {
      await page.getByTestId('area-file').setInputFiles({ name: 'bad.geojson', mimeType: 'application/json', buffer: Buffer.from(bad) })
      await page.getByRole('alert').filter({ hasText: w(key) }).waitFor()
    }
  })

  test('coverage is drawn cell by cell as it is told, and told where it is pointed at', async () => {
    const { page, w } = ana
    await open('page.nav.coverage')
    await page.getByText(w('page.coverage.what')).waitFor()
    await page.getByRole('button', { name: clip }).click()
    await answer().getByText(ana.like('page.coverage.sum')).waitFor()
    const raw = await page.evaluate((flight) => fetch(`/api/v1/flights/${flight}/coverage?layers=all`).then(async (r) => Array.from(new Uint32Array((await r.arrayBuffer()).slice(4, 12)))), clip)
    const drawn = (await drawnCoverage(ana))!
    expect([drawn.columns, drawn.rows]).toEqual(raw)
    expect(drawn.coloured).toBeGreaterThan(1000)
    expect(drawn.hatched).toBe(0)
    await ana.screenshot('coverage')
    // Fields and button are one line, and so is the bar under the map, with the longest form of coordinates in it.
    const top = async (what: Locator) => (await what.boundingBox())!.y
    expect(await top(page.getByRole('button', { name: w('page.coverage.ask'), exact: true }))).toBe(await top(page.getByLabel(w('page.column.flight'))))
    const form = page.locator('.side').getByLabel(w('page.place.form'))
    await form.selectOption('DMS')
    await page.getByTestId('map').hover()
    await page.getByTestId('readout').getByText('"').waitFor()
    expect(Math.abs((await top(page.getByTestId('readout').getByRole('button'))) - (await top(form)))).toBeLessThan(20)
    await form.selectOption('DD')

    const themeButton = page.getByRole('button', { name: new RegExp(`^(${w('page.theme.day')}|${w('page.theme.night')}|${w('page.theme.red')})$`) })
    const grid = await gridOf(ana)
    for (let i = 0; i < 3; i++) {
      const theme = (await page.locator('html').getAttribute('data-theme')) as 'day' | 'night' | 'red'
      const { share, pixel } = await pixelOf(ana, ...grid.best)
      const scale = scaleOf(theme), k = 4 * Math.round(share * (steps - 1))
      for (let c = 0; c < 3; c++) expect(Math.abs(pixel[c]! - scale[k + c]!), `${theme}: ${pixel} for ${share}`).toBeLessThanOrEqual(6)
      await ana.screenshot(`coverage-${theme}`)
      await themeButton.click()
    }

    // By the pointer, and by the keys.
    const map = (await page.getByTestId('map').boundingBox())!
    const at = await page.evaluate(({ g, c }) => {
      const p = document.querySelector<Box>('[data-testid=map]')!.overflight.map.project([g.west + (c[0] + 0.5) * g.width, g.north - (c[1] + 0.5) * g.height])
      return [p.x, p.y]
    }, { g: grid, c: grid.best })
    await page.mouse.move(map.x + at[0]!, map.y + at[1]!)
    const cell = page.getByTestId('cell')
    await cell.getByText(ana.like('page.coverage.range')).waitFor()
    const keys = new Keys(page)
    await cell.focus()
    const before = await cell.innerText()
    await keys.press('ArrowRight')
    await expect.poll(() => cell.innerText()).not.toBe(before)
    // What is around the cell leaves room for the number of a gap.
    const around = (await page.locator('.map-cell').boundingBox())!
    expect(Math.min(around.width, around.height)).toBeGreaterThanOrEqual(22)
    // To the corner of the raster, which no frame of an orbit shows.
    for (let i = 0; i < 60 && !(await cell.innerText()).includes(w('page.coverage.unlooked')); i++) await keys.press(i % 2 ? 'Shift+ArrowUp' : 'Shift+ArrowLeft')
    expect(await cell.innerText()).toContain(w('page.coverage.unlooked'))
    // Another value has another picture, and stands in the address.
    await page.getByLabel(w('page.coverage.value')).selectOption('looks')
    await expect.poll(hash).toContain('value%3Dlooks')
    await cell.focus()
    await keys.press('Enter')
    await page.getByRole('heading', { name: w('page.nav.seen'), level: 1 }).waitFor()
    await answer().waitFor()
    await page.goBack()
    await cell.waitFor()
  })

  test('a plan beside what was flown: the gaps are those of the command, and it is written as the command writes it', async () => {
    const { page, w } = ana
    const plan = join(story.folder, 'plan.geojson')
    writeFileSync(plan, JSON.stringify({ type: 'FeatureCollection', features: [
      { type: 'Feature', properties: { pod: 0.6 }, geometry: { type: 'Polygon', coordinates: [[[-110.9, 31.31], [-110.82, 31.31], [-110.82, 31.35], [-110.9, 31.35], [-110.9, 31.31]]] } },
      { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[-110.9, 31.31], [-110.82, 31.31]] } },
    ] }))
    await page.getByTestId('plan-file').setInputFiles(plan)
    await answer().getByText(ana.like('page.coverage.beside')).waitFor()
    const out = join(story.folder, `beside-${language}.geojson`)
    command('coverage', clip, '-o', out, '--plan', plan)
    interface Feature { geometry: { coordinates: unknown }; properties: { kind: string; area_km2?: number; [k: string]: unknown } }
    const theirs = (JSON.parse(readFileSync(out, 'utf8')) as { features: Feature[] }).features
    const hatched = theirs.filter((f) => f.properties['planned'] === true && f.properties['looked'] === false).length
    const gaps = theirs.filter((f) => f.properties.kind === 'gap')
    expect(hatched).toBeGreaterThan(100)
    await expect.poll(async () => (await drawnCoverage(ana))?.hatched).toBe(hatched)
    expect(await page.getByTestId('gaps').locator('tbody tr').count()).toBe(Math.min(100, gaps.length))
    expect(await page.getByTestId('gaps').locator('tbody tr').first().innerText()).toContain('1')
    await ana.screenshot('beside')
    const wait = page.waitForEvent('download')
    await page.getByRole('button', { name: 'GeoJSON', exact: true }).click()
    const ours = (JSON.parse(readFileSync(await (await wait).path(), 'utf8')) as { features: Feature[] }).features
    expect(ours.length).toBe(theirs.length)
    for (const [i, f] of ours.entries()) {
      const g = theirs[i]!
      // The areas of the command are those of geodesic outlines, ours those between parallels.
      if (f.properties.area_km2 !== undefined) expect(Math.abs(f.properties.area_km2 - g.properties.area_km2!)).toBeLessThan(2e-4)
      expect({ ...f, properties: { ...f.properties, area_km2: 0 } }).toEqual({ ...g, properties: { ...g.properties, area_km2: 0 } })
    }
    const tif = join(story.folder, `flown-${language}.tif`)
    command('coverage', clip, '-o', tif, '--plan', plan)
    const waitTif = page.waitForEvent('download')
    await page.getByRole('button', { name: 'GeoTIFF', exact: true }).click()
    expect(readFileSync(await (await waitTif).path()).equals(readFileSync(tif))).toBe(true)

    // A gap in the list is flown to.
    await page.getByTestId('gaps').locator('tbody').getByRole('button').first().click()
    await expect.poll(async () => (await featuresOf(page, 'sight-gap')).filter((f) => f.selected).map((f) => f.properties['label'])).toEqual(['1'])
    // Up to a time: the cells stay, and fewer have been looked at.
    const whole = (await drawnCoverage(ana))!
    const slider = page.getByRole('slider', { name: w('page.coverage.upto') })
    await slider.focus()
    await slider.fill('60')
    await expect.poll(async () => (await drawnCoverage(ana))?.coloured).toBeLessThan(whole.coloured)
    const then = (await drawnCoverage(ana))!
    expect(then.coloured).toBeGreaterThan(0)
    expect([then.columns, then.rows]).toEqual([whole.columns, whole.rows])
    await slider.fill('200')
    await expect.poll(() => drawnCoverage(ana)).toEqual(whole)
    // Finer cells for what is shown.
    const { height } = await gridOf(ana)
    await page.getByRole('button', { name: w('page.coverage.finer') }).click()
    await page.getByRole('button', { name: w('page.coverage.whole') }).waitFor()
    await expect.poll(async () => (await drawnCoverage(ana)) && (await gridOf(ana)).height).not.toBe(height)
    await page.getByRole('button', { name: w('page.coverage.whole') }).click()
    await expect.poll(() => drawnCoverage(ana)).toEqual(whole)
  })

  test('killed and started again: the same answers, and what is asked meanwhile is answered after', async () => {
    const { page, w } = ana
    const picture = async () => ({ text: await answer().innerText(), gaps: await page.getByTestId('gaps').innerText(), drawn: await drawnCoverage(ana) })
    const before = await picture()
    await story.restart(ana)
    await page.reload()
    await answer().waitFor()
    await expect.poll(picture).toEqual(before)
    await open('page.nav.seen')
    await ask(forms[0]!)
    await page.getByTestId('looks').waitFor()
    const csv = command('looks', forms[0]!, '--csv')
    await story.restart(ana, async () => {
      await ask('31.40, -110.86')
      await page.getByRole('alert').filter({ hasText: w('page.unreachable') }).first().waitFor()
      await ana.noFaults('seen, without a server')
    })
    await answer().getByText(ana.like('looks.none')).waitFor()
    expect(command('looks', forms[0]!, '--csv')).toBe(csv)
  })

  test('a refusal of the server is told in words', async () => {
    const { page, w } = ana
    await open('page.nav.coverage')
    await page.getByLabel(w('page.column.flight')).fill('LOCAL-2026-0999')
    await page.getByRole('button', { name: w('page.coverage.ask') }).click()
    await page.getByTestId('refused').waitFor()
    await page.getByLabel(w('page.column.flight')).fill('')
    await page.getByLabel(w('page.seen.since')).fill('2024-01-01')
    await page.getByLabel(w('page.seen.until')).fill('2024-01-02')
    await page.getByRole('button', { name: w('page.coverage.ask') }).click()
    await page.getByTestId('refused').filter({ hasText: w('problem.no-ground') }).waitFor()
    // A period of all flights, and an area at the antimeridian that nobody looked at: all of it is a gap.
    await page.goto(`${story.server.address}/#/coverage?filter=${encodeURIComponent('area=-17.1,179.9 -17.1,-179.9 -16.9,-179.9 -16.9,179.9')}`)
    await answer().getByText(ana.like('page.coverage.beside')).waitFor()
    expect(await page.getByTestId('gaps').locator('tbody tr').count()).toBe(1)
    const drawn = (await drawnCoverage(ana))!
    expect(drawn.coloured).toBe(0)
    expect(drawn.hatched / (drawn.columns * drawn.rows)).toBeGreaterThan(0.99) // the last cells may have their middles beyond the edge
    expect((await pixelOf(ana, 3, 3)).share).toBe(-2)
  })

  test.each(['day', 'night', 'red'] as const)('no screen has a fault: %s', async (theme) => {
    const { page, w } = ana
    const themeButton = page.getByRole('button', { name: new RegExp(`^(${w('page.theme.day')}|${w('page.theme.night')}|${w('page.theme.red')})$`) })
    for (let tries = 0; tries < 3 && (await page.locator('html').getAttribute('data-theme')) !== theme; tries++) await themeButton.click()
    await page.goto(`${story.server.address}/#/seen?place=31.33172,-110.86026`)
    await page.getByTestId('looks').locator('tbody tr').first().getByRole('button').click()
    await page.getByTestId('look').waitFor()
    await settled(page)
    await ana.noFaults(`seen, ${theme}`)
    await ana.screenshot(`seen-${theme}`)
    await page.goto(`${story.server.address}/#/coverage/${clip}?filter=${encodeURIComponent('area=31.31,-110.9 31.31,-110.82 31.35,-110.82 31.35,-110.9')}`)
    await page.getByTestId('gaps').waitFor()
    await settled(page)
    await ana.noFaults(`coverage beside an area, ${theme}`)
    await ana.screenshot(`coverage-area-${theme}`)
    if (theme !== 'day') return
    // On a small screen nothing is beyond its edge.
    await page.setViewportSize({ width: 1000, height: 700 })
    const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(await beyond()).toBeLessThanOrEqual(0)
    await ana.screenshot('coverage-small')
    await page.goto(`${story.server.address}/#/seen?place=31.33172,-110.86026`)
    await page.getByTestId('looks').waitFor()
    expect(await beyond()).toBeLessThanOrEqual(0)
    await ana.screenshot('seen-small')
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(`${story.server.address}/#/coverage`)
    expect(await page.locator('body').innerText()).not.toMatch(/\b(page|looks|column|light|look)\.[a-z]/)
  })

  test('the keyboard alone asks for a place, sorts its looks and opens one', async () => {
    const { page, w } = ana
    const keys = new Keys(page)
    await page.goto(`${story.server.address}/#/seen`)
    await page.getByText(w('page.seen.what')).waitFor()
    await keys.to(page.getByTestId('place'))
    await keys.type(forms[3]!)
    await keys.press('Enter')
    await page.getByTestId('looks').waitFor()
    await keys.activate(page.getByTestId('looks').getByRole('button', { name: w('column.range') }))
    await page.locator('[data-testid=looks] th[aria-sort]').filter({ hasText: w('column.range') }).waitFor()
    await keys.activate(page.getByTestId('looks').locator('tbody').getByRole('button').first())
    await page.getByTestId('look').waitFor()
    await keys.activate(page.getByTestId('looks').locator('tbody').getByRole('link').first())
    await page.getByRole('heading', { name: clip }).waitFor()
  })
})
