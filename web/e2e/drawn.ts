// What the map of the page has drawn, asked of the map itself once nothing is left to load.
import type { Page } from 'playwright-core'
import type { Described, OverflightMap } from '../src/map/map'

type Box = HTMLElement & { overflight?: OverflightMap }

export interface Feature {
  id: string
  properties: Record<string, unknown>
  selected: boolean
  /** places, in degrees */
  points: [number, number][]
}

/** Waits until the newest picture of the map is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const m = document.querySelector<Box>('[data-testid=map]')?.overflight?.map
    return document.querySelector<HTMLElement>('[data-testid=map]')?.dataset.ready === 'yes' && m !== undefined && m.loaded() && !m.isMoving() && m.areTilesLoaded()
  })
  await page.evaluate(() => new Promise<void>((done) => {
    const m = document.querySelector<Box>('[data-testid=map]')!.overflight!.map
    m.once('render', () => done())
    m.triggerRepaint()
  }))
}

/** The features of a layer that are drawn. */
export async function featuresOf(page: Page, layer: string): Promise<Feature[]> {
  await settled(page)
  return page.evaluate((layer) => {
    const m = document.querySelector<Box>('[data-testid=map]')!.overflight!.map
    const flat = (c: unknown): [number, number][] => (Array.isArray(c) && typeof c[0] === 'number' ? [c as [number, number]] : Array.isArray(c) ? c.flatMap(flat) : [])
    return m.queryRenderedFeatures({ layers: [layer] }).map((f) => ({
      id: String(f.id ?? f.properties.id), properties: f.properties, selected: f.state.selected === true, points: 'coordinates' in f.geometry ? flat(f.geometry.coordinates) : [],
    }))
  }, layer)
}

/** How many pixels of the map lie between a place and the nearest point or line of a layer; beyond `reach` there is none. */
export async function pixelsFrom(page: Page, layer: string, at: [number, number], reach = 12): Promise<number> {
  await settled(page)
  return page.evaluate(({ layer, at, reach }) => {
    const m = document.querySelector<Box>('[data-testid=map]')!.overflight!.map
    const p = m.project(at)
    for (let r = 0; r <= reach; r++) {
      const near = r === 0 ? m.queryRenderedFeatures([p.x, p.y], { layers: [layer] }) : m.queryRenderedFeatures([[p.x - r, p.y - r], [p.x + r, p.y + r]], { layers: [layer] })
      if (near.length > 0) return r
    }
    return Infinity
  }, { layer, at, reach })
}

/** How many pixels lie between two places on the map as it is shown. */
export function pixelsBetween(page: Page, a: [number, number], b: [number, number]): Promise<number> {
  return page.evaluate(({ a, b }) => {
    const m = document.querySelector<Box>('[data-testid=map]')!.overflight!.map
    const p = m.project(a), q = m.project(b)
    return Math.hypot(p.x - q.x, p.y - q.y)
  }, { a, b })
}

/** All that is in view, as the map tells it to the list beside it. */
export async function described(page: Page): Promise<Described[]> {
  await settled(page)
  return page.evaluate(() => document.querySelector<Box>('[data-testid=map]')!.overflight!.describe())
}

/** The property of the names of countries that is written. */
export async function labelLanguage(page: Page): Promise<unknown> {
  await settled(page)
  return page.evaluate(() => document.querySelector<Box>('[data-testid=map]')!.overflight!.map.getLayoutProperty('countries', 'text-field'))
}
