import { readFileSync } from 'node:fs'
import { geometryContains } from './inside'
import { expect, test } from 'vitest'
import { basemapOf, countryLabels, withoutSeam } from './basemap'

const atlas = JSON.parse(readFileSync('node_modules/world-atlas/countries-50m.json', 'utf8')) as Parameters<typeof basemapOf>[0]
const base = basemapOf(atlas)

test('every country with a code has one label, inside itself, in both languages', () => {
  const ids = new Set<string>()
  for (const f of countryLabels.features) {
    const { id, en, es } = f.properties as { id: string; en: string; es: string }
    expect(ids.has(id), id).toBe(false)
    ids.add(id)
    expect(en.length).toBeGreaterThan(2)
    expect(es.length).toBeGreaterThan(2)
    const [lon, lat] = f.geometry.coordinates as [number, number]
    expect(base.land.features.some((c) => c.id === id && geometryContains(c.geometry, lon, lat)), en).toBe(true)
  }
  expect(ids.size).toBeGreaterThan(230)
  const mexico = countryLabels.features.find((f) => f.properties!.id === '484')
  expect(mexico!.properties).toMatchObject({ en: 'Mexico', es: 'México' })
})

test('no line where the data was cut', () => {
  for (const lines of [base.borders, base.coast]) {
    for (const line of lines.coordinates) {
      line.slice(1).forEach((p, i) => {
        const q = line[i]!
        expect(Math.abs(p[0]!) > 179.999 && Math.abs(q[0]!) > 179.999).toBe(false)
      })
    }
  }
  expect(withoutSeam({ type: 'MultiLineString', coordinates: [[[179, 1], [180, 2], [180, 3], [179, 4]]] }).coordinates).toEqual([
    [[179, 1], [180, 2]], [[180, 3], [179, 4]],
  ])
})
