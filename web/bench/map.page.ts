// From the stamp of a message to the pixel on the screen: messages are made and
// decoded as bytes, a beacon in the corner carries the sequence of the picture drawn, and it is read back in the same frame.
import type { CustomLayerInterface } from 'maplibre-gl'
import { decodeFrame, emptyFrame, encodeFrame, type MovingFrame } from '../src/live/frame'
import { createMap } from '../src/map/map'

const aircraft = 1000
const footprints = 200

const map = createMap(document.getElementById('map')!, {
  words: { canvas: 'Bench', zoomIn: '+', zoomOut: '-' },
  language: 'en',
  theme: 'day',
  view: { lon: -102, lat: 24, zoom: 4.2 },
})

// a small generator, the same numbers every time
let seed = 20261128
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}
const starts = Array.from({ length: aircraft }, () => ({ lon: -118 + 32 * random(), lat: 15 + 18 * random(), heading: 360 * random(), speed: 0.002 + 0.004 * random() }))

/** The picture at a step, as the server would send it. */
function message(sequence: number, empty: boolean): ArrayBuffer {
  const now = performance.timeOrigin + performance.now()
  if (empty) return encodeFrame({ ...emptyFrame, sequence, time: now })
  const frame: MovingFrame = {
    sequence, time: now,
    ids: new Uint32Array(aircraft), flags: new Uint8Array(aircraft), instants: new Float64Array(aircraft).fill(now - 300), lonLat: new Int32Array(2 * aircraft),
    heading: new Float32Array(aircraft), altitude: new Float32Array(aircraft).fill(3000),
    footprintOf: new Uint32Array(footprints), footprintFlags: new Uint8Array(footprints).fill(1), footprintInstants: new Float64Array(footprints).fill(now - 300),
    footprints: new Int32Array(8 * footprints), footprintCentres: new Int32Array(2 * footprints), footprintDoubt: new Float32Array(footprints).fill(30),
  }
  starts.forEach((s, i) => {
    const a = (s.heading * Math.PI) / 180
    const lon = s.lon + Math.sin(a) * s.speed * sequence
    const lat = s.lat + Math.cos(a) * s.speed * sequence
    frame.ids[i] = i + 1
    frame.lonLat[2 * i] = lon * 1e7
    frame.lonLat[2 * i + 1] = lat * 1e7
    frame.heading[i] = s.heading
    if (i >= footprints) return
    const at = [lon + 0.5 * Math.cos(a), lat - 0.5 * Math.sin(a)] as const
    frame.footprintOf[i] = i + 1
    ;[[-0.2, -0.15], [0.2, -0.15], [0.3, 0.2], [-0.3, 0.2]].forEach(([x, y], k) => {
      frame.footprints[8 * i + 2 * k] = (at[0] + x!) * 1e7
      frame.footprints[8 * i + 2 * k + 1] = (at[1] + y!) * 1e7
    })
    frame.footprintCentres[2 * i] = at[0] * 1e7
    frame.footprintCentres[2 * i + 1] = at[1] * 1e7
  })
  return encodeFrame(frame)
}

/** Eight pixels in the corner whose colour is the sequence of the frame the moving layer drew last. */
const beacon: CustomLayerInterface = {
  id: 'beacon',
  type: 'custom',
  render(gl) {
    const n = map.moving.frame.sequence
    gl.enable(gl.SCISSOR_TEST)
    gl.scissor(0, 0, 8, 8)
    gl.clearColor((n & 255) / 255, ((n >> 8) & 255) / 255, 0, 1)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.disable(gl.SCISSOR_TEST)
  },
}

export interface Run {
  readonly latencies: number[]
  readonly sent: number
  readonly drawn: number
  readonly bytes: number
}

/** Sends so many messages, one every so many milliseconds, and says how long each that was drawn took. */
function run(count: number, period: number, empty = false): Promise<Run> {
  const stamps = new Map<number, number>()
  const latencies: number[] = []
  const first = map.moving.frame.sequence + 1
  let last = first - 1
  let bytes = 0
  const gl = map.map.getCanvas().getContext('webgl2')!
  const pixel = new Uint8Array(4)
  return new Promise((done) => {
    const read = () => {
      gl.readPixels(2, 2, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
      const n = pixel[0]! | (pixel[1]! << 8)
      const stamp = stamps.get(n)
      if (n <= last || stamp === undefined) return
      last = n
      latencies.push(performance.timeOrigin + performance.now() - stamp)
      if (n === first + count - 1) finish()
    }
    const finish = () => {
      map.map.off('render', read)
      done({ latencies, sent: stamps.size, drawn: latencies.length, bytes })
    }
    map.map.on('render', read)
    let sent = 0
    const timer = setInterval(() => {
      const bytesOf = message(first + sent, empty)
      bytes = bytesOf.byteLength
      const frame = decodeFrame(bytesOf)
      stamps.set(frame.sequence, frame.time)
      map.setFrame(frame)
      if (++sent === count) clearInterval(timer)
    }, period)
  })
}

void map.ready.then(() => {
  map.map.addLayer(beacon)
  Object.assign(window, { bench: { run, map } })
  document.documentElement.dataset.ready = 'yes'
})
