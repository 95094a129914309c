import { describe, expect, test } from 'vitest'
import { forms, parse, print } from './coordinates'
import { inverse } from './geodesy'
import { fromUtm, toUtm } from './utm'

const dms = (d: number, m: number, s: number) => d + m / 60 + s / 3600

describe('parse', () => {
  test.each<[string, number, number, string]>([
    ['19.43, -99.13', 19.43, -99.13, 'DD'],
    ['19.43 -99.13', 19.43, -99.13, 'DD'],
    ['19.43,-99.13', 19.43, -99.13, 'DD'],
    ['19.43N 99.13W', 19.43, -99.13, 'DD'],
    ['19.43° N, 99.13° O', 19.43, -99.13, 'DD'],
    ['99.13W 19.43N', 19.43, -99.13, 'DD'],
    ['N19.43 W99.13', 19.43, -99.13, 'DD'],
    ['N 19.43, O 99.13', 19.43, -99.13, 'DD'],
    ['19,43N 99,13O', 19.43, -99.13, 'DD'],
    ['19,43 -99,13', 19.43, -99.13, 'DD'],
    ['19,43, -99,13', 19.43, -99.13, 'DD'],
    ['19,43; -99,13', 19.43, -99.13, 'DD'],
    ['19, -99', 19, -99, 'DD'],
    ['19,99', 19, 99, 'DD'],
    ['-33.9 151.2', -33.9, 151.2, 'DD'],
    ['−33.9; 151.2', -33.9, 151.2, 'DD'],
    ['(19.43, -99.13)', 19.43, -99.13, 'DD'],
    ['geo:19.43,-99.13', 19.43, -99.13, 'DD'],
    ['lat: 19.43, lon: -99.13', 19.43, -99.13, 'DD'],
    ['Longitud -99.13 Latitud 19.43', 19.43, -99.13, 'DD'],
    ['19.43 norte 99.13 oeste', 19.43, -99.13, 'DD'],
    ['+19.4325-099.1330/', 19.4325, -99.133, 'DD'],
    ['19°25.95\'N 99°7.98\'W', 19 + 25.95 / 60, -(99 + 7.98 / 60), 'DMM'],
    ['19 25.95 N 99 7.98 W', 19 + 25.95 / 60, -(99 + 7.98 / 60), 'DMM'],
    ['19 25.95, -99 7.98', 19 + 25.95 / 60, -(99 + 7.98 / 60), 'DMM'],
    ['1925N09907W', 19 + 25 / 60, -(99 + 7 / 60), 'DMM'],
    ['19°25\'57"N 99°7\'59"O', dms(19, 25, 57), -dms(99, 7, 59), 'DMS'],
    ['19°25′57″N 99°7′59″W', dms(19, 25, 57), -dms(99, 7, 59), 'DMS'],
    ['19º25’57’’ N, 99º7’59’’ O', dms(19, 25, 57), -dms(99, 7, 59), 'DMS'],
    ['19 25 57 N 99 7 59 O', dms(19, 25, 57), -dms(99, 7, 59), 'DMS'],
    ['19 25 57 -99 7 59', dms(19, 25, 57), -dms(99, 7, 59), 'DMS'],
    ['N19°25\'57.5" W099°07\'59.5"', dms(19, 25, 57.5), -dms(99, 7, 59.5), 'DMS'],
    ['19°25\'57,5"N 99°7\'59,5"O', dms(19, 25, 57.5), -dms(99, 7, 59.5), 'DMS'],
    ['192557N0990759W', dms(19, 25, 57), -dms(99, 7, 59), 'DMS'],
    ['0°30\'0"S 0°15\'0"W', -0.5, -0.25, 'DMS'],
  ])('%s', (text, lat, lon, form) => {
    const p = parse(text)
    expect(p).toBeDefined()
    expect(p!.lat).toBeCloseTo(lat, 9)
    expect(p!.lon).toBeCloseTo(lon, 9)
    expect(p!.form).toBe(form)
  })

  test.each([
    '', 'Mexico', '19', '19.43', '91, 0', '0, 181', '-19.43N 99.13W', '19.43N 99.13', '19N 20N', '19°60\'N 99°0\'W',
    '19°25\'60"N 99°7\'59"W', '19.5 25 N 99 7 W', '[19.43, -99.13]', '1 2 3', '19 25 57 99', '1;2;3', '10, 20, 30', 'x'.repeat(500),
    '14QMG863', '61Q MG 86353 48412', '14Q MG 863 48412', '14I MG 86353 48412', '14Q ZZ 86353 48412', '14Q 50 2148412', '61Q 486353 2148412',
    '14Q 486353 5148412',
  ])('refuses %s', (text) => {
    expect(parse(text)).toBeUndefined()
  })

  test.each(['14QMG8635348412', '14Q MG 86353 48412', '14q mg 86353 48412', '14QMG 8635348412', ' 14Q  MG 8635348412 '])('MGRS %s', (text) => {
    const p = parse(text)!
    expect(p.form).toBe('MGRS')
    expect(inverse(p, { lat: 19.43, lon: -99.13 }).distance).toBeLessThan(2)
  })

  test('MGRS with fewer digits means the middle of its square', () => {
    expect(inverse(parse('14QMG8648')!, fromUtm(14, false, 486_500, 2_148_500)).distance).toBeLessThan(2)
    expect(inverse(parse('14QMG')!, fromUtm(14, false, 450_000, 2_150_000)).distance).toBeLessThan(200)
    expect(inverse(parse('13RBH5839144916')!, fromUtm(13, false, 258_391.5, 2_744_916.5)).distance).toBeLessThan(2)
  })

  test.each(['14Q 486353 2148412', '14Q 486353E 2148412N', 'UTM 14Q 486353 mE 2148412 mN', '14 N 486353 2148412', 'Zona 14N 486353, 2148412'])('UTM %s', (text) => {
    const p = parse(text)!
    expect(p.form).toBe('UTM')
    expect(p.otherwise).toBeUndefined()
    expect(inverse(p, { lat: 19.43, lon: -99.13 }).distance).toBeLessThan(2)
  })

  test('a letter that is a band in one custom and a hemisphere in the other gives both readings', () => {
    const p = parse('14S 500000 4000000')!
    expect(p.lat).toBeCloseTo(36.14, 1)
    expect(p.otherwise!.lat).toBeCloseTo(-54.1, 0)
    const south = parse('56S 334000 6250000')!
    expect(south.lat).toBeLessThan(0)
    expect(south.otherwise).toBeUndefined()
  })
})

describe('print', () => {
  const cdmx = { lat: 19.4325, lon: -99.13306 }
  test.each([
    ['DD', 'en', '19.43250, -99.13306'],
    ['DMM', 'en', '19°25.950\'N 099°07.984\'W'],
    ['DMM', 'es', '19°25.950\'N 099°07.984\'O'],
    ['DMS', 'en', '19°25\'57.0"N 099°07\'59.0"W'],
    ['DMS', 'es', '19°25\'57.0"N 099°07\'59.0"O'],
  ] as const)('%s %s', (form, language, text) => {
    expect(print(cdmx, form, language)).toBe(text)
  })

  test('nothing reads 60, and zero has no sign', () => {
    expect(print({ lat: 19.9999999, lon: -0.9999999 }, 'DMS')).toBe('20°00\'00.0"N 001°00\'00.0"W')
    expect(print({ lat: 19.9999999, lon: 5 }, 'DMM')).toBe('20°00.000\'N 005°00.000\'E')
    expect(print({ lat: -0.000001, lon: 0 }, 'DD')).toBe('0.00000, 0.00000')
  })

  test('the grid ends before the poles', () => {
    expect(print({ lat: 85, lon: 0 }, 'MGRS')).toBeUndefined()
    expect(print({ lat: -81, lon: 0 }, 'UTM')).toBeUndefined()
    expect(print({ lat: NaN, lon: 0 }, 'DD')).toBeUndefined()
  })

  test('what is printed is read back, everywhere and in both languages', () => {
    for (let lat = -79.7; lat < 84; lat += 7.31) {
      for (let lon = -179.9; lon < 180; lon += 13.77) {
        for (const form of forms) {
          for (const language of ['en', 'es'] as const) {
            const text = print({ lat, lon }, form, language)
            const p = parse(text!)
            expect(p, `${form} ${text}`).toBeDefined()
            expect(inverse(p!, { lat, lon }).distance, `${form} ${text}`).toBeLessThan(2.5)
          }
        }
      }
    }
  })
})

test('UTM there and back, with the odd zones of the north', () => {
  // easting and northing of the central meridian's crossing with the equator are 500 000 and 0 by definition
  expect(toUtm({ lat: 0, lon: -99 })).toMatchObject({ zone: 14, band: 'N', easting: 500_000, northing: 0 })
  for (const [lat, lon] of [[19.43, -99.13], [-33.9, 151.2], [60.4, 5.3], [78.2, 15.6], [84, 179.99], [-80, -180]] as const) {
    const u = toUtm({ lat, lon })!
    expect(inverse(fromUtm(u.zone, u.band < 'N', u.easting, u.northing), { lat, lon }).distance).toBeLessThan(0.001)
  }
  expect(toUtm({ lat: 60.4, lon: 5.3 })!.zone).toBe(32)
  expect(toUtm({ lat: 78.2, lon: 15.6 })!.zone).toBe(33)
})
