// Places as they are released, on the map: a cell is what an office has of a place, and is drawn as one and never as a point in it. Within it
// lies what somebody who has all of the product is sure to work out; the original is drawn for who has it. Told by form: a cell has a
// full line, what is worked out a dashed line and a hatch, an original is a dot.
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl'
import { isPoint, middle, type Cell, type Placed } from '../share/cells'
import { hatch } from './hatch'
import type { OverflightMap } from './map'
import { readTheme, type Theme, type ThemeName } from './theme'

const none: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }
const font = ['Inter Variable']

const ring = (c: Cell): GeoJSON.Polygon => ({ type: 'Polygon', coordinates: [[[c.west, c.south], [c.east, c.south], [c.east, c.north], [c.west, c.north], [c.west, c.south]]] })

/** Cells that are one are one feature: many points of a path lie in the same. */
export function cellFeatures(places: readonly Placed[], chosen: string): GeoJSON.Feature[] {
  const out: GeoJSON.Feature[] = []
  const seen = new Map<string, GeoJSON.Feature>()
  const put = (part: string, c: Cell, p: Placed) => {
    const key = `${part} ${c.west} ${c.south} ${c.east} ${c.north}`
    const there = seen.get(key)
    const on = p.id === chosen
    if (there) {
      if (on) there.properties = { ...there.properties, id: p.id, chosen: true }
      return
    }
    const point = part === 'original' || isPoint(c)
    const at = middle(c)
    const f: GeoJSON.Feature = { type: 'Feature', properties: { part: point && part === 'cell' ? 'point' : part, id: p.id, chosen: on, label: String(p.record) }, geometry: point ? { type: 'Point', coordinates: [at.lon, at.lat] } : ring(c) }
    seen.set(key, f)
    out.push(f)
  }
  for (const p of places) {
    if (p.shown) put('cell', p.shown, p)
    if (p.inferred && p.shown && !isPoint(p.shown)) put('inferred', p.inferred.box, p)
    if (p.original) put('original', p.original, p)
  }
  return out
}

function layers(t: Theme): LayerSpecification[] {
  const part = (name: string) => ['==', ['get', 'part'], name] as never
  const chosen = ['boolean', ['get', 'chosen'], false] as never
  const ink = ['case', chosen, t.selected, t.site] as never
  return [
    { id: 'cells-inside', type: 'fill', source: 'cells', filter: part('cell'), paint: { 'fill-color': ink, 'fill-opacity': ['case', chosen, 0.22, 0.1], 'fill-antialias': false } },
    { id: 'cells-hatch', type: 'fill', source: 'cells', filter: ['all', part('inferred'), chosen] as never, paint: { 'fill-pattern': 'cells-inferred', 'fill-opacity': 0.7 } },
    { id: 'cells-casing', type: 'line', source: 'cells', filter: part('cell'), paint: { 'line-color': t.halo, 'line-width': 4, 'line-opacity': 0.8 } },
    { id: 'cells', type: 'line', source: 'cells', filter: part('cell'), paint: { 'line-color': ink, 'line-width': ['case', chosen, 3, 1.6] } },
    { id: 'cells-inferred', type: 'line', source: 'cells', filter: part('inferred'), paint: { 'line-color': t.uncleared, 'line-width': ['case', chosen, 2.6, 1.2], 'line-dasharray': [3, 2] } },
    { id: 'cells-point', type: 'circle', source: 'cells', filter: part('point'), paint: { 'circle-radius': ['case', chosen, 7, 5], 'circle-color': t.halo, 'circle-stroke-color': ink, 'circle-stroke-width': 2.6 } },
    { id: 'cells-original', type: 'circle', source: 'cells', filter: part('original'), paint: { 'circle-radius': ['case', chosen, 4.5, 2.6], 'circle-color': ['case', chosen, t.selected, t.pin] as never, 'circle-stroke-color': t.halo, 'circle-stroke-width': 1.4 } },
    { id: 'cells-name', type: 'symbol', source: 'cells', filter: ['in', ['get', 'part'], ['literal', ['cell', 'point']]] as never,
      layout: { 'text-field': ['get', 'label'], 'text-font': font, 'text-size': 12, 'text-padding': 4 }, paint: { 'text-color': t.label, 'text-halo-color': t.halo, 'text-halo-width': 1.8 } },
  ]
}

export class Cells {
  private theme: Theme
  private there = false
  private gone = false
  private features: GeoJSON.Feature[] = []

  constructor(
    private readonly of: OverflightMap,
    theme: ThemeName,
  ) {
    this.theme = readTheme(theme, of.map.getContainer())
    void of.ready.then(() => {
      if (this.gone) return
      this.image()
      this.map.addSource('cells', { type: 'geojson', data: none })
      for (const l of layers(this.theme)) this.map.addLayer(l, 'countries')
      this.there = true
      this.draw()
    })
  }

  private get map(): MapLibreMap {
    return this.of.map
  }

  private image(): void {
    const image = hatch('uncleared', this.theme.uncleared, 2)
    if (this.map.hasImage('cells-inferred')) this.map.updateImage('cells-inferred', image)
    else this.map.addImage('cells-inferred', image, { pixelRatio: 2 })
  }

  private draw(): void {
    if (this.there && !this.gone) void (this.map.getSource('cells') as GeoJSONSource).setData({ type: 'FeatureCollection', features: this.features })
  }

  set(places: readonly Placed[], chosen: string): void {
    this.features = cellFeatures(places, chosen)
    this.draw()
  }

  setTheme(name: ThemeName): void {
    this.theme = readTheme(name, this.map.getContainer())
    if (!this.there || this.gone) return
    this.image()
    for (const l of layers(this.theme)) for (const [k, v] of Object.entries(l.paint ?? {})) this.map.setPaintProperty(l.id, k as never, v as never)
  }

  remove(): void {
    this.gone = true
  }
}
