// The product's map with a beacon in its corner, whose colour is the sequence of the moving picture that was drawn last: read back
// in the frame that drew it, it says when a person could have seen what the server had stamped.
import type { CustomLayerInterface } from 'maplibre-gl'
import { createMap as product, type MapOptions, type OverflightMap } from '../src/map/map'

export * from '../src/map/map'

export interface Run {
  /** milliseconds from the server's stamp, of each picture that was drawn */
  readonly latencies: number[]
  /** pictures that the server sent meanwhile */
  readonly sent: number
}

export function createMap(container: HTMLElement, options: MapOptions): OverflightMap {
  const map = product(container, options)
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
  void map.ready.then(() => map.map.addLayer(beacon))

  /** Watches so many pictures being drawn. */
  const run = (count: number): Promise<Run> => new Promise((done) => {
    const gl = map.map.getCanvas().getContext('webgl2')!
    const pixel = new Uint8Array(4)
    const latencies: number[] = []
    let first = -1
    let last = -1
    const read = () => {
      gl.readPixels(2, 2, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel) // waits until all of it is drawn
      const now = Date.now()
      const { sequence, time } = map.moving.frame
      if (sequence === last || (pixel[0]! | (pixel[1]! << 8)) !== (sequence & 0xffff)) return
      if (first < 0) first = sequence
      else latencies.push(now - time) // of the first it is not known whether it was drawn before
      last = sequence
      if (latencies.length < count) return
      map.map.off('render', read)
      done({ latencies, sent: last - first })
    }
    map.map.on('render', read)
  })
  Object.assign(window, { bench: { map, run } })
  return map
}
