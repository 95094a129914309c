// The layers of the map from the ground up, as a function of the theme and the language: what a theme changes is found by
// comparing two of them. Text is drawn with the font of the page; no glyph is fetched.
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { countryLabels } from './basemap'
import { siteLayers } from './sites'
import { standings, type Kind, type Standing } from './shape'
import { sightLayers } from './sight'
import type { Theme } from './theme'

export type Language = 'en' | 'es'

const none: GeoJSONSourceSpecification['data'] = { type: 'FeatureCollection', features: [] }
const own = (extra: Partial<GeoJSONSourceSpecification> = {}): GeoJSONSourceSpecification => ({ type: 'geojson', data: none, promoteId: 'id', ...extra })

/** Which sources hold things that can be picked. */
export const pickable: Readonly<Record<string, Kind>> = {
  tracks: 'track', entries: 'entry', looked: 'looked', airspace: 'airspace', sites: 'site', pins: 'pin', sight: 'sight',
}

// The font of the page, bundled: names on the map look the same on every machine.
const font = ['Inter Variable']
const selected: ExpressionSpecification = ['boolean', ['feature-state', 'selected'], false]

const byStanding = (of: ExpressionSpecification, value: (s: Standing) => unknown): ExpressionSpecification =>
  ['match', of, ...standings.slice(0, -1).flatMap((s) => [s, value(s)]), value('unknown')] as unknown as ExpressionSpecification

const dashes: Record<Standing, number[]> = {
  cleared: [1, 0], notified: [7, 1.5], uncleared: [2.2, 1], disputed: [5, 1.2, 1.2, 1.2], unknown: [1, 1.4],
}

const standing: ExpressionSpecification = ['get', 'standing']

/** The standing of each state, as the caller gave it; what is not in it is outlined and no more. */
export type Airspace = { readonly property: string; readonly standings: ReadonlyMap<string, Standing> }

export function layers(theme: Theme, language: Language, airspace: Airspace): LayerSpecification[] {
  const state: ExpressionSpecification = ['to-string', ['get', airspace.property]]
  const listed: ExpressionSpecification = ['in', state, ['literal', [...airspace.standings.keys()]]]
  const standingOf = (value: (s: Standing) => unknown): ExpressionSpecification | string =>
    airspace.standings.size === 0
      ? (value('unknown') as string)
      : (['match', state, ...[...airspace.standings].flatMap(([id, s]) => [id, value(s)]), value('unknown')] as unknown as ExpressionSpecification)
  const hatched = (airspace.standings.size === 0 ? listed : ['all', listed, ['!=', standingOf((s) => s), 'unknown']]) as ExpressionSpecification
  // Near by, the border of the ground beneath lies hundreds of metres off the limit that entries are told by: two lines would be one too many.
  const coarse = (airspace.standings.size === 0 ? 1 : ['interpolate', ['linear'], ['zoom'], 7, 1, 9, 0]) as unknown as ExpressionSpecification
  const entryColour = ['case', selected, theme.selected, byStanding(standing, (s) => theme[s])] as ExpressionSpecification

  return [
    { id: 'water', type: 'background', paint: { 'background-color': theme.water } },
    { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': theme.land, 'fill-antialias': false } },
    { id: 'graticule', type: 'line', source: 'graticule', paint: { 'line-color': theme.graticule, 'line-width': 0.6 } },
    {
      id: 'airspace-tint', type: 'fill', source: 'airspace', filter: listed,
      paint: { 'fill-color': standingOf((s) => theme[s]), 'fill-opacity': ['case', selected, 0.2, 0.07], 'fill-antialias': false },
    },
    // Of what is not known there is nothing to say in strokes: it has a tint and a line of its own, and a whole country of pattern is dear to draw.
    { id: 'airspace-hatch', type: 'fill', source: 'airspace', filter: hatched, paint: { 'fill-pattern': standingOf((s) => `hatch-${s}`), 'fill-opacity': 0.5 } },
    { id: 'coast', type: 'line', source: 'coast', paint: { 'line-color': theme.coast, 'line-width': ['interpolate', ['linear'], ['zoom'], 1, 0.5, 6, 1.1] } },
    { id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': theme.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 1, 0.6, 6, 1.5], 'line-opacity': coarse } },
    {
      id: 'airspace-line', type: 'line', source: 'airspace',
      paint: {
        'line-color': ['case', listed, standingOf((s) => theme[s]), theme.border] as ExpressionSpecification,
        'line-width': ['case', selected, 3, listed, 1.6, 0.8],
      },
    },
    {
      id: 'looked-inside', type: 'fill', source: 'looked',
      paint: { 'fill-color': theme.looked, 'fill-opacity': ['case', selected, 0.34, 0.18], 'fill-antialias': false },
    },
    {
      id: 'looked-line', type: 'line', source: 'looked',
      paint: { 'line-color': ['case', selected, theme.selected, theme.looked], 'line-width': ['case', selected, 2.4, 1.2], 'line-dasharray': [4, 1.5] },
    },
    ...sightLayers(theme, font),
    {
      id: 'entry-outline', type: 'line', source: 'entries', filter: ['==', ['get', 'part'], 'outline'], layout: { 'line-join': 'round' },
      paint: { 'line-color': entryColour, 'line-width': ['case', selected, 3, 1.8], 'line-opacity': 0.85 },
    },
    {
      id: 'tracks-gap', type: 'line', source: 'tracks', filter: ['get', 'gap'],
      paint: { 'line-color': ['case', selected, theme.selected, theme.gap], 'line-width': ['case', selected, 2.2, 1.4], 'line-dasharray': [2, 3] },
    },
    {
      id: 'tracks-casing', type: 'line', source: 'tracks', filter: ['!', ['get', 'gap']], layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': theme.halo, 'line-width': 4.2, 'line-opacity': 0.8 },
    },
    {
      id: 'tracks', type: 'line', source: 'tracks', filter: ['!', ['get', 'gap']], layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': ['case', selected, theme.selected, theme.track], 'line-width': ['case', selected, 3.4, 2] },
    },
    {
      id: 'entry-casing', type: 'line', source: 'entries', filter: ['==', ['get', 'part'], 'inside'], layout: { 'line-join': 'round' },
      paint: { 'line-color': theme.halo, 'line-width': ['case', selected, 9, 7.4] },
    },
    {
      id: 'entry-inside', type: 'line', source: 'entries', filter: ['==', ['get', 'part'], 'inside'], layout: { 'line-join': 'round' },
      paint: {
        'line-color': entryColour, 'line-width': ['case', selected, 5.6, 4.2],
        'line-dasharray': byStanding(standing, (s) => ['literal', dashes[s]]),
      },
    },
    {
      id: 'entry-crossing', type: 'symbol', source: 'entries', filter: ['==', ['get', 'part'], 'crossing'],
      layout: {
        'icon-image': ['concat', 'crossing-', ['case', ['get', 'inward'], 'in-', 'out-'], standing],
        'icon-allow-overlap': true, 'icon-ignore-placement': true,
      },
    },
    {
      id: 'countries', type: 'symbol', source: 'countries',
      filter: ['<=', ['get', 'rank'], ['step', ['zoom'], 14, 1, 26, 2, 60, 3, 120, 4, 180, 5, 400]],
      layout: {
        'text-field': ['get', language], 'text-font': font, 'text-max-width': 7, 'text-padding': 4,
        'text-size': ['interpolate', ['linear'], ['zoom'], 1, ['case', ['<', ['get', 'rank'], 20], 12, 10.5], 6, ['case', ['<', ['get', 'rank'], 60], 17, 13]],
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': theme.label, 'text-halo-color': theme.halo, 'text-halo-width': 1.4 },
    },
    {
      id: 'graticule-names', type: 'symbol', source: 'graticule-names',
      layout: {
        'text-field': ['get', 'text'], 'text-font': font, 'text-size': 10.5, 'text-padding': 1,
        'text-anchor': ['match', ['get', 'side'], 'foot', 'bottom', 'left'] as unknown as ExpressionSpecification,
        'text-offset': ['match', ['get', 'side'], 'foot', ['literal', [0, -0.3]], ['literal', [0.4, 0]]] as unknown as ExpressionSpecification,
      },
      paint: { 'text-color': theme.label, 'text-opacity': 0.8, 'text-halo-color': theme.halo, 'text-halo-width': 1.2 },
    },
    ...siteLayers(theme, font, selected),
    { id: 'pins-doubt', type: 'line', source: 'pins', filter: ['==', ['get', 'part'], 'doubt'], paint: { 'line-color': theme.pin, 'line-width': 1.2, 'line-dasharray': [3, 2] } },
    {
      id: 'pins', type: 'symbol', source: 'pins', filter: ['==', ['get', 'part'], 'pin'],
      layout: {
        'icon-image': 'pin', 'icon-anchor': 'bottom', 'icon-allow-overlap': true, 'icon-ignore-placement': true,
        'text-field': ['get', 'label'], 'text-font': font, 'text-size': 12, 'text-anchor': 'left', 'text-offset': [1.5, -1.1], 'text-optional': true,
      },
      paint: { 'text-color': theme.label, 'text-halo-color': theme.halo, 'text-halo-width': 1.6 },
    },
    {
      id: 'pins-selected', type: 'circle', source: 'pins', filter: ['==', ['get', 'part'], 'pin'],
      paint: {
        'circle-radius': 15, 'circle-translate': [0, -13], 'circle-opacity': 0, 'circle-stroke-width': 2.5, 'circle-stroke-color': theme.selected,
        'circle-stroke-opacity': ['case', selected, 1, 0],
      },
    },
    { id: 'tool-inside', type: 'fill', source: 'tool', filter: ['==', ['get', 'part'], 'inside'], paint: { 'fill-color': theme.tool, 'fill-opacity': 0.1, 'fill-antialias': false } },
    {
      id: 'tool-closing', type: 'line', source: 'tool', filter: ['==', ['get', 'part'], 'closing'],
      paint: { 'line-color': theme.tool, 'line-width': 1.6, 'line-dasharray': [3, 2] },
    },
    {
      id: 'tool-casing', type: 'line', source: 'tool', filter: ['in', ['get', 'part'], ['literal', ['leg', 'ring']]],
      paint: { 'line-color': theme.halo, 'line-width': 4.4, 'line-opacity': 0.85 },
    },
    {
      id: 'tool-line', type: 'line', source: 'tool', filter: ['in', ['get', 'part'], ['literal', ['leg', 'ring']]],
      paint: { 'line-color': theme.tool, 'line-width': 2 },
    },
    {
      id: 'tool-vertices', type: 'circle', source: 'tool', filter: ['==', ['get', 'part'], 'vertex'],
      paint: { 'circle-radius': 4, 'circle-color': theme.halo, 'circle-stroke-color': theme.tool, 'circle-stroke-width': 2 },
    },
  ]
}

/** Where the ground is fetched from. */
export interface GroundFiles {
  readonly land: string
  readonly coast: string
  readonly borders: string
}

export function style(theme: Theme, language: Language, airspace: Airspace, ground: GroundFiles): StyleSpecification {
  return {
    version: 8,
    sources: {
      // simplified to what a pixel shows; 60 % of a tile's unit is still finer than the data
      land: own({ data: ground.land, tolerance: 0.6 }),
      coast: own({ data: ground.coast, tolerance: 0.6 }),
      borders: own({ data: ground.borders, tolerance: 0.6 }),
      countries: own({ data: countryLabels }),
      graticule: own(),
      'graticule-names': own(),
      airspace: own({ promoteId: airspace.property }),
      looked: own(),
      tracks: own(),
      entries: own(),
      sites: own(),
      pins: own(),
      sight: own(),
      tool: own(),
    },
    layers: layers(theme, language, airspace),
  }
}
