import { describe, expect, test } from 'vitest'
import { inverse } from '../place/geodesy'
import { millimetre, roundedScale, scaleOf, zoomFor } from './paper'

/** The map's own projection, from the pixels of the world at a zoom. */
const y = (lat: number, zoom: number) => ((180 - (180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))) / 360) * 512 * 2 ** zoom

describe.each([0, 19.4, 31.33, -54.8, 64])('at latitude %d', (lat) => {
  test.each([10_000, 50_000, 1_000_000])('1 : %d on paper is that on the ground', (scale) => {
    const zoom = zoomFor(scale, { lon: -110, lat })
    expect(scaleOf(zoom, { lon: -110, lat }) / scale).toBeCloseTo(1, 10)
    const d = 0.01
    const east = inverse({ lon: -110, lat }, { lon: -110 + d, lat }).distance / ((((d / 360) * 512 * 2 ** zoom) / millimetre) * 0.001)
    const north = inverse({ lon: -110, lat: lat - d }, { lon: -110, lat: lat + d }).distance / (((y(lat - d, zoom) - y(lat + d, zoom)) / millimetre) * 0.001)
    expect(Math.abs(east / scale - 1), 'east').toBeLessThan(0.0035)
    expect(Math.abs(north / scale - 1), 'north').toBeLessThan(0.0035)
  })
})

test('scales are round', () => {
  expect(roundedScale(26_000)).toBe(50_000)
  expect(roundedScale(50_000)).toBe(50_000)
  expect(roundedScale(1e9)).toBe(5_000_000)
})
