// Sites on the map: the ellipse that holds each 95 times in 100, true to the ground, and the sign of what was reported there. What the
// host found is told by the sign's form, how likely a laboratory is by how full the ellipse is; the list beside it says both in figures.
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { isClass, strokes, type Class } from '../ground/signs'
import type { Visited } from '../ground/sites'
import type { HatchImage } from './hatch'
import type { LonLat } from './shape'
import type { Theme } from './theme'

export interface DrawnSite {
  readonly id: string
  readonly at: LonLat
  /** closed: the ellipse */
  readonly ring: readonly LonLat[]
  readonly sign: Class
  readonly visited: Visited
  /** of a laboratory */
  readonly chance: number
  readonly label: string
  /** one report of a site, and not the site */
  readonly report?: boolean
}

export const siteFeatures = (list: readonly DrawnSite[]): GeoJSON.Feature[] =>
  list.flatMap((s): GeoJSON.Feature[] => {
    const of = (part: string, geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: 'Feature', geometry, properties: { id: s.id, part: s.report ? `report-${part}` : part, sign: s.sign, visited: s.visited, chance: s.chance, label: s.label } })
    return [of('ellipse', { type: 'Polygon', coordinates: [s.ring.map((p) => [...p])] }), of('point', { type: 'Point', coordinates: [...s.at] })]
  })

const part = (name: string): ExpressionSpecification => ['==', ['get', 'part'], name]

export function siteLayers(theme: Theme, font: string[], selected: ExpressionSpecification): LayerSpecification[] {
  const danger: ExpressionSpecification = ['==', ['get', 'sign'], 'explosive-hazard']
  const ink = ['case', selected, theme.selected, danger, theme.uncleared, theme.site] as ExpressionSpecification
  return [
    { id: 'sites-report', type: 'line', source: 'sites', filter: part('report-ellipse'), paint: { 'line-color': theme.site, 'line-width': 1, 'line-opacity': 0.7, 'line-dasharray': [2, 2] } },
    { id: 'sites-report-point', type: 'circle', source: 'sites', filter: part('report-point'), paint: { 'circle-radius': 2.5, 'circle-color': theme.site, 'circle-stroke-color': theme.halo, 'circle-stroke-width': 1 } },
    { id: 'sites-inside', type: 'fill', source: 'sites', filter: part('ellipse'), paint: { 'fill-color': ink, 'fill-opacity': ['interpolate', ['linear'], ['get', 'chance'], 0, 0.05, 1, 0.42] } },
    { id: 'sites-casing', type: 'line', source: 'sites', filter: part('ellipse'), paint: { 'line-color': theme.halo, 'line-width': 4, 'line-opacity': 0.8 } },
    {
      id: 'sites-ellipse', type: 'line', source: 'sites', filter: part('ellipse'),
      paint: { 'line-color': ink, 'line-width': ['case', selected, 3, 1.8], 'line-dasharray': ['match', ['get', 'visited'], 'nothing', ['literal', [2, 2]], ['literal', [1, 0]]] as unknown as ExpressionSpecification },
    },
    {
      id: 'sites', type: 'symbol', source: 'sites', filter: part('point'),
      layout: {
        'icon-image': ['concat', 'site-', ['get', 'sign'], '/', ['get', 'visited']], 'icon-allow-overlap': true, 'icon-ignore-placement': true,
        'text-field': ['get', 'label'], 'text-font': font, 'text-size': 12, 'text-anchor': 'left', 'text-offset': [1.25, 0], 'text-optional': true,
        'symbol-sort-key': ['+', ['get', 'chance'], ['case', danger, 1, 0]], // what matters most lies above the others
      },
      paint: { 'text-color': theme.label, 'text-halo-color': theme.halo, 'text-halo-width': 1.8 },
    },
  ]
}

/** In CSS pixels. */
const side = 28

/**
 * The picture of a sign: light while nobody was there, dark where it was what was searched for, struck out where it was not. A danger
 * keeps its own form. null for what is no sign of a site.
 */
export function siteImage(id: string, theme: Theme, ratio = 2): HatchImage | null {
  const [, sign = '', state = ''] = /^site-([a-z-]+)\/([a-z]+)$/.exec(id) ?? []
  if (!isClass(sign)) return null
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side * ratio
  const c = canvas.getContext('2d')
  if (!c) return null
  const danger = sign === 'explosive-hazard'
  const ink = danger ? theme.uncleared : theme.site
  const full = danger || state === 'found'
  c.scale(ratio, ratio)
  c.lineJoin = c.lineCap = 'round'
  const body = new Path2D(danger ? 'M14 1.5 27 25.5H1z' : '')
  if (!danger) body.roundRect(3, 3, side - 6, side - 6, 5)
  c.strokeStyle = theme.halo
  c.lineWidth = 4
  c.stroke(body)
  c.fillStyle = full ? ink : theme.halo
  c.fill(body)
  c.strokeStyle = ink
  c.lineWidth = 1.8
  c.stroke(body)
  c.strokeStyle = full ? theme.halo : ink
  if (danger) {
    c.lineWidth = 3
    c.stroke(new Path2D('M14 10v7.5M14 21.6v.1'))
  } else {
    c.save()
    c.translate(3.6, 3.6)
    c.scale((side - 7.2) / 24, (side - 7.2) / 24)
    c.lineWidth = 2.1
    c.stroke(new Path2D(strokes[sign]))
    c.restore()
  }
  if (state === 'nothing') {
    for (const [colour, width] of [[theme.halo, 4.5], [ink, 2]] as const) {
      c.strokeStyle = colour
      c.lineWidth = width
      c.stroke(new Path2D(`M4 ${side - 4} ${side - 4} 4`))
    }
  }
  const pixels = c.getImageData(0, 0, canvas.width, canvas.height)
  return { width: pixels.width, height: pixels.height, data: pixels.data }
}
