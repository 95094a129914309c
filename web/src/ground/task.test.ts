import { expect, test } from 'vitest'
import { areaOf } from './shapes'
import { askedOf, cornersOf, cornersText, draftOf, FieldFault, featureOf, newShape, noFields, numberOf, shapesOfGeoJSON, type Draft } from './task'

const ring = [{ lon: -107, lat: 24 }, { lon: -106, lat: 24 }, { lon: -106, lat: 25 }]
const draft = (change: Partial<Draft['fields']> = {}, shapes = [newShape('area', 'A', ring)]): Draft => ({ shapes, others: [], fields: { ...noFields, base: '24.6, -107.4', ...change } })
const instant = (s: string) => (/^\d{4}-/.test(s) ? Date.parse(s) : null)
const fault = (d: Draft) => {
  try {
    askedOf(d, instant)
  } catch (e) {
    if (e instanceof FieldFault) return `${e.field} ${e.expected}`
    throw e
  }
  return ''
}

test('a draft becomes the request that the server reads', () => {
  const tip = { ...newShape('tip', 'T', [{ lon: -106.5, lat: 24.5 }]), sigma: 3, weight: 2, date: '2026-03-01' }
  const zone = newShape('zone', 'Z', ring)
  const others = [{ aircraft: 'mq-9b', base: '', hours: '30', sorties: '2' }, { aircraft: 'mq-9a', base: '25, -107', hours: '', sorties: '' }]
  const a = askedOf({ ...draft({ hours: '7,5', turnaround: '3', apart: '10', departs: '2026-03-02 06:00Z', permitted: ' S-1 ', level: '4500 msl', states: 'mex usa', cleared: 'all', clearedSince: '2026-01-01', startPlace: "24°00'N 106°00'W", startCourse: '270' }, [newShape('area', 'A', ring), tip, zone]), others }, instant)
  expect(a).toMatchObject({ base: '24.6,-107.4', hours: 7.5, states: ['MEX', 'USA'], cleared: { since: '2026-01-01T00:00:00.000Z' }, start: { place: '24,-106', course_deg: 270 } })
  expect(a).toMatchObject({ turnaround_h: 3, apart_km: 10, take_off: '2026-03-02T06:00:00.000Z', for: 'S-1', level_m: 4500, level_datum: 'MSL' })
  expect(a.others).toEqual([{ aircraft: 'mq-9b', hours: 30, sorties: 2 }, { aircraft: 'mq-9a', base: '25,-107', sorties: 1 }])
  const prior = a.prior as GeoJSON.FeatureCollection
  expect(prior.features.map((f) => f.geometry.type)).toEqual(['Polygon', 'Point'])
  expect(prior.features[1]!.properties).toMatchObject({ sigma_m: 3000, weight: 2, date: '2026-03-01' })
  expect((a.exclude as GeoJSON.FeatureCollection).features).toHaveLength(1)
  // and back again, for who goes on from a plan
  const again = draftOf(a, (i) => String(i))
  expect(again.shapes.map((s) => [s.kind, s.name, s.weight])).toEqual([['area', 'A', 1], ['tip', 'T', 2], ['zone', 'Z', 1]])
  expect(askedOf(again, instant)).toEqual(a)
})

test('what does not say what it needs to is named', () => {
  expect(fault(draft({}, []))).toBe('prior areas')
  expect(fault(draft({}, [newShape('area', 'A', ring.slice(0, 2))]))).toBe('prior corners')
  expect(fault(draft({}, [newShape('area', 'A', ring), newShape('zone', 'Z')]))).toBe('exclude corners')
  expect(fault(draft({ base: 'nowhere' }))).toBe('base place')
  expect(fault(draft({ hours: 'six' }))).toBe('hours number')
  expect(fault(draft({ hours: '' }))).toBe('hours number')
  expect(fault(draft({ states: 'MX' }))).toBe('states states')
  expect(fault(draft({ cleared: 'all', clearedUntil: 'soon' }))).toBe('cleared instant')
  expect(fault(draft({ level: 'FL150' }))).toBe('level_m level')
  expect(fault(draft({ departs: 'soon' }))).toBe('take_off instant')
  expect(fault({ ...draft(), others: [{ aircraft: 'mq-9a', base: 'nowhere', hours: '', sorties: '1' }] })).toBe('others place')
  expect(fault(draft())).toBe('')
})

test('numbers are read as they are typed', () => {
  expect(['4', '0.6', '0,6', '-3.', '.5'].map(numberOf)).toEqual([4, 0.6, 0.6, -3, 0.5])
  expect(['', 'x', '1e3', '1,000,0', '0x10', 'Infinity'].map(numberOf)).toEqual([NaN, NaN, NaN, NaN, NaN, NaN])
})

test('corners are typed in any form, and a line that is none is named', () => {
  const typed = cornersOf("24.0, -107.0\n\n24°00.000'N 106°00.000'W\n25°00'00\"N 106°00'00\"W\n24.0, -107.0")
  expect(typed).toHaveLength(3)
  expect(cornersOf('24, -107\nnowhere\n25, -106')).toBe(2)
  expect(cornersOf(cornersText(ring, 'DD', 'en'))).toEqual(ring)
})

test('a file becomes shapes: the weight of several polygons lies evenly over all of them', () => {
  const square = (x: number, size: number) => [[[x, 0], [x + size, 0], [x + size, size], [x, size], [x, 0]]]
  const shapes = shapesOfGeoJSON(JSON.stringify({
    type: 'FeatureCollection', features: [
      { type: 'Feature', properties: { weight: 5, name: 'M' }, geometry: { type: 'MultiPolygon', coordinates: [square(0, 2), square(10, 1)] } },
      { type: 'Feature', properties: { sigma_m: 2500, date: '2026-02-03T00:00:00Z' }, geometry: { type: 'Point', coordinates: [1, 2] } },
      { type: 'Feature', properties: null, geometry: { type: 'LineString', coordinates: [[0, 0], [1, 1]] } },
    ],
  }), 'area', (i) => `n${i}`)
  expect(shapes.map((s) => s.kind)).toEqual(['area', 'area', 'tip'])
  expect(shapes[0]!.weight / shapes[1]!.weight).toBeCloseTo(4, 1)
  expect(shapes[0]!.weight + shapes[1]!.weight).toBeCloseTo(5, 9)
  expect(shapes[2]).toMatchObject({ sigma: 2.5, date: '2026-02-03' })
  expect(shapes[0]!.points).toHaveLength(4)
  expect(() => shapesOfGeoJSON('{"type":"Polygon","coordinates":[[["a",0],[1,0],[1,1]]]}', 'area', String)).toThrow()
})

test('a hole is no part of an area, and stays one in the request', () => {
  const holed = { ...newShape('area', 'H', [{ lon: 0, lat: 0 }, { lon: 1, lat: 0 }, { lon: 1, lat: 1 }, { lon: 0, lat: 1 }]), holes: [[{ lon: 0.4, lat: 0.4 }, { lon: 0.6, lat: 0.4 }, { lon: 0.6, lat: 0.6 }, { lon: 0.4, lat: 0.6 }]] }
  expect(areaOf(holed) / areaOf({ ...holed, holes: [] })).toBeCloseTo(0.96, 3)
  expect((featureOf(holed).geometry as GeoJSON.Polygon).coordinates).toHaveLength(2)
})
