import { describe, expect, test } from 'vitest'
import { area, circle, destination, geodesicLine, inverse, onEllipsoid, pathLength } from './geodesy'

// Distances and bearings as an independent implementation of Karney's method gives them.
// lat, lon, lat, lon, metres, bearing
const truth: [number, number, number, number, number, number][] = [
  [19.43, -99.13, 31.63, -106.42, 1536248.581, 333.040392],
  [0, 0, 0, 179.3, 19959584.6992, 90.0],
  [0, 0, 0.5, 179.7, 19944127.4208, 15.556883],
  [30, 0, -29.9, 179.8, 19989832.8276, 18.109475],
  [90, 0, -90, 0, 20003931.4586, 180.0],
  [12, 179.9, 12.3, -179.8, 46557.1764, 44.503464],
  [41.79, 0, -41.79, 179.5, 19981087.9911, 90.016503],
  [25, -97.5, 25.00001, -97.5, 1.1077, 0.0],
  [89.9, 10, 89.8, -170, 33508.1928, 0.0],
  [0, 0, 0, 1, 111319.4908, 90.0],
  [0, 0, 1, 0, 110574.3886, 0.0],
  [-33.9, 151.2, 51.5, -0.1, 16990083.8801, 319.21372],
  [77.46235, -127.59058, 69.1464, 50.25726, 3727732.2396, 1.391923],
  [-59.92299, -140.09769, 28.83157, 67.54858, 15973787.1296, 223.19841],
  [35.58012, 26.68493, 45.28425, 47.56445, 2064327.1788, 52.165324],
  [-50.07876, -86.0238, 76.47757, -61.33208, 14151637.2606, 7.095255],
  [10.15158, 127.52393, -71.48547, -128.23949, 11569844.236, 161.445355],
  [-32.79047, -112.31149, 16.79576, 142.54589, 12401364.2082, 276.461327],
  [-28.87553, -117.12284, -42.62953, -102.98365, 1985273.4935, 144.002449],
  [-76.56483, -33.07818, -33.51139, 5.47576, 5176128.0632, 45.802299],
  [20.80659, -132.05463, -83.05758, -121.83754, 11540062.0104, 178.729423],
  [40.9905, 120.20197, -49.86319, 118.31131, 10066847.9926, 181.224265],
  [4.57637, -78.41921, -14.14189, 55.96556, 14923650.2181, 105.316006],
]

const off = (a: number, b: number) => Math.abs(((a - b + 540) % 360) - 180)

describe('inverse', () => {
  test.each(truth)('%f %f to %f %f', (lat1, lon1, lat2, lon2, metres, bearing) => {
    const g = inverse({ lat: lat1, lon: lon1 }, { lat: lat2, lon: lon2 })
    expect(Math.abs(g.distance - metres)).toBeLessThan(0.005)
    expect(off(g.bearing, bearing)).toBeLessThan(2e-5)
    // the way back is as long
    expect(Math.abs(inverse({ lat: lat2, lon: lon2 }, { lat: lat1, lon: lon1 }).distance - metres)).toBeLessThan(0.005)
  })

  test('exact antipodes on the equator go over a pole', () => {
    expect(inverse({ lat: 0, lon: 0 }, { lat: 0, lon: 180 }).distance).toBeCloseTo(20003931.4586, 2)
  })

  test('a place is 0 m from itself', () => {
    expect(inverse({ lat: 19.43, lon: -99.13 }, { lat: 19.43, lon: -99.13 })).toEqual({ distance: 0, bearing: 0 })
    expect(inverse({ lat: -80, lon: 180 }, { lat: -80, lon: -180 }).distance).toBe(0)
    expect(inverse({ lat: 0, lon: 5 }, { lat: 0, lon: 5 })).toEqual({ distance: 0, bearing: 0 })
  })
})

describe('destination', () => {
  test.each([
    [19.43, -99.13, 33, 1000, 19.437576177, -99.12481364],
    [19.43, -99.13, 271.5, 500000, 19.485728593, -103.891664048],
    [0, 0, 90, 20000000, 0, 179.663056824],
    [-45, 179.5, 80, 120000, -44.802700142, -179.006219608],
    [89, 0, 10, 300000, 88.290057868, 164.17493422],
    [31.6, -106.4, 180, 42000, 31.221200335, -106.4],
  ])('%f %f on %f for %f m', (lat, lon, bearing, metres, lat2, lon2) => {
    const p = destination({ lat, lon }, bearing, metres)
    expect(inverse(p, { lat: lat2, lon: lon2 }).distance).toBeLessThan(0.005)
  })

  test('undoes inverse', () => {
    for (const [lat1, lon1, lat2, lon2] of truth) {
      const g = inverse({ lat: lat1, lon: lon1 }, { lat: lat2, lon: lon2 })
      const p = destination({ lat: lat1, lon: lon1 }, g.bearing, g.distance)
      expect(inverse(p, { lat: lat2, lon: lon2 }).distance, `${lat1} ${lon1}`).toBeLessThan(0.02)
    }
  })
})

test.each<[[number, number][], number]>([
  [[[19, -99], [19, -98], [20, -98], [20, -99]], 11620424320.216],
  [[[10, 179], [10, -179], [12, -179], [12, 179]], 48357252006.537],
  [[[31.6, -106.5], [31.61, -106.49], [31.605, -106.48]], 789127.492],
  [[[0, 0], [0, 90], [60, 45]], 38047513720023.125],
  [[[80, 0], [80, 90], [80, 180], [80, -90]], 2507270031169.875],
])('area %#', (ring, squareMetres) => {
  const places = ring.map(([lat, lon]) => ({ lat, lon }))
  expect(Math.abs(area(places) / squareMetres - 1)).toBeLessThan(1e-7)
  expect(Math.abs(area([...places].reverse()) / squareMetres - 1)).toBeLessThan(1e-7)
})

test('a circle is closed, keeps its radius, and runs on across 180°', () => {
  const centre = { lon: 179.9, lat: 12 }
  const ring = circle(centre, 50_000, 64)
  expect(ring).toHaveLength(65)
  expect(ring[0]).toEqual(ring[64])
  for (const [lon, lat] of ring) {
    expect(inverse(centre, { lon, lat }).distance).toBeCloseTo(50_000, 2)
    expect(Math.abs(lon - centre.lon)).toBeLessThan(1)
  }
})

test('a line is drawn along the geodesic, unbroken', () => {
  const line = geodesicLine({ lon: 170, lat: 50 }, { lon: -150, lat: 50 })
  expect(line.length).toBeGreaterThan(20)
  expect(Math.max(...line.map((p) => p[1]))).toBeGreaterThan(51)
  for (let i = 1; i < line.length; i++) expect(Math.abs(line[i]![0] - line[i - 1]![0])).toBeLessThan(5)
  expect(pathLength([{ lon: 0, lat: 0 }, { lon: 1, lat: 0 }, { lon: 1, lat: 1 }])).toBeCloseTo(221893.88, 1)
})

test('points of the ellipsoid lie as far apart as places do, near by', () => {
  expect(onEllipsoid({ lat: 0, lon: 90 })[1]).toBeCloseTo(6378137, 3)
  expect(onEllipsoid({ lat: 90, lon: 0 })[2]).toBeCloseTo(6356752.3142, 3)
  for (const at of [{ lat: 31.33, lon: -110.86 }, { lat: -72, lon: 179.999 }]) {
    const to = destination(at, 37, 500)
    const [p, q] = [onEllipsoid(at), onEllipsoid(to)]
    expect(Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])).toBeCloseTo(500, 3)
  }
})
