// Whose airspace was entered: the table and the map say the same.
import { expect, test } from 'vitest'
import { described, featuresOf, labelLanguage, pixelsBetween, settled } from '../drawn'
import type { Sitting } from '../story'

interface Entry {
  flight: string
  source: string
  number: number
  state: string
  first: { lon: number; lat: number }
}

export function entries(at: Sitting) {
  test('entries are a table and a map, with their boundary', async () => {
    const { ana } = at
    const { page } = ana
    await ana.nav('page.nav.entries')
    const rows = page.getByTestId('entries').locator('tbody tr').filter({ hasText: at.clip })
    await rows.first().waitFor()
    expect(await rows.count()).toBe(3)
    const mine = (await ana.items<Entry>('/entries')).filter((e) => e.flight === at.clip)
    expect(mine).toHaveLength(3)
    for (const e of mine) {
      const id = `${e.flight}/${e.source}/${e.number}`
      await rows.nth(mine.indexOf(e)).getByRole('button').click()
      await page.getByRole('heading', { name: e.state, level: 2 }).waitFor()
      await page.getByTestId('entry').getByText('± 50 m').waitFor()
      await expect.poll(async () => (await featuresOf(page, 'entry-crossing')).filter((f) => f.selected).map((f) => f.id)).toContain(id)
      const crossings = (await featuresOf(page, 'entry-crossing')).filter((f) => f.id === id)
      const inward = crossings.find((f) => f.properties.inward === true)!
      expect(await pixelsBetween(page, inward.points[0]!, [e.first.lon, e.first.lat]), id).toBeLessThan(2)
      expect((await described(page)).filter((d) => d.kind === 'entry').map((d) => d.id)).toEqual([id])
      await expect.poll(async () => (await featuresOf(page, 'tracks')).map((f) => f.id)).toContain(e.flight)
    }
    await ana.noFaults()
    await ana.screenshot('entries')
  })

  test('a country leaves its own entries, and one that was not entered none', async () => {
    const { page, w, language } = at.ana
    await page.getByLabel(w('page.entries.state')).fill('mex')
    await page.getByRole('button', { name: w('page.flights.filter') }).click()
    const countries = page.getByTestId('entries').locator('tbody tr td:first-child')
    await expect.poll(async () => new Set(await countries.allTextContents())).toEqual(new Set(['MEX']))
    await page.getByLabel(w('page.entries.state')).fill('FRA')
    await page.getByRole('button', { name: w('page.flights.filter') }).click()
    await page.getByText(w('page.entries.none')).waitFor()
    await page.getByLabel(w('page.entries.state')).fill('M1')
    await page.getByRole('button', { name: w('page.flights.filter') }).click()
    await page.getByRole('alert').filter({ hasText: w('invalid.form') }).waitFor()
    await at.ana.noFaults('entries, refused')
    await page.getByLabel(w('page.entries.state')).fill('')
    await page.getByRole('button', { name: w('page.flights.filter') }).click()
    await countries.filter({ hasText: 'USA' }).first().waitFor()

    // From afar the countries are named as the page speaks.
    const out = page.getByRole('button', { name: w('page.map.out') })
    const mexico = async () => (await featuresOf(page, 'countries')).find((f) => f.id === '484')
    for (let zoomed = 0; zoomed < 14 && !(await mexico()); zoomed++) {
      await out.click()
      await settled(page)
    }
    expect(await labelLanguage(page)).toEqual(['get', language])
    expect((await mexico())?.properties[language]).toBe(language === 'es' ? 'México' : 'Mexico')
  })
}
