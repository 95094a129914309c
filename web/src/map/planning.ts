// What a search is planned by and what comes of it, on the map: the probability under it, areas, tips and zones, the base, and one or two
// plans with their lanes, turns and swaths. Sorties are told apart by dash and number, plans by dash and letter: never by colour alone.
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl'
import type { Ground, Route } from '../ground/made'
import type { Shape } from '../ground/task'
import { circle } from '../place/geodesy'
import type { Place } from '../place/place'
import { hatch, type HatchImage } from './hatch'
import { arrow } from './icons'
import type { OverflightMap } from './map'
import { unbroken } from './shape'
import { readTheme, rgb, type Theme, type ThemeName } from './theme'

/** A plan that is drawn; its letter where two are compared. */
export interface Drawn {
  readonly route: Route
  readonly letter: '' | 'A' | 'B'
}

/** What is drawn of the shape in hand: its corners, and which of them is chosen. */
export interface InHand {
  readonly points: readonly Place[]
  readonly closed: boolean
  readonly chosen: number
}

const none: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }
const sources = ['plan-shapes', 'plan-swaths', 'plan-legs', 'plan-marks', 'plan-hand'] as const
const font = ['Inter Variable']
const most = 8

/** The dash of a sortie; from the ninth on they begin anew, and the number on the lane tells them apart. */
const dashes: number[][] = [[1, 0], [5, 1.2], [2, 1], [6, 1, 1, 1], [3, 2], [8, 1.5, 1, 1.5, 1, 1.5], [1, 1], [4, 1, 4, 3]]
const ofSortie = (k: unknown) => ['match', ['%', ['-', ['get', 'sortie'], 1], most], ...dashes.slice(1).flatMap((d, i) => [i + 1, ['literal', d]]), ['literal', dashes[0]!]] as unknown as typeof k

function layers(t: Theme): LayerSpecification[] {
  const colour = ['case', ['==', ['get', 'letter'], 'B'], t.pin, t.track] as never
  const chosen = ['boolean', ['get', 'chosen'], false] as never
  const zone = ['==', ['get', 'kind'], 'zone'] as never
  return [
    { id: 'plan-swath', type: 'fill', source: 'plan-swaths', paint: { 'fill-color': colour, 'fill-opacity': ['case', ['==', ['get', 'letter'], ''], 0.16, 0.09] as never, 'fill-antialias': false } },
    { id: 'plan-area', type: 'fill', source: 'plan-shapes', filter: ['==', ['get', 'kind'], 'area'], paint: { 'fill-color': t.tool, 'fill-opacity': ['case', chosen, 0.14, 0.05], 'fill-antialias': false } },
    { id: 'plan-zone', type: 'fill', source: 'plan-shapes', filter: ['==', ['get', 'kind'], 'zone'], paint: { 'fill-pattern': 'plan-zone', 'fill-opacity': 0.8 } },
    { id: 'plan-shape-line', type: 'line', source: 'plan-shapes', filter: ['!=', ['get', 'kind'], 'name'], layout: { 'line-join': 'round' },
      paint: { 'line-color': ['case', zone, t.uncleared, t.tool], 'line-width': ['case', chosen, 3, 1.6], 'line-dasharray': ['case', zone, ['literal', [1, 0]], ['literal', [4, 1.5]]] as never } },
    { id: 'plan-link', type: 'line', source: 'plan-legs', filter: ['!', ['get', 'sensed']], layout: { 'line-join': 'round' },
      paint: { 'line-color': colour, 'line-width': 1.1, 'line-opacity': 0.85, 'line-dasharray': [1, 2] } },
    { id: 'plan-lane-casing', type: 'line', source: 'plan-legs', filter: ['get', 'sensed'], paint: { 'line-color': t.halo, 'line-width': 4.4, 'line-opacity': 0.75 } },
    { id: 'plan-lane', type: 'line', source: 'plan-legs', filter: ['get', 'sensed'],
      paint: { 'line-color': colour, 'line-width': 2.2, 'line-dasharray': ofSortie(null) as never } },
    { id: 'plan-arrow', type: 'symbol', source: 'plan-legs', filter: ['get', 'sensed'],
      layout: { 'symbol-placement': 'line-center', 'icon-image': ['concat', 'plan-arrow', ['get', 'letter']] as never, 'icon-rotate': 90, 'icon-size': 0.75, 'icon-rotation-alignment': 'map', 'icon-keep-upright': false, 'icon-padding': 6 } },
    { id: 'plan-number', type: 'symbol', source: 'plan-legs', filter: ['all', ['get', 'sensed'], ['!=', ['get', 'label'], '']],
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 220, 'text-field': ['get', 'label'], 'text-font': font, 'text-size': 11.5, 'text-rotation-alignment': 'viewport', 'text-padding': 4 },
      paint: { 'text-color': colour, 'text-halo-color': t.halo, 'text-halo-width': 1.8 } },
    { id: 'plan-name', type: 'symbol', source: 'plan-shapes', filter: ['==', ['get', 'kind'], 'name'],
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-max-width': 9, 'text-anchor': 'bottom', 'text-offset': [0, -0.4] },
      paint: { 'text-color': t.label, 'text-halo-color': t.halo, 'text-halo-width': 1.6 } },
    { id: 'plan-mark', type: 'circle', source: 'plan-marks', paint: { 'circle-radius': 6, 'circle-color': ['match', ['get', 'kind'], 'base', t.own, t.selected], 'circle-stroke-color': t.halo, 'circle-stroke-width': 2 } },
    { id: 'plan-mark-name', type: 'symbol', source: 'plan-marks',
      layout: { 'text-field': ['get', 'name'], 'text-font': font, 'text-size': 12, 'text-anchor': 'left', 'text-offset': [0.9, 0], 'text-allow-overlap': true },
      paint: { 'text-color': t.label, 'text-halo-color': t.halo, 'text-halo-width': 1.8 } },
    { id: 'plan-hand-inside', type: 'fill', source: 'plan-hand', filter: ['==', ['get', 'part'], 'inside'], paint: { 'fill-color': t.selected, 'fill-opacity': 0.1, 'fill-antialias': false } },
    { id: 'plan-hand-line', type: 'line', source: 'plan-hand', filter: ['==', ['get', 'part'], 'line'], paint: { 'line-color': t.selected, 'line-width': 2.2 } },
    { id: 'plan-hand-middle', type: 'circle', source: 'plan-hand', filter: ['==', ['get', 'part'], 'middle'], paint: { 'circle-radius': 3.5, 'circle-color': t.selected, 'circle-opacity': 0.55 } },
    { id: 'plan-hand-corner', type: 'circle', source: 'plan-hand', filter: ['==', ['get', 'part'], 'corner'],
      paint: { 'circle-radius': ['case', chosen, 7, 5], 'circle-color': ['case', chosen, t.selected, t.halo], 'circle-stroke-color': t.selected, 'circle-stroke-width': 2.2 } },
  ]
}

const closed = (points: readonly Place[]): [number, number][] => {
  const ring = unbroken(points.map((p) => [p.lon, p.lat] as const))
  return [...ring, ring[0]!]
}
const middleOf = (points: readonly Place[]): [number, number] => {
  const ring = unbroken(points.map((p) => [p.lon, p.lat] as const))
  return [ring.reduce((s, p) => s + p[0], 0) / ring.length, Math.max(...ring.map((p) => p[1]))]
}

export class Planning {
  private theme: Theme
  private there = false
  private readonly waiting: (() => void)[] = []
  private ground: Ground | null = null
  private readonly canvas = document.createElement('canvas')
  private gone = false

  constructor(
    private readonly of: OverflightMap,
    theme: ThemeName,
  ) {
    this.theme = readTheme(theme, of.map.getContainer())
    void of.ready.then(() => {
      if (this.gone) return
      this.images()
      for (const id of sources) this.map.addSource(id, { type: 'geojson', data: none })
      for (const l of layers(this.theme)) this.map.addLayer(l, 'countries')
      this.there = true
      for (const work of this.waiting.splice(0)) work()
    })
  }

  private get map(): MapLibreMap {
    return this.of.map
  }
  private whenThere(work: () => void): void {
    if (this.gone) return
    if (this.there) work()
    else this.waiting.push(work)
  }
  private set(id: (typeof sources)[number], features: GeoJSON.Feature[]): void {
    this.whenThere(() => void (this.map.getSource(id) as GeoJSONSource).setData({ type: 'FeatureCollection', features }))
  }

  private images(): void {
    const put = (id: string, image: HatchImage) => {
      if (this.map.hasImage(id)) this.map.updateImage(id, image)
      else this.map.addImage(id, image, { pixelRatio: 2 })
    }
    put('plan-zone', hatch('uncleared', this.theme.uncleared, 2))
    for (const letter of ['', 'A', 'B']) put(`plan-arrow${letter}`, arrow(letter === 'B' ? this.theme.pin : this.theme.track, this.theme.halo))
  }

  setTheme(name: ThemeName): void {
    this.theme = readTheme(name, this.map.getContainer())
    this.whenThere(() => {
      this.images()
      for (const l of layers(this.theme)) for (const [k, v] of Object.entries(l.paint ?? {})) this.map.setPaintProperty(l.id, k as never, v as never)
      this.drawGround()
    })
  }

  setShapes(shapes: readonly Shape[], chosen: string): void {
    this.set('plan-shapes', shapes.flatMap((s): GeoJSON.Feature[] => {
      if (s.points.length < (s.kind === 'tip' ? 1 : 3)) return []
      const properties = { kind: s.kind, id: s.id, chosen: s.id === chosen }
      const name: GeoJSON.Feature = { type: 'Feature', properties: { kind: 'name', name: s.name }, geometry: { type: 'Point', coordinates: middleOf(s.points) } }
      if (s.kind === 'tip') return [{ type: 'Feature', properties, geometry: { type: 'LineString', coordinates: circle(s.points[0]!, s.sigma * 1000) } }, name]
      return [{ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [closed(s.points), ...s.holes.map(closed)] } }, name]
    }))
  }

  setMarks(marks: readonly { readonly kind: 'base' | 'start'; readonly name: string; readonly at: Place }[]): void {
    this.set('plan-marks', marks.map((m) => ({ type: 'Feature', properties: { kind: m.kind, name: m.name }, geometry: { type: 'Point', coordinates: [m.at.lon, m.at.lat] } })))
  }

  setPlans(plans: readonly Drawn[]): void {
    const legs: GeoJSON.Feature[] = []
    const swaths: GeoJSON.Feature[] = []
    for (const { route, letter } of plans) {
      const several = route.features.some((f) => f.properties.sortie > 1)
      for (const f of route.features) {
        const label = [letter, several ? String(f.properties.sortie) : ''].filter((x) => x).join(' ')
        const g = f.geometry.type === 'LineString' ? { ...f.geometry, coordinates: unbroken(f.geometry.coordinates as [number, number][]) } : f.geometry
        ;(g.type === 'LineString' ? legs : swaths).push({ type: 'Feature', geometry: g, properties: { ...f.properties, letter, label } })
      }
    }
    this.set('plan-legs', legs)
    this.set('plan-swaths', swaths)
  }

  setHand(hand: InHand | null): void {
    const features: GeoJSON.Feature[] = []
    if (hand) {
      const ring = unbroken(hand.points.map((p) => [p.lon, p.lat] as const))
      if (hand.closed && ring.length > 2) features.push({ type: 'Feature', properties: { part: 'inside' }, geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]!]] } })
      if (ring.length > 1) features.push({ type: 'Feature', properties: { part: 'line' }, geometry: { type: 'LineString', coordinates: hand.closed && ring.length > 2 ? [...ring, ring[0]!] : ring } })
      ring.forEach((p, i) => {
        const next = ring[(i + 1) % ring.length]!
        if (hand.closed && ring.length > 2) features.push({ type: 'Feature', properties: { part: 'middle' }, geometry: { type: 'Point', coordinates: [(p[0] + next[0]) / 2, (p[1] + next[1]) / 2] } })
      })
      ring.forEach((p, i) => features.push({ type: 'Feature', properties: { part: 'corner', chosen: i === hand.chosen }, geometry: { type: 'Point', coordinates: p } }))
    }
    this.set('plan-hand', features)
  }

  /** The map of probability as one picture under all the rest. */
  setGround(ground: Ground | null): void {
    this.ground = ground
    this.whenThere(() => this.drawGround())
  }

  private drawGround(): void {
    if (this.map.getLayer('plan-ground')) this.map.removeLayer('plan-ground')
    if (this.map.getSource('plan-ground')) this.map.removeSource('plan-ground')
    const g = this.ground
    if (!g || g.most <= 0) return
    const { columns, rows, west, east, north, south } = g.sheet
    const { canvas } = this
    canvas.width = columns
    canvas.height = rows
    const on = canvas.getContext('2d')
    if (!on) return
    const image = on.createImageData(columns, rows)
    const [r, gr, b] = rgb(this.theme.tool)
    for (let i = 0; i < g.values.length; i++) {
      const v = g.values[i]!
      image.data[4 * i] = 255 * r
      image.data[4 * i + 1] = 255 * gr
      image.data[4 * i + 2] = 255 * b
      image.data[4 * i + 3] = v > 0 ? 255 * opacity(v / g.most) : 0
    }
    on.putImageData(image, 0, 0)
    this.map.addSource('plan-ground', { type: 'canvas', canvas, animate: false, coordinates: [[west, north], [east, north], [east, south], [west, south]] })
    this.map.addLayer({ id: 'plan-ground', type: 'raster', source: 'plan-ground', paint: { 'raster-fade-duration': 0, 'raster-resampling': 'nearest' } }, 'plan-swath')
  }

  remove(): void {
    this.gone = true
  }
}

/** How dark a share of the greatest density is drawn: by its root, so that what is thin is seen beside what is dense. */
export const opacity = (share: number): number => 0.5 * Math.sqrt(Math.max(0, Math.min(1, share)))
