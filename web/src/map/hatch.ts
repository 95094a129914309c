// Hatches, one form for each standing, so that standings are told apart in any light and by any eye.
import type { Standing } from './shape'
import { rgb } from './theme'

export interface HatchImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** Distance in pixels from the middle of the nearest stroke, in a tile of so many pixels that repeats without a seam. */
const forms: Record<Standing, (x: number, y: number, size: number) => number> = {
  // strokes rising to the right
  cleared: (x, y, s) => fold(x + y, s) / Math.SQRT2,
  // level strokes
  notified: (_, y, s) => fold(y, s / 2),
  // both diagonals crossed
  uncleared: (x, y, s) => Math.min(fold(x + y, s), fold(x - y, s)) / Math.SQRT2,
  // strokes falling to the right
  disputed: (x, y, s) => fold(x - y, s) / Math.SQRT2,
  // dots, in fives
  unknown: (x, y, s) => Math.min(Math.hypot(fold(x, s), fold(y, s)), Math.hypot(fold(x + s / 2, s), fold(y + s / 2, s))) - s * 0.045,
}

function fold(v: number, period: number): number {
  const r = ((v % period) + period) % period
  return Math.min(r, period - r)
}

/** A tile of a hatch; ratio is its pixels in a CSS pixel. Colour premultiplied is MapLibre's affair: this is plain RGBA. */
export function hatch(standing: Standing, colour: string, ratio = 2): HatchImage {
  const size = 20 * ratio
  const data = new Uint8ClampedArray(size * size * 4)
  const [r, g, b] = rgb(colour)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const d = forms[standing](x + 0.5, y + 0.5, size) - 0.55 * ratio
      const alpha = Math.max(0, Math.min(1, 0.5 - d))
      const i = (y * size + x) * 4
      data[i] = r * 255
      data[i + 1] = g * 255
      data[i + 2] = b * 255
      data[i + 3] = alpha * 150
    }
  }
  return { width: size, height: size, data }
}
