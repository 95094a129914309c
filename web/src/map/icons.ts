// Small signs drawn by arithmetic at run time: no picture is fetched, and each follows the theme.
import type { HatchImage } from './hatch'
import { rgb } from './theme'

type Distance = (x: number, y: number) => number

/** A sign from its signed distance in CSS pixels, with a rim around it so that it stands out on any ground. */
function draw(size: number, ratio: number, ink: string, rim: string, body: Distance, hole?: Distance): HatchImage {
  const n = size * ratio
  const data = new Uint8ClampedArray(n * n * 4)
  const inks = rgb(ink)
  const rims = rgb(rim)
  const cover = (d: number) => Math.max(0, Math.min(1, 0.5 - d * ratio))
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const x = (i + 0.5) / ratio - size / 2
      const y = (j + 0.5) / ratio - size / 2
      const d = body(x, y)
      const solid = cover(d) * (hole ? 1 - cover(hole(x, y)) : 1)
      const k = (j * n + i) * 4
      for (let c = 0; c < 3; c++) data[k + c] = 255 * (inks[c]! * solid + rims[c]! * (1 - solid))
      data[k + 3] = 255 * cover(d - 1.5)
    }
  }
  return { width: n, height: n, data }
}

const diamond = (r: number): Distance => (x, y) => (Math.abs(x) + Math.abs(y) - r) / Math.SQRT2

/** Where a limit was crossed: full on the way in, hollow on the way out. */
export const crossing = (inward: boolean, ink: string, rim: string, ratio = 2): HatchImage =>
  draw(20, ratio, ink, rim, diamond(7), inward ? undefined : diamond(4))

/** A place that was marked; its tip is the bottom of the picture. */
export function pin(ink: string, rim: string, ratio = 2): HatchImage {
  const body: Distance = (x, y) => {
    const disc = Math.hypot(x, y + 3.5) - 6.5
    // from the disc down to the tip at the lower edge
    const t = Math.max(0, Math.min(1, (y + 3.5) / 14.5))
    const cone = Math.max(Math.abs(x) - 6 * (1 - t), -(y + 3.5), y - 11)
    return Math.min(disc, cone)
  }
  return draw(26, ratio, ink, rim, body, (x, y) => Math.hypot(x, y + 3.5) - 2.4)
}

/** The way that a lane is flown, pointing up. */
export function arrow(ink: string, rim: string, ratio = 2): HatchImage {
  // a triangle with its tip at the top
  const body: Distance = (x, y) => Math.max(y - 6, (Math.abs(x) * 2 - (y + 7)) / Math.sqrt(5))
  return draw(22, ratio, ink, rim, body)
}
