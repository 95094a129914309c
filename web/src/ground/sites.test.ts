import { expect, test } from 'vitest'
import type { SiteReport } from '../api/client'
import { parse } from '../lib/address'
import { inverse } from '../place/geodesy'
import { boxOfText, chance, drawnReport, frameOf, questionOf, ringOf, sameFrame, visited } from './sites'
import { classes, mainSign, strokes } from './signs'

const near = Date.UTC(2026, 10, 28)

test('an area is four numbers or two corners in any form', () => {
  expect(boxOfText('-110.9, 31.3, -110.8, 31.4')).toBe('-110.9,31.3,-110.8,31.4')
  expect(boxOfText('31.4 -110.9; 31.3 -110.8')).toBe('-110.9,31.3,-110.8,31.4')
  expect(boxOfText('170,-10,-170,10')).toBe('170,-10,-170,10') // across 180°
  for (const text of ['', 'here', '1,2,3', '-190,0,0,1', '0,2,1,1', '31.4 -110.9', '31.4 -110.9; there', '1 1; 2 2; 3 3']) expect(boxOfText(text), text).toBeNull()
})

test('what a list is narrowed to becomes one question, and what says nothing is named', () => {
  expect(questionOf({}, near)).toEqual({ query: { order: 'laboratory' }, wrong: [] })
  expect(questionOf({ class: 'tank', outcome: 'none', since: '2026-11-01', of: 'OFAC-SDN 11440 FTO', order: 'changed' }, near)).toEqual({
    query: { class: 'tank', outcome: 'none', since: '2026-11-01T00:00:00.000Z', list: 'OFAC-SDN', number: '11440', programme: 'FTO', order: 'changed' }, wrong: [],
  })
  expect(questionOf({ area: 'there', since: 'soon', of: 'a b c d' }, near).wrong).toEqual(['area', 'since', 'of'])
  expect(questionOf({ area: 'there' }, near).query).not.toHaveProperty('box')
})

test('a chance is never said to be certain', () => {
  expect([0, 0.0002, 0.0753, 0.25458, 0.9312, 0.99999, 1, NaN].map((p) => chance(p).replaceAll('\u202f', ' '))).toEqual(['0.0 %', '< 0.1 %', '7.5 %', '25 %', '93.1 %', '> 99.9 %', '100.0 %', '–'])
})

test.each([[31.3, -110.9, 120, 30, 20], [70, 179.9995, 60, 50, 135], [0.5, 0, 5000, 800, 90]])('the ring at %d, %d is the ellipse', (lat, lon, major_m, minor_m, azimuth_deg) => {
  const ring = ringOf({ lat, lon }, { major_m, minor_m, azimuth_deg })
  expect(ring).toHaveLength(73)
  expect(Math.max(...ring.slice(1).map((p, i) => Math.abs(p[0] - ring[i]![0])))).toBeLessThan(1) // unbroken
  for (const [x, y] of ring) {
    const { distance, bearing } = inverse({ lat, lon }, { lon: x, lat: y })
    const turn = ((bearing - azimuth_deg) * Math.PI) / 180
    const radius = (major_m * minor_m) / Math.hypot(minor_m * Math.cos(turn), major_m * Math.sin(turn))
    expect(Math.abs(distance - radius) / radius).toBeLessThan(1e-5)
  }
})

const report = { id: 'm-1', lat: 31.33172, lon: -110.86026, time: '2025-03-03T16:01:20.066667Z', flight: 'LOCAL-2026-0001', frame: { source: 'clip#256', offset: 14476, length: 525 } } as SiteReport

test('a report leads to Review at its frame, with its mark', () => {
  const v = parse(frameOf(report, 3))
  expect(v).toMatchObject({ screen: 'review', flight: 'LOCAL-2026-0001', source: 'clip', place: '31.331720,-110.860260', filter: 'site=3&report=m-1' })
  expect(new Date(v.at).toISOString()).toBe('2025-03-03T16:01:20.066Z')
  expect(frameOf({ ...report, frame: null as never }, 3)).toBe('')
  expect(frameOf({ ...report, flight: '' }, 3)).toBe('')
  expect(sameFrame(report, 'clip', 14476)).toBe(true)
  expect(sameFrame(report, 'clip', 14477)).toBe(false)
  expect(sameFrame(report, 'cam', 14476)).toBe(false)
})

test('every class has a sign of its own, and a danger is what a site is known by', () => {
  expect(new Set(Object.values(strokes)).size).toBe(classes.length)
  expect(mainSign(['other', 'tank', 'explosive-hazard'])).toBe('explosive-hazard')
  expect(mainSign(['other', 'structure', 'barrel-cluster'])).toBe('barrel-cluster')
  expect(mainSign([])).toBe('other')
})

test('what the host found decides how a site is drawn', () => {
  const of = (outcome: string) => visited({ outcome: { outcome } as never })
  expect(['confirmed-laboratory', 'destroyed', 'other-use', 'empty', 'not-visited'].map(of)).toEqual(['found', 'found', 'nothing', 'nothing', 'open'])
  expect(visited({ outcome: null as never })).toBe('open')
})

test('a report is drawn by its ellipse alone, and a class that is none of ours as other', () => {
  const e = { major_m: 40, minor_m: 20, azimuth_deg: 0 }
  const d = drawnReport('draft', [-110, 31], e)
  expect(d).toMatchObject({ id: 'draft', at: [-110, 31], sign: 'other', visited: 'open', label: '', report: true })
  expect(d.ring).toEqual(ringOf({ lon: -110, lat: 31 }, e))
  expect(drawnReport('r', [-110, 31], e, 'tank', 8).ring).toHaveLength(9)
  expect(drawnReport('r', [-110, 31], e, 'tank').sign).toBe('tank')
  expect(drawnReport('r', [-110, 31], e, 'castle').sign).toBe('other')
})
