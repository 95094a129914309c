import { describe, expect, test } from 'vitest'
import { area } from '../place/geodesy'
import { pieces } from './gaps'
import { boxOfCell, boxOfGrid, cellArea, cellAt, centreOf, decode, edges, planOf, shares, summary, unlooked, wanted, type Cover, type Grid } from './raster'

/** The bytes of a raster, as the server writes them. */
function bytesOf(g: Grid, layers: readonly (readonly number[])[], magic = 'OVC1'): ArrayBuffer {
  const n = g.columns * g.rows
  const out = new ArrayBuffer(48 + 4 * n * layers.length), v = new DataView(out)
  for (let i = 0; i < 4; i++) v.setUint8(i, magic.charCodeAt(i))
  v.setUint32(4, g.columns, true)
  v.setUint32(8, g.rows, true)
  v.setUint32(12, layers.length, true)
  for (const [i, x] of [g.north, g.west, g.height, g.width].entries()) v.setFloat64(16 + 8 * i, x, true)
  layers.forEach((layer, k) => layer.forEach((x, i) => v.setFloat32(48 + 4 * (k * n + i), x, true)))
  return out
}

/** With one of its numbers another. */
function patched(at: number, value: number): ArrayBuffer {
  const b = bytesOf(grid, [pod, pod, pod, looks])
  new DataView(b).setUint32(at, value, true)
  return b
}

const grid: Grid = { columns: 4, rows: 3, north: -16.9, west: 179.9, height: 0.1, width: 0.1 }
const N = NaN
const pod = [0.9, 0.45, N, N, 0, 0.2, N, N, N, N, N, 1]
const looks = pod.map((v) => (Number.isNaN(v) ? N : 3))
const made = () => decode(bytesOf(grid, [pod, pod, pod, looks])) as Cover

describe('a raster', () => {
  test('is read as it was written, and no number stays none', () => {
    const c = made()
    expect(c).toMatchObject(grid)
    expect([...c.pod]).toEqual(pod.map(Math.fround))
    expect([...c.looks]).toEqual(looks)
  })
  test.each([
    ['another magic', bytesOf(grid, [pod, pod, pod, looks], 'OVC2')],
    ['one layer', bytesOf(grid, [pod])],
    ['cut', bytesOf(grid, [pod, pod, pod, looks]).slice(0, -1)],
    ['no cells', bytesOf({ ...grid, columns: 0 }, [[], [], [], []])],
    ['more cells than there are', patched(8, 0xffffffff)],
    ['off the Earth', bytesOf({ ...grid, north: 91 }, [pod, pod, pod, looks])],
    ['no size', bytesOf({ ...grid, width: 0 }, [pod, pod, pod, looks])],
    ['nothing', new ArrayBuffer(0)],
  ])('is refused: %s', (_, bytes) => expect(decode(bytes)).toBeUndefined())

  test('has its cells where they are, across the antimeridian', () => {
    for (let row = 0; row < 3; row++) for (let column = 0; column < 4; column++) expect(cellAt(grid, centreOf(grid, { column, row }))).toEqual({ column, row })
    expect(cellAt(grid, { lon: -179.85, lat: -16.95 })).toEqual({ column: 2, row: 0 })
    for (const p of [{ lon: 179.89, lat: -17 }, { lon: -179.69, lat: -17 }, { lon: 180, lat: -16.89 }, { lon: 180, lat: -17.21 }]) expect(cellAt(grid, p)).toBeUndefined()
    const [w, s, e, n] = boxOfCell(grid, { column: 3, row: 2 })
    expect([w, s, e, n].map((x) => Number(x.toFixed(6)))).toEqual([180.2, -17.2, 180.3, -17.1])
    expect(boxOfGrid(grid).map((x) => Number(x.toFixed(6)))).toEqual([179.9, -17.2, 180.3, -16.9])
  })
  test('has cells of their true size', () => {
    const ring = [[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1]].map(([x, y]) => ({ lon: 179.9 + x!, lat: -17 + y! }))
    expect(cellArea(grid, 0)).toBeCloseTo(area(ring) / 1e6, 3)
  })
})

describe('a plan', () => {
  test('has the cells whose middles lie in it, by even and odd, and the surest of two', () => {
    const ring = (w: number, s: number, e: number, n: number): [number, number][] => [[w, s], [e, s], [e, n], [w, n], [w, s]]
    const plan = planOf(grid, [
      { rings: [ring(179.8, -17.2, -179.8, -16.8), ring(180 - 0.01, -17.11, -179.91, -16.99)], pod: 0.5 }, // a hole in it over one cell
      { rings: [ring(179.9, -17, 180, -16.9)], pod: 0.7 },
      { rings: [ring(179.9, -17.2, 180, -17.1)], pod: NaN },
    ])
    expect([...plan].map((v) => (Number.isNaN(v) ? null : Number(v.toFixed(2))))).toEqual([0.7, 0.5, 0.5, null, 0.5, null, 0.5, null, 0.5, 0.5, 0.5, null])
    expect([...planOf(grid, [{ rings: [ring(-180.1, -17.2, -180, -16.9)], pod: NaN }])].filter((v) => v === -1)).toHaveLength(3)
    expect([...planOf(grid, [{ rings: [ring(0, -17.2, 1, -16.9)], pod: 1 }])].every(Number.isNaN)).toBe(true)
  })
  test('leaves gaps where nobody looked, the largest first, each with a middle that lies in it', () => {
    const c = made()
    const gaps = pieces(c, (i) => Number.isNaN(c.looks[i]!))
    expect(gaps.map((g) => g.cells)).toEqual([7])
    const plus = pieces(grid, (i) => [0, 2, 3, 7, 8].includes(i))
    expect(plus.map((g) => g.cells)).toEqual([3, 1, 1])
    for (const g of plus) expect(cellAt(grid, g.middle)).toBeDefined()
    expect(plus[0]!.box.map((x) => Number(x.toFixed(6)))).toEqual([180.1, -17.1, 180.3, -16.9])
    expect(plus[0]!.area).toBeCloseTo(2 * cellArea(grid, 0) + cellArea(grid, 1), 9)
    // All round the Earth there is no seam.
    const round: Grid = { columns: 36, rows: 1, north: 5, west: -180, height: 10, width: 10 }
    expect(pieces(round, (i) => i === 0 || i === 35).map((g) => g.cells)).toEqual([2])
  })
})

test('what it comes to: every cell once, ground that was seen in vain apart from ground that nobody saw', () => {
  const c = made()
  const all = new Float32Array(12).fill(-1)
  const s = summary(c, all)
  const total = 4 * [0, 1, 2].reduce((a, row) => a + cellArea(grid, row), 0)
  expect(s.bands.reduce((a, b) => a + b.area, 0)).toBeCloseTo(total, 9)
  expect(s.wanted).toBeCloseTo(total, 9)
  expect(s.met).toBeCloseTo(s.seen, 9)
  expect(s.bands.map((b) => [b.from, b.to])).toEqual([[NaN, NaN], [0, 0], ...edges.slice(1).map((e, i) => [edges[i], e])])
  expect(s.bands.map((b) => Math.round(b.area / cellArea(grid, 1)))).toEqual([7, 1, 0, 1, 1, 0, 2]) // the float nearest to 0.2 is above it
  expect(s.pod).toBeCloseTo((0.9 + 0.45 + 0 + 0.2 + 1) / 5, 2)
})

test('what is drawn: not looked is clear, planned and not looked is hatched, and a probability of 0 has a colour', () => {
  const c = made()
  const plan = new Float32Array(12).fill(NaN)
  plan[2] = 0.5
  plan[0] = -1
  expect([...shares(c, 'pod', plan).shares].slice(0, 5)).toEqual([0.9, 0.45, wanted, unlooked, 0].map(Math.fround))
  expect(shares(c, 'looks').top).toBe(3)
  expect([...shares(c, 'looks').shares].slice(0, 3)).toEqual([1, 1, unlooked])
  expect([...shares(c, 'planned', plan).shares].slice(0, 4)).toEqual([1, unlooked, 0.5, unlooked])
  expect([...shares(c, 'planned').shares].every((v) => v === unlooked)).toBe(true)
})
