import { expect, test } from 'vitest'
import type { Look } from '../api/client'
import { csv, gapsOf, probability, told } from './looks'
import { fieldOf, periodOf } from './period'

const look = (flight: string, from: string | null, to: string | null, more: Partial<Look> = {}): Look => ({
  flight, source: 'eo', from: from && `2026-11-28T${from}Z`, to: to && `2026-11-28T${to}Z`, frames: 3, best_frame: 1, best_time: null, corners: [], sensor: null, height_m: null, slant_range_m: null, grazing_deg: null, azimuth_deg: null,
  resolution_m: null, band: 'unknown', light: 'day', terrain: 'unknown', pod: 0, best_pod: 0, pod_resolution: 0, pod_canopy: 0, group: 0, uncertainty_m: 0, ...more,
} as Look)

test('gaps lie between looks and not within them, whichever flight they are of', () => {
  const looks = [look('B', '10:00:00', '11:00:00'), look('A', '08:00:00', '08:10:00'), look('A', '10:30:00', '10:40:00'), look('A', '11:30:00', '11:30:00'), look('C', null, null)]
  expect(gapsOf(looks).map((g) => [g.from, g.to].map((x) => new Date(x).toISOString().slice(11, 16)))).toEqual([['08:10', '10:00'], ['11:00', '11:30']])
  const t = told(looks)
  expect([t.flights, new Date(t.from).toISOString().slice(11, 16), new Date(t.to).toISOString().slice(11, 16)]).toEqual([3, '08:00', '11:30'])
  expect(t.gap && t.gap.to - t.gap.from).toBe(110 * 60_000)
  expect(told([look('C', null, null)])).toEqual({ flights: 1, from: NaN, to: NaN, gap: undefined })
  expect(told([])).toEqual({ flights: 0, from: NaN, to: NaN, gap: undefined })
})

test('a probability that is not nothing never reads as nothing, nor one that is not sure as sure', () => {
  expect([0, 0.001, 0.714, 0.9999, 1, null, NaN].map(probability)).toEqual(['0.00', '< 0.01', '0.71', '> 0.99', '1.00', '—', '—'])
})

test('as comma-separated values what is not known is empty, which is not zero', () => {
  const [head, row] = csv([look('A', '10:00:00.000000', '10:00:00.120000', { source: 'a,"b"', pod: 0.5, slant_range_m: 0 })]).split('\n')
  expect(head!.split(',')).toHaveLength(24)
  expect(row).toBe('A,"a,""b""",2026-11-28T10:00:00Z,2026-11-28T10:00:00.12Z,3,1,,,,,0,,,,unknown,day,unknown,0.5,0,0,0,,0,0')
})

test('a period has two ends, either of which may be open, and is not empty', () => {
  const near = Date.UTC(2026, 10, 28)
  expect(periodOf(' ', '', near)).toEqual({ since: '', until: '', wrong: '' })
  expect(periodOf('2026-11-01', '07:24', near)).toEqual({ since: '2026-11-01T00:00:00.000Z', until: '2026-11-28T07:24:00.000Z', wrong: '' })
  expect(periodOf('soon', '', near).wrong).toBe('since')
  expect(periodOf('', '2026-13-01', near).wrong).toBe('until')
  expect(periodOf('2026-11-02', '2026-11-01', near).wrong).toBe('empty')
  expect(periodOf('2026-11-01', '2026-11-01', near).wrong).toBe('empty')
  for (const text of ['2026-11-01', '2026-11-28 07:24:00', '2026-11-28 07:24:30.250']) expect(fieldOf(periodOf(text, '', near).since)).toBe(text)
  expect(fieldOf(undefined)).toBe('')
})
