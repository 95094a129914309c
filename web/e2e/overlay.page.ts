// What we draw over the ground, over no ground: land and borders are taken away, so that a picture of it is ours alone.
import '@fontsource-variable/inter/index.css'
import type { GeoJSONSource } from 'maplibre-gl'
import { emptyFrame, type MovingFrame } from '../src/live/frame'
import { createMap } from '../src/map/map'
import type { ThemeName } from '../src/map/theme'
import { circle } from '../src/place/geodesy'

const asked = new URLSearchParams(location.search)
const theme = (asked.get('theme') ?? 'day') as ThemeName
// A counter-check asks for a colour that is not ours, or for a footprint that lies some pixels off.
const colour = asked.get('footprint')
if (colour) document.getElementById('map')!.style.setProperty('--map-footprint', colour)
const shift = Number(asked.get('shift') ?? 0)

const map = createMap(document.getElementById('map')!, {
  words: { canvas: 'map', zoomIn: 'in', zoomOut: 'out' }, language: 'en', theme, view: { lon: -106.4, lat: 31.2, zoom: 7 },
})
const e7 = (...degrees: number[]) => Int32Array.from(degrees, (d) => Math.round(d * 1e7))
const now = Date.UTC(2026, 10, 28, 12)
/** Degrees of longitude in a pixel at this zoom: a world is 512 pixels at zoom 0. */
const pixel = 360 / (512 * 2 ** 7)
const by = shift * pixel

const frame: MovingFrame = {
  ...emptyFrame, sequence: 1, time: now,
  ids: Uint32Array.of(1, 2), flags: Uint8Array.of(0, 1), instants: Float64Array.of(now - 200, now - 45_000), lonLat: e7(-106.9, 31.55, -107.6, 30.6),
  heading: Float32Array.of(70, 340), altitude: Float32Array.of(3000, 2000),
  footprintOf: Uint32Array.of(1, 2), footprintFlags: Uint8Array.of(0, 1), footprintInstants: Float64Array.of(now - 200, now - 45_000),
  footprints: e7(
    -106.45 + by, 31.9, -105.9 + by, 32.0, -106.0 + by, 31.7, -106.35 + by, 31.65,
    -107.8, 31.0, -107.4, 31.1, -107.5, 30.9, -107.75, 30.88,
  ),
  footprintCentres: e7(-106.15 + by, 31.8, -107.6, 30.97), footprintDoubt: Float32Array.of(40, 90),
}

void map.ready.then(async () => {
  for (const id of ['land', 'coast', 'borders', 'countries']) (map.map.getSource(id) as GeoJSONSource).setData({ type: 'FeatureCollection', features: [] })
  map.setFrame(frame)
  map.setTracks([{ id: 't', parts: [{ points: [[-108, 32.1], [-107.6, 31.9], [-107.3, 31.5]] }, { points: [[-107.3, 31.5], [-107.1, 31.5]], gap: true }, { points: [[-107.1, 31.5], [-106.9, 31.55]] }] }])
  map.setEntries([
    { id: 'a', standing: 'uncleared', crossings: [{ at: [-106.9, 31.2], inward: true }, { at: [-106.2, 30.9], inward: false }], inside: [[[-106.9, 31.2], [-106.5, 31.1], [-106.2, 30.9]]] },
    { id: 'b', standing: 'cleared', crossings: [], inside: [[[-106.9, 30.6], [-106.4, 30.5], [-106.1, 30.6]]] },
    { id: 'c', standing: 'unknown', crossings: [{ at: [-105.9, 30.5], inward: true }], inside: [[[-105.9, 30.5], [-105.4, 30.3]]] },
  ])
  map.setLooked([{ id: 'l', polygons: [[circle({ lon: -105.2, lat: 30.9 }, 22_000, 60), circle({ lon: -105.2, lat: 30.9 }, 8000, 40)]] }])
  map.setPins([{ id: 'p', at: [-105.3, 31.5], label: 'Point 1', doubt: 9000 }])
  map.setReported([{ id: 'r', at: [-105.6, 32.1], count: 1 }, { id: 's', at: [-105.2, 32.1], count: 12 }])
  map.startTool('rings', [10_000, 20_000])
  map.map.getCanvas().blur()
  // The rings stand around the middle of the view, where the crosshair is.
  map.map.getCanvas().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  map.endTool()
  await document.fonts.ready
  const ready = () => (document.documentElement.dataset.ready = 'yes')
  if (map.map.loaded() && !map.map.isMoving()) map.map.once('render', ready).triggerRepaint()
  else map.map.once('idle', ready)
})
