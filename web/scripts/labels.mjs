// Writes src/map/labels.json: one label point a country, with its rank and its names, so that the page computes none of it.
// The point is the one deepest inside the largest part: a country of islands is named once, on its main island.
//   node scripts/labels.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { feature } from 'topojson-client'

const require = createRequire(import.meta.url)
const names = require('i18n-iso-countries')
names.registerLocale(require('i18n-iso-countries/langs/en.json'))
names.registerLocale(require('i18n-iso-countries/langs/es.json'))

// The names as maps print them where the list's first one is the formal one, or turned around for an alphabet.
const shorter = new Set(['156', '158', '203', '248', '270', '275', '364', '384', '643', '807', '834', '840'])
const turned = {
  en: { 498: 'Moldova', 583: 'Micronesia', 336: 'Vatican City', 850: 'U.S. Virgin Islands', '092': 'British Virgin Islands' },
  es: { 180: 'República Democrática del Congo' },
}
const nameOf = (id, language) => {
  const all = names.getName(id, language, { select: 'all' })
  return turned[language][id] ?? (language === 'en' && shorter.has(id) ? all[1] : all[0])
}

const atlas = JSON.parse(readFileSync(require.resolve('world-atlas/countries-50m.json'), 'utf8'))
const countries = feature(atlas, atlas.objects.countries).features

/** Distance from a point to the outline of rings, positive inside, in degrees of latitude with longitude shortened. */
function depth(x, y, rings) {
  let inside = false
  let least = Infinity
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i]
      const [bx, by] = ring[j]
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
      const dx = bx - ax
      const dy = by - ay
      const t = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0
      least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy))
    }
  }
  return inside ? least : -least
}

/** The deepest point, by a grid refined around the best cell so far. */
function deepest(rings) {
  const xs = rings[0].map((p) => p[0])
  const ys = rings[0].map((p) => p[1])
  let best = { x: xs[0], y: ys[0], d: -Infinity }
  let [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  for (let round = 0; round < 5; round++) {
    const n = round === 0 ? 40 : 16
    for (let i = 0; i <= n; i++) {
      for (let j = 0; j <= n; j++) {
        const x = west + ((east - west) * i) / n
        const y = south + ((north - south) * j) / n
        const d = depth(x, y, rings)
        if (d > best.d) best = { x, y, d }
      }
    }
    const w = ((east - west) / n) * 1.5
    const h = ((north - south) / n) * 1.5
    ;[west, east, south, north] = [best.x - w, best.x + w, best.y - h, best.y + h]
  }
  return best
}

const wrap = (lon) => lon - 360 * Math.round(lon / 360)

function ringArea(ring) {
  let sum = 0
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) sum += ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1]
  return Math.abs(sum) / 2
}

const largest = new Map()
for (const { id, geometry } of countries) {
  if (id === undefined || !names.getName(id, 'en')) continue // ground without a code of its own is drawn, not named
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  for (const polygon of polygons) {
    const middle = polygon[0].reduce((s, p) => s + p[1], 0) / polygon[0].length
    const k = Math.cos((middle * Math.PI) / 180)
    // rings that cross 180° run on past it, lest the country be as wide as the world
    const first = polygon[0][0][0]
    const flat = polygon.map((ring) => {
      let before = first
      return ring.map(([x, y]) => {
        before = x - 360 * Math.round((x - before) / 360)
        return [before * k, y]
      })
    })
    const area = ringArea(flat[0])
    if (area > (largest.get(id)?.area ?? 0)) largest.set(id, { area, flat, k })
  }
}

const labels = [...largest]
  .map(([id, { area, flat, k }]) => {
    const p = deepest(flat)
    return { id, lon: Math.round(wrap(p.x / k) * 1e3) / 1e3, lat: Math.round(p.y * 1e3) / 1e3, area }
  })
  .sort((a, b) => b.area - a.area || a.id.localeCompare(b.id))
  .map(({ id, lon, lat }, rank) => ({ id, lon, lat, rank, en: nameOf(id, 'en'), es: nameOf(id, 'es') }))

const missing = labels.filter((l) => !l.en || !l.es)
if (missing.length) throw new Error(`no name for ${missing.map((l) => l.id).join(', ')}`)
const out = fileURLToPath(new URL('../src/map/labels.json', import.meta.url))
writeFileSync(out, `[\n${labels.map((l) => `  ${JSON.stringify(l)}`).join(',\n')}\n]\n`)
console.log(`${labels.length} labels`)
