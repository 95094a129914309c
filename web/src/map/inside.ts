import type { Geometry, Position } from 'geojson'

/** Whether a polygon of plain longitude and latitude holds a point; holes are outside. Other geometries hold none. */
export function geometryContains(geometry: Geometry, lon: number, lat: number): boolean {
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.some((p) => ringsContain(p, lon, lat))
  return geometry.type === 'Polygon' && ringsContain(geometry.coordinates, lon, lat)
}

function ringsContain(rings: Position[][], lon: number, lat: number): boolean {
  let inside = false
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i] as [number, number]
      const [bx, by] = ring[j] as [number, number]
      if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside
    }
  }
  return inside
}
