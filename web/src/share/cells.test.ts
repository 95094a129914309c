import { describe, expect, test } from 'vitest'
import { cellFeatures } from '../map/cells'
import { areaOf, cornersOf, isPoint, placesOf, sizeOf, under, type Placed } from './cells'
import { cellAt } from './office'

const cell = (south: number, west: number, side: number) => ({ south, west, north: south + side, east: west + side })
const placed = (record: number, shown: Placed['shown'], more: Partial<Placed> = {}): Placed => ({
  id: `${record}/place`, record, kind: 'site/1', title: 'Site', name: 'place', field: 'Place', original: null, shown, digits: 5, whole: 12, inferred: null, ...more,
})

describe('cells', () => {
  test('are as large as they are on the ellipsoid', () => {
    const { across, up } = sizeOf(cell(0, -107, 1))
    expect(across).toBeCloseTo(111_319.49, 1)
    expect(up).toBeCloseTo(110_574.4, 0)
    expect(sizeOf(cell(60, 10, 1)).across).toBeLessThan(56_000) // the side nearer to the equator
    expect(sizeOf(cell(60, 10, 1)).across).toBeGreaterThan(sizeOf(cell(61, 10, 1)).across)
    expect(areaOf(cell(0, 0, 1)) / 1e6).toBeCloseTo(12_364, -1)
    expect(isPoint(cell(25, -106, 1e-7))).toBe(true)
  })

  test('of so many characters are halved twice and a half at each', () => {
    expect(cellAt(5).across).toBeCloseTo(4891, -1)
    expect(cellAt(5).up).toBeCloseTo(4891, -1)
    expect(cellAt(6).across).toBeCloseTo(1223, 0)
    expect(cellAt(6).up).toBeCloseTo(611, 0)
    expect(cellAt(12).across).toBeLessThan(0.04)
  })

  test('the smallest that lies under a click is meant', () => {
    const all = [placed(0, cell(24, -107, 2)), placed(1, cell(25, -106.5, 0.1)), placed(2, null)]
    expect(under(all, { lat: 25.05, lon: -106.45 })?.record).toBe(1)
    expect(under(all, { lat: 24.2, lon: -106.9 })?.record).toBe(0)
    expect(under(all, { lat: 20, lon: -106 })).toBeUndefined()
  })

  test('what is withheld is drawn for who has the original, and nothing of it is a cell', () => {
    const all = [placed(0, cell(24, -107, 1), { original: cell(24.5, -106.5, 1e-8), inferred: { record: 0, field: 'place', box: cell(24.2, -106.8, 0.4), radius_m: 30_000 } }), placed(1, null, { original: cell(26, -105, 1e-8) })]
    const parts = cellFeatures(all, '0/place').map((f) => [f.properties!['part'], f.properties!['id'], f.properties!['chosen'], f.geometry.type])
    expect(parts).toEqual([['cell', '0/place', true, 'Polygon'], ['inferred', '0/place', true, 'Polygon'], ['original', '0/place', true, 'Point'], ['original', '1/place', false, 'Point']])
    expect(cornersOf(all)).toEqual([[-107, 24], [-106, 25], [-105, 26], [-105 + 1e-8, 26 + 1e-8]])
  })

  test('that are the same are drawn once, and the one that is chosen tells', () => {
    const all = [placed(0, cell(24, -107, 1)), placed(1, cell(24, -107, 1))]
    expect(cellFeatures(all, '')).toHaveLength(1)
    expect(cellFeatures(all, '1/place')[0]!.properties).toMatchObject({ id: '1/place', chosen: true })
  })
})

test('the places of a preview begin with the one of which the least is left to guess', () => {
  const value = (text: string, box: Placed['shown']) => ({ kind: 'place' as const, text, digits: text.length, whole: 12, box: box! })
  const field = (text: string, shown: string | null) => ({ name: 'place', title: 'Place', class: 'position', marking: '', value: value(text.padEnd(12, '0'), cell(24, -107, 1e-8)), shown: (shown === null ? null : value(shown, cell(24, -107, 0.1))) as never, reasons: [] })
  const records = [0, 1, 2].map((n) => ({ record: n, kind: 'fix/1', title: 'Position', withheld: false, fields: [field('9s', n === 2 ? null : '9sfrq')] }))
  const inferred = [{ record: 0, field: 'place', box: cell(24, -107, 0.1), radius_m: 3000 }, { record: 1, field: 'place', box: cell(24, -107, 0.05), radius_m: 900 }]
  expect(placesOf(records, inferred).map((p) => [p.record, p.inferred?.radius_m, p.shown !== null])).toEqual([[1, 900, true], [0, 3000, true], [2, undefined, false]])
})
