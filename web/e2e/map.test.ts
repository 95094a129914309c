import { mkdirSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { createMap, Measured, Pick, Readout } from '../src/map/map'
import type { MovingFrame } from '../src/live/frame'
import { launch, serve, type Site } from './map.serve'

interface Overflight {
  map: ReturnType<typeof createMap>
  seen: { picks: Pick[][]; measured: Measured[]; readouts: (Readout | undefined)[]; errors: string[] }
  frame: MovingFrame
  now: number
  emptyFrame: MovingFrame
  populate(): void
}
declare global {
  interface Window {
    overflight: Overflight
  }
}

// Two states with a common limit, near enough to the real one to look at.
const limit = [[-118, 32.5], [-114.8, 32.5], [-111, 31.33], [-108.2, 31.33], [-108.2, 31.78], [-106.5, 31.78], [-104.9, 30.6], [-104.4, 29.5], [-103, 29], [-101.4, 29.8], [-97.1, 25.9]]
const state = (name: string, ring: number[][]) =>
  ({ type: 'Feature', properties: { state: name }, geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] } })
const airspace = JSON.stringify({
  type: 'FeatureCollection',
  features: [state('MEX', [...limit, [-97, 18], [-118, 18]]), state('USA', [...limit.toReversed(), [-118, 45], [-97, 45]])],
})

const shots = process.env.SHOTS
let site: Site
let browser: Browser
let page: Page
const requests: string[] = []
const complaints: string[] = []

beforeAll(async () => {
  site = await serve('e2e/map.html', { '/e2e/airspace.json': airspace })
  browser = await launch()
  const context = await browser.newContext({ viewport: { width: 1000, height: 600 }, reducedMotion: 'reduce', locale: 'es-MX', timezoneId: 'UTC' })
  page = await context.newPage()
  page.on('request', (r) => requests.push(r.url()))
  page.on('console', (m) => {
    if (['error', 'warning'].includes(m.type())) complaints.push(m.text())
  })
  page.on('pageerror', (e) => complaints.push(e.message))
  await page.goto(site.address)
  await page.waitForSelector('html[data-ready=yes]')
  await settled()
  if (shots) mkdirSync(shots, { recursive: true })
})

afterAll(async () => {
  await browser?.close()
  await site?.close()
})

/** Waits until nothing is left to load and the newest picture is drawn. */
async function settled(): Promise<void> {
  await page.waitForFunction(() => window.overflight.map.map.loaded() && !window.overflight.map.map.isMoving() && window.overflight.map.map.areTilesLoaded())
  await page.evaluate(() => new Promise<void>((done) => {
    const m = window.overflight.map.map
    m.once('render', () => done())
    m.triggerRepaint()
  }))
}

async function shot(name: string): Promise<void> {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}

const pixelOf = (lon: number, lat: number) => page.evaluate(([x, y]) => {
  const p = window.overflight.map.map.project([x!, y!])
  return { x: p.x, y: p.y }
}, [lon, lat])

/** The colour on the canvas; it can only be read while a frame is drawn. */
const colourAt = (p: { x: number; y: number }) => page.evaluate(({ x, y }) => new Promise<number[]>((done) => {
  const m = window.overflight.map.map
  m.once('render', () => {
    done([...window.overflight.map.picture().getContext('2d')!.getImageData(Math.round(x), Math.round(y) - 1, 1, 1).data])
  })
  m.triggerRepaint()
}), p)

test('the ground is drawn: the worker came up and the countries are there', async () => {
  await page.evaluate(() => window.overflight.map.setView({ lon: -101, lat: 27, zoom: 4 }))
  await settled()
  await shot('ground')
  const counts = await page.evaluate(() => {
    const { map } = window.overflight.map
    const count = (id: string) => map.queryRenderedFeatures({ layers: [id] }).length
    return { loaded: map.loaded(), land: count('land'), borders: count('borders'), names: count('countries'), graticule: count('graticule') }
  })
  expect(counts.loaded).toBe(true)
  expect(counts.land).toBeGreaterThan(0)
  expect(counts.borders).toBeGreaterThan(0)
  expect(counts.names).toBeGreaterThan(0)
  expect(counts.graticule).toBeGreaterThan(0)
  await page.evaluate(() => window.overflight.map.setView({ lon: -106.4, lat: 31.2, zoom: 6.6 }))
  await settled()
})

test('the canvas is named in the language of the page', async () => {
  expect(await page.getByRole('region', { name: 'Mapa del vuelo' }).count()).toBe(1)
  expect(await page.getByRole('button', { name: 'Acercar' }).count()).toBe(1)
  await page.evaluate(() => window.overflight.map.setLanguage('en', { canvas: 'Flight map', zoomIn: 'Zoom in', zoomOut: 'Zoom out' }))
  expect(await page.getByRole('region', { name: 'Flight map' }).count()).toBe(1)
  expect(await page.getByRole('button', { name: 'Zoom out' }).count()).toBe(1)
})

describe('with everything on it', () => {
  beforeAll(async () => {
    await page.evaluate(() => window.overflight.populate())
    await settled()
  })

  test('an aircraft is found at its pixel, and its own pixels are drawn there', async () => {
    const p = await pixelOf(-106.9, 31.55)
    const hit = await page.evaluate(({ x, y }) => window.overflight.map.moving.at(x, y), p)
    expect(hit[0]).toMatchObject({ kind: 'aircraft', id: 1 })
    expect(hit[0]!.distance).toBeLessThan(1)
    expect(await colourAt(p)).toEqual([0x0b, 0x4f, 0x8a, 255])
  })

  test('footprints are found inside and not in their notch', async () => {
    const ids = async (lon: number, lat: number) => {
      const p = await pixelOf(lon, lat)
      return page.evaluate(({ x, y }) => window.overflight.map.moving.at(x, y).map((h) => h.kind + h.id), p)
    }
    expect(await ids(-106.45, 31.8)).toContain('footprint1')
    expect(await ids(-106.1, 30.78)).toContain('footprint2')
    expect(await ids(-106.1, 30.55)).not.toContain('footprint2')
    expect(await ids(-103, 33)).toEqual([])
  })

  test('a click selects what is under it, the moving first', async () => {
    const at = await pixelOf(-106.9, 31.55)
    await page.mouse.click(at.x, at.y)
    const picks = await page.evaluate(() => window.overflight.seen.picks.at(-1)!)
    expect(picks[0]).toEqual({ kind: 'aircraft', id: '1' })
    const kinds = picks.map((p) => p.kind)
    expect(kinds).toContain('track')
    expect(kinds).toContain('airspace')
    const entry = await pixelOf(-108.0, 31.5)
    await page.mouse.click(entry.x, entry.y)
    expect(await page.evaluate(() => window.overflight.seen.picks.at(-1)!.map((p) => p.id))).toEqual(expect.arrayContaining(['entry-1', 'flight-1', 'MEX']))
    const pin = await pixelOf(-109.0, 31.3)
    await page.mouse.click(pin.x, pin.y - 8)
    expect(await page.evaluate(() => window.overflight.seen.picks.at(-1)!.map((p) => p.id))).toContain('pin-2')
  })

  test('describe() says all of it', async () => {
    const all = await page.evaluate(() => window.overflight.map.describe().map((d) => `${d.kind} ${d.id}${d.stale ? ' stale' : ''}${d.standing ? ` ${d.standing}` : ''}`))
    expect(all).toEqual(expect.arrayContaining([
      'aircraft 1', 'aircraft 2', 'aircraft 3 stale', 'aircraft 4', 'footprint 1', 'footprint 2', 'footprint 3 stale',
      'entry entry-1 uncleared', 'entry entry-2 notified', 'track flight-1', 'looked looked-1', 'pin pin-1', 'pin pin-2', 'airspace MEX uncleared', 'airspace USA cleared',
    ]))
    expect(all).not.toContain('aircraft 5') // its position is not known
  })

  test('every look of the map, without a complaint', async () => {
    await page.evaluate(() => window.overflight.map.select([{ kind: 'aircraft', id: '2' }, { kind: 'pin', id: 'pin-1' }]))
    for (const theme of ['day', 'night', 'red'] as const) {
      await page.evaluate((name) => window.overflight.map.setTheme(name), theme)
      await settled()
      await shot(`all-${theme}`)
    }
    await page.evaluate(() => window.overflight.map.setTheme('day'))
    await page.evaluate(() => window.overflight.map.select([]))
    await settled()
    expect(complaints).toEqual([])
    expect(await page.evaluate(() => window.overflight.seen.errors)).toEqual([])
  })

  test('nothing that a checker of accessibility objects to', async () => {
    const found = await new AxeBuilder({ page: page as never }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([])
  })

  test('one aircraft kept in the middle, by itself let go of', async () => {
    await page.evaluate(() => {
      const { map, frame } = window.overflight
      map.follow({ id: 2, what: 'aircraft' })
      const lonLat = frame.lonLat.slice()
      lonLat[2] = -105e7
      map.setFrame({ ...frame, sequence: 5, lonLat })
    })
    await settled()
    expect((await page.evaluate(() => window.overflight.map.view)).lon).toBeCloseTo(-105, 6)
    await page.evaluate(() => {
      const { map, frame } = window.overflight
      map.follow(undefined)
      map.setFrame({ ...frame, sequence: 6 })
      map.setView({ lon: -106.4, lat: 31.2, zoom: 6.6 })
    })
    await settled()
  })

  test('of frames that come faster than they are drawn the newest is drawn and no other', async () => {
    const drawn = await page.evaluate(() => new Promise<number[]>((done) => {
      const { map, frame } = window.overflight
      const seen: number[] = []
      const box = map.map.getContainer()
      const look = () => {
        seen.push(map.moving.frame.sequence)
        if (seen.at(-1) === 106) {
          box.removeEventListener('drawn', look)
          done(seen)
        }
      }
      box.addEventListener('drawn', look)
      for (let i = 100; i <= 106; i++) map.setFrame({ ...frame, sequence: i })
    }))
    expect(new Set(drawn.filter((n) => n >= 100))).toEqual(new Set([106]))
  })

  test('a lost graphics context comes back with everything on it', async () => {
    const p = await pixelOf(-106.9, 31.55)
    await page.evaluate(() => new Promise<void>((done) => {
      const { map } = window.overflight.map
      const loss = map.getCanvas().getContext('webgl2')!.getExtension('WEBGL_lose_context')!
      map.once('webglcontextlost', () => setTimeout(() => loss.restoreContext(), 50))
      map.once('webglcontextrestored', () => done())
      loss.loseContext()
    }))
    await settled()
    expect(await colourAt(p)).toEqual([0x0b, 0x4f, 0x8a, 255])
    await shot('restored')
    expect(await page.evaluate(() => window.overflight.map.describe().filter((d) => d.kind === 'entry').length)).toBe(5)
  })

  test('what moves has a graphics context of its own, which comes back too', async () => {
    const before = await page.evaluate(() => window.overflight.map.moving.account())
    expect(before.aircraft.length).toBeGreaterThan(0)
    const after = await page.evaluate(() => new Promise((done) => {
      const { moving, map } = window.overflight.map
      const loss = moving.canvas.getContext('webgl2')!.getExtension('WEBGL_lose_context')!
      moving.canvas.addEventListener('webglcontextlost', () => setTimeout(() => loss.restoreContext(), 50), { once: true })
      moving.canvas.addEventListener('webglcontextrestored', () => map.getContainer().addEventListener('drawn', () => done(moving.account()), { once: true }), { once: true })
      loss.loseContext()
    }))
    expect(after).toEqual(before)
  })

  test('a footprint grown too old is gone from the picture and from under the pointer', async () => {
    const p = await pixelOf(-106.45, 31.8)
    await page.evaluate(() => window.overflight.map.moving.setNow(window.overflight.now + 200_000))
    await settled()
    expect(await page.evaluate(({ x, y }) => window.overflight.map.moving.at(x, y), p)).toEqual([])
    await page.evaluate(() => window.overflight.map.moving.setNow(window.overflight.now))
    await settled()
  })
})

describe('measuring', () => {
  test('a polygon by keys alone', async () => {
    await page.evaluate(() => {
      window.overflight.seen.measured.length = 0
      window.overflight.map.startTool('polygon')
    })
    const press = async (key: string, times = 1) => {
      for (let i = 0; i < times; i++) await page.keyboard.press(key)
    }
    await press('Enter')
    await press('ArrowRight', 15)
    await press('Enter')
    await press('ArrowDown', 10)
    await press('Enter')
    await press('ArrowUp', 3)
    await press('Enter')
    await press('Backspace')
    await settled()
    await shot('measure-polygon')
    await press('Escape')
    const m = await page.evaluate(() => window.overflight.seen.measured.at(-1)!)
    expect(m.done).toBe(true)
    expect(m.vertices).toHaveLength(3)
    expect(m.legs).toHaveLength(3)
    expect(m.area).toBeGreaterThan(1e9)
    const readout = await page.evaluate(() => window.overflight.seen.readouts.at(-1))
    expect(readout!.by).toBe('keyboard')
    // the map itself stood still
    expect((await page.evaluate(() => window.overflight.map.view)).lon).toBeCloseTo(-106.4, 6)
  })

  test('a line by clicks, ended by a double click', async () => {
    await page.evaluate(() => window.overflight.map.startTool('line'))
    await page.mouse.click(300, 200)
    await page.mouse.click(500, 300)
    await page.mouse.dblclick(600, 200)
    await settled()
    const m = await page.evaluate(() => window.overflight.seen.measured.at(-1)!)
    expect(m).toMatchObject({ done: true, kind: 'line' })
    expect(m.vertices).toHaveLength(3)
    expect(m.legs).toHaveLength(2)
    expect((await page.evaluate(() => window.overflight.map.view)).zoom).toBeCloseTo(6.6, 6)
  })

  test('range rings', async () => {
    await page.evaluate(() => window.overflight.map.startTool('rings', [25_000, 50_000, 100_000]))
    await page.mouse.click(500, 300)
    await settled()
    await shot('rings')
    expect(await page.evaluate(() => window.overflight.map.map.queryRenderedFeatures({ layers: ['tool-line'] }).length)).toBeGreaterThan(2)
    await page.evaluate(() => window.overflight.map.clearTool())
    await settled()
    expect(await page.evaluate(() => window.overflight.map.map.queryRenderedFeatures({ layers: ['tool-line', 'tool-vertices'] }).length)).toBe(0)
  })
})

test('the world around 180° and its copies', async () => {
  await page.evaluate(() => {
    const { map, emptyFrame, now } = window.overflight
    const e7 = (...d: number[]) => Int32Array.from(d, (v) => Math.round(v * 1e7))
    map.setFrame({
      ...emptyFrame, sequence: 2, time: now, ids: Uint32Array.of(9), flags: Uint8Array.of(0), instants: Float64Array.of(now), lonLat: e7(179.2, -17), heading: Float32Array.of(90),
      altitude: Float32Array.of(NaN), footprintOf: Uint32Array.of(9), footprintFlags: Uint8Array.of(0), footprintInstants: Float64Array.of(now),
      footprints: e7(179.5, -16, -179, -16.2, -179.2, -17.5, 179.6, -17.8), footprintCentres: e7(-179.8, -17), footprintDoubt: Float32Array.of(NaN),
    })
    map.setView({ lon: 180, lat: -17, zoom: 6 })
  })
  await settled()
  await shot('antimeridian')
  for (const lon of [179.7, 180.6]) {
    const p = await pixelOf(lon, -16.8)
    expect(await page.evaluate(({ x, y }) => window.overflight.map.moving.at(x, y).map((h) => h.kind + h.id), p)).toEqual(['footprint9'])
  }
  await page.evaluate(() => window.overflight.map.setView({ lon: 0, lat: 10, zoom: 0.3 }))
  await settled()
  await shot('world')
  for (const lon of [179.2, 179.2 - 360]) {
    const p = await pixelOf(lon, -17)
    expect(await page.evaluate(({ x, y }) => window.overflight.map.moving.at(x, y)[0], p)).toMatchObject({ kind: 'aircraft', id: 9 })
  }
})

test('nobody but our own server was asked, and nothing complained', () => {
  const origin = new URL(site.address).origin
  expect(requests.length).toBeGreaterThan(3)
  expect(requests.filter((r) => !r.startsWith(origin) && !r.startsWith('data:') && !r.startsWith('blob:'))).toEqual([])
  expect(complaints).toEqual([])
})
