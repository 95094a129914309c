import { expect, test } from 'vitest'
import { area, bearing, distance, figure, height, speed, thin } from './units'

const plain = (s: string) => s.replaceAll(thin, '_')

test('figures', () => {
  expect(plain(figure(1234567.891, 2))).toBe('1_234_567.89')
  expect(plain(figure(999.6))).toBe('1_000')
  expect(figure(-0.4)).toBe('0')
  expect(figure(-12.5, 1)).toBe('−12.5')
  expect(figure(NaN)).toBe('–')
})

test('distances and areas', () => {
  expect(plain(distance(999.4, 'metric'))).toBe('999_m')
  expect(plain(distance(999.6, 'metric'))).toBe('1.00_km')
  expect(plain(distance(42_000, 'metric'))).toBe('42.0_km')
  expect(plain(distance(1_536_248, 'metric'))).toBe('1_536_km')
  expect(plain(distance(1852 * 12.34, 'nautical'))).toBe('12.3_NM')
  expect(plain(distance(100, 'nautical'))).toBe('100_m')
  expect(distance(NaN, 'metric')).toBe('–')
  expect(plain(area(9_000, 'metric'))).toBe('9_000_m²')
  expect(plain(area(11_620_424_320, 'metric'))).toBe('11_620_km²')
  expect(plain(area(1852 ** 2 * 2.5, 'nautical'))).toBe('2.50_NM²')
})

test('heights: a flight level only of a pressure altitude', () => {
  expect(plain(height(3048, 'ft'))).toBe('10_000_ft')
  expect(plain(height(3048, 'm'))).toBe('3_048_m')
  expect(height(3048, 'FL', true)).toBe('FL100')
  expect(height(10_668, 'FL', true)).toBe('FL350')
  expect(plain(height(3048, 'FL'))).toBe('10_000_ft')
  expect(height(NaN, 'FL', true)).toBe('–')
})

test('speeds and bearings', () => {
  expect(plain(speed(50, 'kt'))).toBe('97_kt')
  expect(plain(speed(50, 'km/h'))).toBe('180_km/h')
  expect(plain(speed(50, 'm/s'))).toBe('50.0_m/s')
  expect(bearing(6.6)).toBe('007°')
  expect(bearing(359.7)).toBe('000°')
  expect(bearing(-90)).toBe('270°')
  expect(bearing(NaN)).toBe('–')
})
