// A beacon in the corner of the product's map, whose colour is the sequence of the moving picture that was drawn last: read back in the
// frame that drew it, it says when a person could have seen what the server had stamped. It is put there from outside; the page knows nothing of it.
import type { Page } from 'playwright-core'
import type { OverflightMap } from '../src/map/map'

export interface Run {
  /** milliseconds from the server's stamp, of each picture that was drawn */
  readonly latencies: number[]
  /** pictures that the server sent meanwhile */
  readonly sent: number
}

type Boxed = HTMLElement & { readonly overflight: OverflightMap }

/** Puts the beacon on the map of a page. */
export const light = (page: Page): Promise<void> => page.evaluate(() => {
  const box = document.querySelector<Boxed>('[data-testid=map]')!
  const { moving } = box.overflight
  const gl = moving.canvas.getContext('webgl2')!
  box.addEventListener('drawn', () => {
    const n = moving.frame.sequence
    gl.enable(gl.SCISSOR_TEST)
    gl.scissor(0, 0, 8, 8)
    gl.clearColor((n & 255) / 255, ((n >> 8) & 255) / 255, 0, 1)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.disable(gl.SCISSOR_TEST)
  })
})

/** Watches so many pictures being drawn. */
export const watch = (page: Page, count: number): Promise<Run> => page.evaluate((count) => new Promise<Run>((done) => {
  const box = document.querySelector<Boxed>('[data-testid=map]')!
  const { moving } = box.overflight
  const gl = moving.canvas.getContext('webgl2')!
  const pixel = new Uint8Array(4)
  const latencies: number[] = []
  let first = -1
  let last = -1
  const read = () => {
    gl.readPixels(2, 2, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel) // waits until all of it is drawn
    const now = Date.now()
    const { sequence, time } = moving.frame
    if (sequence === last || (pixel[0]! | (pixel[1]! << 8)) !== (sequence & 0xffff)) return
    if (first < 0) first = sequence
    else latencies.push(now - time) // of the first it is not known whether it was drawn before
    last = sequence
    if (latencies.length < count) return
    box.removeEventListener('drawn', read)
    done({ latencies, sent: last - first })
  }
  box.addEventListener('drawn', read)
}), count)
