// A page with nothing but the map, for the browser tests and the bench.
import { createMap, type Measured, type Pick, type Readout } from '../src/map/map'
import { decodeFrame, encodeFrame, emptyFrame, type MovingFrame } from '../src/live/frame'
import { circle } from '../src/place/geodesy'

const seen = { picks: [] as Pick[][], measured: [] as Measured[], readouts: [] as (Readout | undefined)[], errors: [] as string[] }

const map = createMap(document.getElementById('map')!, {
  words: { canvas: 'Mapa del vuelo', zoomIn: 'Acercar', zoomOut: 'Alejar' },
  language: 'es',
  theme: 'day',
  view: { lon: -106.4, lat: 31.2, zoom: 6.6 },
  onSelect: (picks) => seen.picks.push([...picks]),
  onMeasure: (m) => seen.measured.push(m),
  onReadout: (r) => seen.readouts.push(r),
  onError: (e) => seen.errors.push(e.message),
})

const e7 = (...degrees: number[]) => Int32Array.from(degrees, (d) => Math.round(d * 1e7))
const now = Date.UTC(2026, 10, 28, 12)

/** One of each state, as the server would send it. */
const frame: MovingFrame = decodeFrame(encodeFrame({
  ...emptyFrame,
  sequence: 1,
  time: now,
  ids: Uint32Array.of(1, 2, 3, 4, 5),
  flags: Uint8Array.of(1, 1, 0, 0, 2),
  instants: Float64Array.of(now - 200, now - 500, now - 45_000, now, now),
  lonLat: e7(-106.9, 31.55, -105.7, 31.0, -107.6, 30.9, -104.6, 31.9, 0, 0),
  heading: Float32Array.of(70, 215, 340, NaN, 0),
  altitude: Float32Array.of(3000, 2500, 2000, NaN, 0),
  footprintOf: Uint32Array.of(1, 2, 3),
  footprintFlags: Uint8Array.of(1, 0, 1),
  footprintInstants: Float64Array.of(now - 200, now - 500, now - 45_000),
  footprints: e7(
    -106.75, 31.9, -106.2, 32.0, -106.3, 31.7, -106.65, 31.65,
    // a corner that points inward
    -106.1, 30.9, -105.8, 30.45, -106.1, 30.65, -106.4, 30.45,
    -107.8, 31.2, -107.4, 31.3, -107.5, 31.1, -107.75, 31.08,
  ),
  footprintCentres: e7(-106.45, 31.8, -106.1, 30.78, -107.6, 31.17),
  footprintDoubt: Float32Array.of(40, 60, 90),
}))

/** Every kind of slow thing, around a border. */
function populate(): void {
  map.setFrame(frame)
  map.setTracks([{
    id: 'flight-1',
    parts: [
      { points: [[-109.2, 32.4], [-108.4, 32.0], [-108.0, 31.5], [-107.5, 31.4]] },
      { points: [[-107.5, 31.4], [-107.2, 31.5]], gap: true },
      { points: [[-107.2, 31.5], [-106.9, 31.55]] },
    ],
  }])
  map.setEntries([
    { id: 'entry-1', standing: 'uncleared', crossings: [{ at: [-108.2, 31.78], inward: true }, { at: [-107.5, 31.4], inward: false }], inside: [[[-108.2, 31.78], [-108.0, 31.5], [-107.5, 31.4]]], outline: [[[-108.6, 31.78], [-108.2, 31.78], [-107.2, 31.78]]] },
    { id: 'entry-2', standing: 'notified', crossings: [{ at: [-105.2, 30.7], inward: true }], inside: [[[-105.2, 30.7], [-105.5, 30.3], [-106.1, 30.1]]] },
    { id: 'entry-3', standing: 'disputed', crossings: [{ at: [-104.6, 29.8], inward: true }], inside: [[[-104.6, 29.8], [-105.1, 29.7], [-105.6, 29.9]]] },
    { id: 'entry-4', standing: 'cleared', crossings: [], inside: [[[-107.9, 30.3], [-107.2, 30.0], [-106.8, 30.3]]] },
    { id: 'entry-5', standing: 'unknown', crossings: [], inside: [[[-107.9, 29.9], [-107.2, 29.6], [-106.8, 29.9]]] },
  ])
  map.setLooked([{ id: 'looked-1', polygons: [[circle({ lon: -108.6, lat: 30.6 }, 30_000, 60), circle({ lon: -108.6, lat: 30.6 }, 12_000, 40)]] }])
  map.setPins([{ id: 'pin-1', at: [-105.0, 31.4], label: 'Punto 1', doubt: 9000 }, { id: 'pin-2', at: [-109.0, 31.3] }])
  map.setAirspace('./airspace.json', 'state', new Map([['MEX', 'uncleared'], ['USA', 'cleared']]))
}

Object.assign(window, { overflight: { map, seen, frame, populate, emptyFrame, encodeFrame, decodeFrame, now } })
document.documentElement.dataset.ready = 'asked'
void map.ready.then(() => (document.documentElement.dataset.ready = 'yes'))
