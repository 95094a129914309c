// The row of a picture as the map's moving layer takes it: the aircraft where it was, and the ground of that very frame.
import type { Row } from '../api/client'
import type { MovingFrame } from '../live/frame'

const scaled = (degrees: number | null) => Math.round((degrees ?? 0) * 1e7)

export function frameOf(row: Row): MovingFrame {
  const at = row.time ? Date.parse(row.time) : 0
  const here = row.sensor ? 1 : 0
  const ground = row.corners?.length === 4 ? 1 : 0
  const corners = (row.corners ?? []).flat()
  const centre = row.centre ?? row.corners?.[0] ?? [0, 0]
  return {
    sequence: 0,
    time: at,
    ids: new Uint32Array(here ? [1] : []),
    flags: new Uint8Array(here),
    instants: new Float64Array(here ? [at] : []),
    lonLat: new Int32Array(row.sensor ? row.sensor.map(scaled) : []),
    heading: new Float32Array(here ? [row.heading ?? NaN] : []),
    altitude: new Float32Array(here ? [row.altitude_m ?? NaN] : []),
    footprintOf: new Uint32Array(ground ? [1] : []),
    footprintFlags: new Uint8Array(ground),
    footprintInstants: new Float64Array(ground ? [at] : []),
    footprints: new Int32Array(ground ? corners.map(scaled) : []),
    footprintCentres: new Int32Array(ground ? centre.map(scaled) : []),
    footprintDoubt: new Float32Array(ground ? [row.doubt_m ?? NaN] : []),
  }
}
