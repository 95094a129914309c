import { expect, test } from 'vitest'
import { Unreachable } from '../api/client'
import { Ground, lanesOf, linesOf, type Line, type Route, type Sheet } from './made'

const stream = (...parts: string[]) => new ReadableStream<Uint8Array>({
  start(c) {
    for (const p of parts) c.enqueue(new TextEncoder().encode(p))
    c.close()
  },
})
async function all(s: ReadableStream<Uint8Array>): Promise<Line[]> {
  const out: Line[] = []
  for await (const l of linesOf(s)) out.push(l)
  return out
}

test('lines are read however they are cut on the way', async () => {
  expect((await all(stream('{"elapsed_s":1}\n{"elap', 'sed_s":2,"id":"P-é', '"}\n'))).map((l) => l.elapsed_s)).toEqual([1, 2])
  await expect(all(stream('{"elapsed_s":1}\n{"elap'))).rejects.toThrow(Unreachable)
  const broken = new ReadableStream<Uint8Array>({ pull: (c) => c.error(new TypeError('network error')) })
  await expect(all(broken)).rejects.toThrow(Unreachable)
  await expect(all(stream('no JSON\n'))).rejects.toThrow(SyntaxError) // of ours, and not of the connection
})

test('the map of probability says what lies at a place, also beyond 180 degrees', () => {
  const values = new Float32Array([1, 2, 3, NaN])
  const sheet: Sheet = { west: 179, east: 181, south: -1, north: 1, columns: 2, rows: 2, cell_m: 1000, rest: 0.1, values: btoa(String.fromCharCode(...new Uint8Array(values.buffer))) }
  const g = new Ground(sheet)
  expect(g.most).toBe(3)
  expect(g.at({ lon: 179.5, lat: 0.5 })).toBe(1)
  expect(g.at({ lon: -179.5, lat: 0.5 })).toBe(2)
  expect(g.at({ lon: 179.5, lat: -0.5 })).toBe(3)
  expect(g.at({ lon: -179.5, lat: -0.5 })).toBeUndefined() // off the map
  expect(g.at({ lon: 178, lat: 0 })).toBeUndefined()
  expect(g.at({ lon: 180, lat: 2 })).toBeUndefined()
})

test('lanes are numbered in each sortie', () => {
  const leg = (sortie: number, sensed: boolean, ...coordinates: [number, number][]) => ({ type: 'Feature' as const, properties: { sortie, leg: 1, sensed }, geometry: { type: 'LineString' as const, coordinates } })
  const route: Route = { type: 'FeatureCollection', features: [leg(1, false, [0, 0], [0, 1]), leg(1, true, [0, 0], [1, 0]), leg(1, true, [1, 0], [0, 0]), leg(2, true, [0, 0], [0, 1])] }
  const lanes = lanesOf(route)
  expect(lanes.map((l) => [l.sortie, l.number, Math.round(l.course)])).toEqual([[1, 1, 90], [1, 2, 270], [2, 1, 0]])
  expect(lanes[0]!.length).toBeCloseTo(111_319.5, 0)
})
