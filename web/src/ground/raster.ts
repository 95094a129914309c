// What looks come to, cell by cell, as the server tells it: bytes that are read and not parsed. Cells are told at their middles; rows go from
// north to south, columns from west to east and on beyond 180 degrees. No number is not zero: nobody looked there.
import { zone } from '../place/geodesy'
import { nearLongitude, wrapLongitude, type Place } from '../place/place'

export interface Grid {
  readonly columns: number
  readonly rows: number
  /** degrees, of the upper left corner */
  readonly north: number
  readonly west: number
  /** degrees, of a cell */
  readonly height: number
  readonly width: number
}

export interface Cover extends Grid {
  /** probabilities of detection: of record, where all looks miss together, where each misses by itself; NaN where nobody looked */
  readonly pod: Float32Array
  readonly correlated: Float32Array
  readonly independent: Float32Array
  readonly looks: Float32Array
}

const magic = 'OVC1'
const head = 48
const layers = 4
const most = 1 << 20

/** Reads what `GET /coverage` answers with all layers; undefined for bytes that are no such raster. The layers lie in those bytes. */
export function decode(bytes: ArrayBuffer): Cover | undefined {
  if (bytes.byteLength < head) return undefined
  const view = new DataView(bytes)
  for (let i = 0; i < 4; i++) if (view.getUint8(i) !== magic.charCodeAt(i)) return undefined
  const columns = view.getUint32(4, true), rows = view.getUint32(8, true)
  const n = columns * rows
  if (n === 0 || n > most || view.getUint32(12, true) !== layers || bytes.byteLength !== head + 4 * layers * n) return undefined
  const [north, west, height, width] = [16, 24, 32, 40].map((at) => view.getFloat64(at, true)) as [number, number, number, number]
  if (!(Math.abs(north) <= 90 && Math.abs(west) <= 180 && height > 0 && width > 0 && width <= 360)) return undefined
  const layer = (k: number) => new Float32Array(bytes, head + 4 * k * n, n)
  return { columns, rows, north, west, height, width, pod: layer(0), correlated: layer(1), independent: layer(2), looks: layer(3) }
}

export interface Cell {
  readonly column: number
  readonly row: number
}

export const indexOf = (g: Grid, c: Cell): number => c.row * g.columns + c.column

/** The cell that holds a place. */
export function cellAt(g: Grid, p: Place): Cell | undefined {
  const east = (((p.lon - g.west) % 360) + 360) % 360
  const column = Math.floor(east / g.width), row = Math.floor((g.north - p.lat) / g.height)
  return column >= 0 && column < g.columns && row >= 0 && row < g.rows ? { column, row } : undefined
}

export const centreOf = (g: Grid, c: Cell): Place => ({
  lat: Math.min(90, Math.max(-90, g.north - (c.row + 0.5) * g.height)),
  lon: wrapLongitude(g.west + (c.column + 0.5) * g.width),
})

/** West, south, east and north of a cell; east may be beyond 180. */
export function boxOfCell(g: Grid, c: Cell): [number, number, number, number] {
  const north = g.north - c.row * g.height, west = g.west + c.column * g.width
  return [west, Math.max(-90, north - g.height), west + g.width, north]
}

/** West, south, east and north of all of it, as the server takes them: east may be beyond 180. */
export const boxOfGrid = (g: Grid): [number, number, number, number] => [g.west, Math.max(-90, g.north - g.rows * g.height), g.west + Math.min(360, g.columns * g.width), g.north]

/** Square kilometres of a cell of a row. */
export const cellArea = (g: Grid, row: number): number => zone(Math.max(-90, g.north - (row + 1) * g.height), g.north - row * g.height, g.width) / 1e6

/** Metres along the side of a cell. */
export const cellSide = (g: Grid): number => g.height * 111_195

/** Ground that was to be looked at: rings by even and odd, and with what probability where that is said. */
export interface Planned {
  readonly rings: readonly (readonly (readonly [number, number])[])[]
  readonly pod: number // NaN where it is not said
}

/** With what probability each cell was to be looked at: NaN where it was not, -1 where it was and the plan does not say. */
export function planOf(g: Grid, plan: readonly Planned[]): Float32Array {
  const out = new Float32Array(g.columns * g.rows).fill(NaN)
  const middle = g.west + (g.columns * g.width) / 2
  for (const { rings, pod } of plan) {
    const whole = rings.map(unrolled)
    const worth = Number.isNaN(pod) ? -1 : pod
    for (let row = 0; row < g.rows; row++) {
      const lat = g.north - (row + 0.5) * g.height
      const crossings: number[] = []
      for (const ring of whole) {
        const turn = nearLongitude(ring[0]![0], middle) - ring[0]![0]
        for (let i = 0; i < ring.length; i++) {
          const [ax, ay] = ring[i]!, [bx, by] = ring[(i + 1) % ring.length]!
          if (ay > lat === by > lat) continue
          const x = ax + ((bx - ax) * (lat - ay)) / (by - ay) + turn
          crossings.push(x - 360, x, x + 360)
        }
      }
      crossings.sort((a, b) => a - b)
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        const first = Math.max(0, Math.ceil((crossings[k]! - g.west) / g.width - 0.5))
        const last = Math.min(g.columns, Math.ceil((crossings[k + 1]! - g.west) / g.width - 0.5))
        for (let column = first; column < last; column++) {
          const i = row * g.columns + column
          if (!(out[i]! >= worth)) out[i] = worth
        }
      }
    }
  }
  return out
}

/** A ring whose longitudes go on beyond 180, each the shorter way from the one before. */
function unrolled(ring: readonly (readonly [number, number])[]): [number, number][] {
  const out: [number, number][] = []
  for (const [lon, lat] of ring) out.push([out.length > 0 ? nearLongitude(lon, out[out.length - 1]![0]) : lon, lat])
  return out
}

/** How much ground has a value from one edge to the next. */
export interface Band {
  /** NaN: of what was to be looked at, that which was not */
  readonly from: number
  readonly to: number
  readonly area: number // square kilometres
}

export interface Summary {
  /** square kilometres that were looked at, and the mean probability of detection over them */
  readonly seen: number
  readonly pod: number
  /** that were to be looked at, and of these that were */
  readonly wanted: number
  readonly met: number
  readonly bands: readonly Band[]
}

/** The edges of the bands of probability: looked at and seen nothing is a band of its own. */
export const edges = [0, 0.2, 0.4, 0.6, 0.8, 1] as const

/** What the whole map comes to. plan may be undefined: then nothing was to be looked at. */
export function summary(c: Cover, plan?: Float32Array): Summary {
  let seen = 0, pod = 0, wanted = 0, met = 0, nothing = 0
  const bands = edges.slice(1).map(() => 0)
  for (let row = 0; row < c.rows; row++) {
    const size = cellArea(c, row)
    for (let i = row * c.columns; i < (row + 1) * c.columns; i++) {
      const v = c.pod[i]!, looked = !Number.isNaN(c.looks[i]!)
      if (looked) {
        seen += size
        pod += size * v
        if (v === 0) nothing += size
        else bands[Math.min(bands.length - 1, Math.floor(v * bands.length))]! += size
      }
      if (plan && !Number.isNaN(plan[i]!)) {
        wanted += size
        if (looked) met += size
      }
    }
  }
  return {
    seen, pod: seen > 0 ? pod / seen : 0, wanted, met,
    bands: [
      ...(plan ? [{ from: NaN, to: NaN, area: wanted - met }] : []),
      { from: 0, to: 0, area: nothing },
      ...bands.map((area, k) => ({ from: edges[k]!, to: edges[k + 1]!, area })),
    ],
  }
}

/** Which value of a cell is shown in colour. */
export type Value = 'pod' | 'correlated' | 'independent' | 'looks' | 'planned'
export const values: readonly Value[] = ['pod', 'correlated', 'independent', 'looks', 'planned']

/** What a cell has instead of a share of the scale. */
export const unlooked = -1
export const wanted = -2

/** The values to be drawn: 0 to 1 of the scale, `unlooked`, or `wanted` where it was planned and nobody looked. top is what 1 is. */
export function shares(c: Cover, value: Value, plan?: Float32Array): { shares: Float32Array; top: number } {
  const out = new Float32Array(c.columns * c.rows)
  let top = 1
  if (value === 'looks') for (const n of c.looks) if (n > top) top = n
  const of = value === 'planned' ? plan : c[value]
  for (let i = 0; i < out.length; i++) {
    const v = of ? of[i]! : NaN
    if (value === 'planned') out[i] = Number.isNaN(v) ? unlooked : v < 0 ? 1 : v
    else out[i] = !Number.isNaN(v) ? Math.min(1, Math.max(0, v / top)) : plan && !Number.isNaN(plan[i]!) ? wanted : unlooked
  }
  return { shares: out, top }
}
