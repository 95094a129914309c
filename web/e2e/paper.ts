// The lines of a PDF as they lie on its paper: enough of ISO 32000-1 to measure what was printed, and no more.
import { inflateSync } from 'node:zlib'

type Matrix = readonly [number, number, number, number, number, number]

export interface Line {
  /** points of a seventy-second of an inch */
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
  /** 0 to 255 */
  readonly colour: readonly [number, number, number]
}

export interface Paper {
  readonly pages: number
  /** width and height of the first page, points */
  readonly size: readonly [number, number]
  readonly lines: readonly Line[]
}

const times = (a: Matrix, b: Matrix): Matrix => [
  a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3], a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
]
const on = (m: Matrix, x: number, y: number): [number, number] => [m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]]

export function read(pdf: Buffer): Paper {
  const text = pdf.toString('latin1')
  const box = /\/MediaBox\s*\[\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)/.exec(text)
  const lines: Line[] = []
  for (const m of text.matchAll(/\bstream\r?\n/g)) {
    const before = text.slice(Math.max(0, m.index - 1000), m.index)
    const dictionary = before.slice(before.lastIndexOf(' obj'))
    const length = /\/Length\s+(\d+)/.exec(dictionary)
    if (!length || /\/Subtype\s*\/Image|\/Length1/.test(dictionary)) continue
    const start = m.index + m[0].length
    const body = pdf.subarray(start, start + Number(length[1]))
    try {
      drawn((/FlateDecode/.test(dictionary) ? inflateSync(body) : body).toString('latin1'), lines)
    } catch {
      continue // no content: a font, a profile
    }
  }
  return { pages: [...text.matchAll(/\/Type\s*\/Page\b/g)].length, size: [Number(box?.[3]), Number(box?.[4])], lines }
}

function drawn(content: string, lines: Line[]): void {
  let m: Matrix = [1, 0, 0, 1, 0, 0]
  let colour: [number, number, number] = [0, 0, 0]
  const kept: [Matrix, [number, number, number]][] = []
  let numbers: number[] = []
  let path: [number, number][][] = []
  for (const token of content.split(/\s+/)) {
    if (/^[-+.\d]/.test(token)) {
      numbers.push(Number(token))
      continue
    }
    const n = numbers
    numbers = []
    switch (token) {
      case 'q': kept.push([m, colour]); break
      case 'Q': [m, colour] = kept.pop() ?? [m, colour]; break
      case 'cm': m = times(n as unknown as Matrix, m); break
      case 'RG': colour = [n[0]! * 255, n[1]! * 255, n[2]! * 255]; break
      case 'm': path.push([on(m, n[0]!, n[1]!)]); break
      case 'l': path.at(-1)?.push(on(m, n[0]!, n[1]!)); break
      case 'S':
      case 's':
        for (const p of path) for (let i = 1; i < p.length; i++) lines.push({ from: p[i - 1]!, to: p[i]!, colour })
        path = []
        break
      case 'n': case 'f': case 'f*': case 'B': case 'b': path = []; break
    }
  }
}
