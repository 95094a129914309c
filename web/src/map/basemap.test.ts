import { readFileSync } from 'node:fs'
import { geometryContains } from './inside'
import { expect, test } from 'vitest'
import { feature } from 'topojson-client'
import { countryLabels } from './basemap'
import { fileOf, groundOf, unrolled, withoutSeam, type Atlas } from './ground'

const atlas = JSON.parse(readFileSync('node_modules/world-atlas/countries-50m.json', 'utf8')) as Atlas
const base = groundOf(atlas)
const countries = feature(atlas, atlas.objects.countries).features.map((f) => ({ ...f, geometry: unrolled(f.geometry) }))

test('every country with a code has one label, inside itself, in both languages', () => {
  const ids = new Set<string>()
  for (const f of countryLabels.features) {
    const { id, en, es } = f.properties as { id: string; en: string; es: string }
    expect(ids.has(id), id).toBe(false)
    ids.add(id)
    expect(en.length).toBeGreaterThan(2)
    expect(es.length).toBeGreaterThan(2)
    const [lon, lat] = f.geometry.coordinates as [number, number]
    expect(countries.some((c) => c.id === id && [-360, 0, 360].some((turn) => geometryContains(c.geometry, lon + turn, lat))), en).toBe(true)
  }
  expect(ids.size).toBeGreaterThan(230)
  const mexico = countryLabels.features.find((f) => f.properties!.id === '484')
  expect(mexico!.properties).toMatchObject({ en: 'Mexico', es: 'México' })
})

test('no ring jumps from one edge of the world to the other', () => {
  let past = 0
  let jumps = 0
  let open = 0
  for (const geometry of [base.land, ...countries.map((c) => c.geometry)]) {
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : []
    for (const ring of polygons.flat()) {
      if (String(ring[0]) !== String(ring[ring.length - 1])) open++
      ring.slice(1).forEach((p, i) => {
        // along the pole one may: the map has no pole
        if (Math.abs(p[1]!) < 89.9 && Math.abs(p[0]! - ring[i]![0]!) >= 180) jumps++
        if (Math.abs(p[0]!) > 180) past++
      })
    }
  }
  expect({ jumps, open }).toEqual({ jumps: 0, open: 0 })
  expect(past).toBeGreaterThan(0) // Russia and Fiji do lie across 180°
})

test('no line where the data was cut', () => {
  let seams = 0
  for (const lines of [base.borders, base.coast]) {
    for (const line of lines.coordinates) {
      line.slice(1).forEach((p, i) => {
        const q = line[i]!
        if (Math.abs(p[0]! - q[0]!) >= 180 || (Math.abs(p[0]!) === 180 && Math.abs(q[0]!) === 180)) seams++
      })
    }
  }
  expect(seams).toBe(0)
  expect(withoutSeam({ type: 'MultiLineString', coordinates: [[[179, 1], [180, 2], [180, 3], [179, 4]]] }).coordinates).toEqual([
    [[179, 1], [180, 2]], [[180, 3], [179, 4]],
  ])
})

test('the ground around the pole is ground, and its sea is sea', () => {
  const ground = (lon: number, lat: number) => [-360, 0, 360].some((turn) => geometryContains(base.land, lon + turn, lat))
  expect(ground(0, -85)).toBe(true)
  expect(ground(120, -75)).toBe(true)
  expect(ground(-45, -70)).toBe(false)
  expect(ground(0, -60)).toBe(false)
})

test('the file of a part holds every place of it to half a thousandth of a degree', () => {
  const file = JSON.parse(fileOf(base.borders)) as { geometry: typeof base.borders }
  expect(file.geometry.coordinates.length).toBe(base.borders.coordinates.length)
  let worst = 0
  file.geometry.coordinates.forEach((line, i) => line.forEach((p, k) => {
    const was = base.borders.coordinates[i]![k]!
    worst = Math.max(worst, Math.abs(p[0]! - was[0]!), Math.abs(p[1]! - was[1]!))
  }))
  expect(worst).toBeGreaterThan(0)
  expect(worst).toBeLessThan(0.00051)
})
