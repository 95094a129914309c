// Pictures of a page have few colours: with a palette a picture takes a third of the bytes and looks the same.
import { deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'

interface Box {
  colours: [number, number, number, number][] // red, green, blue, how often
  count: number
}

/** Rewrites a PNG with at most 256 colours, chosen by median cut. Text and lines keep their colours, for they are frequent. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, data } = PNG.sync.read(png)
  const often = new Map<number, number>()
  for (let i = 0; i < data.length; i += 4) {
    const c = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!
    often.set(c, (often.get(c) ?? 0) + 1)
  }
  const palette = cut([...often].map(([c, n]) => [c >> 16, (c >> 8) & 255, c & 255, n]), 256)
  const index = new Map<number, number>()
  for (const c of often.keys()) {
    const r = c >> 16, g = (c >> 8) & 255, b = c & 255
    let best = 0, least = Infinity
    palette.forEach((p, k) => {
      const d = (p[0] - r) ** 2 * 3 + (p[1] - g) ** 2 * 6 + (p[2] - b) ** 2
      if (d < least) {
        best = k
        least = d
      }
    })
    index.set(c, best)
  }
  const raw = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 4 * (y * width + x)
      raw[y * (width + 1) + 1 + x] = index.get((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!)!
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head), chunk('PLTE', Buffer.from(palette.flatMap((p) => [p[0], p[1], p[2]]))), chunk('IDAT', deflateSync(raw, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ])
}

function cut(colours: Box['colours'], most: number): [number, number, number][] {
  const whole = (c: Box['colours']): Box => ({ colours: c, count: c.reduce((n, x) => n + x[3], 0) })
  const boxes = [whole(colours)]
  const width = (b: Box): [number, number] => {
    let axis = 0, widest = -1
    for (const k of [0, 1, 2]) {
      let low = 255, high = 0
      for (const c of b.colours) {
        low = Math.min(low, c[k]!)
        high = Math.max(high, c[k]!)
      }
      if (high - low > widest) {
        widest = high - low
        axis = k
      }
    }
    return [axis, widest]
  }
  while (boxes.length < most) {
    let at = -1, best = 0, axis = 0
    boxes.forEach((b, i) => {
      const [a, w] = width(b)
      const weight = w * Math.sqrt(b.count)
      if (b.colours.length > 1 && weight > best) {
        best = weight
        at = i
        axis = a
      }
    })
    const b = boxes[at]
    if (!b) break
    b.colours.sort((x, y) => x[axis]! - y[axis]!)
    let seen = 0, k = 0
    while (k < b.colours.length - 1 && seen < b.count / 2) seen += b.colours[k++]![3]
    k = Math.max(1, k)
    boxes.splice(at, 1, whole(b.colours.slice(0, k)), whole(b.colours.slice(k)))
  }
  // The most frequent colour of a box stands for it: a mean would be nobody's.
  return boxes.map((b) => b.colours.reduce((best, c) => (c[3] > best[3] ? c : best))).map(([r, g, bl]) => [r, g, bl])
}

const table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
  return n >>> 0
})

function chunk(kind: string, body: Buffer): Buffer {
  const out = Buffer.alloc(12 + body.length)
  out.writeUInt32BE(body.length, 0)
  out.write(kind, 4, 'latin1')
  body.copy(out, 8)
  let crc = 0xffffffff
  for (const b of out.subarray(4, 8 + body.length)) crc = table[(crc ^ b) & 255]! ^ (crc >>> 8)
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 8 + body.length)
  return out
}
