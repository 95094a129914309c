// A plan while it is made and when it is there: the lines that the server sends, the map of probability under it, and what a table says
// of its routes.
import { Unreachable } from '../api/client'
import type { components } from '../api/schema'
import { inverse } from '../place/geodesy'

type Schemas = components['schemas']
export type Figures = Schemas['PlanFigures']
export type Sheet = Schemas['PlanSheet']
export type Kept = Schemas['KeptSearch']
export type SearchPlan = Schemas['SearchPlan']
export type Aircraft = Schemas['PlanAircraft']
export type Start = Schemas['Whereabouts']

export interface Line {
  readonly elapsed_s: number
  readonly figures?: Figures
  readonly route?: Route
  readonly sheet?: Sheet
  readonly id?: string
  readonly files?: readonly string[]
  readonly asked?: Schemas['PlanAsked']
  readonly problem?: { readonly status: number; readonly code: string; readonly detail: string; readonly field?: string }
}

export interface LegProperties {
  readonly sortie: number
  readonly leg: number
  readonly sensed: boolean
  readonly pod?: number
}
export type Route = GeoJSON.FeatureCollection<GeoJSON.LineString | GeoJSON.Polygon, LegProperties>

/** The lines of a stream as they come. Unreachable where the connection breaks, or the stream ends in the middle of a line. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  const reader = stream.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read().catch((e: unknown) => {
      throw e instanceof DOMException && e.name === 'AbortError' ? e : new Unreachable(String(e))
    })
    if (done) break
    rest += value
    const parts = rest.split('\n')
    rest = parts.pop() ?? ''
    for (const p of parts) if (p !== '') yield JSON.parse(p) as Line
  }
  if (rest !== '') throw new Unreachable('the stream broke off')
}

/** How a plan became better: seconds, and the share of the bound. */
export interface Step {
  readonly at: number
  readonly pos: number
  readonly share: number
}

/** The map of probability, as numbers. */
export class Ground {
  readonly values: Float32Array
  readonly most: number
  private readonly top: number
  private readonly bottom: number

  constructor(readonly sheet: Sheet) {
    const bytes = Uint8Array.from(atob(sheet.values), (c) => c.charCodeAt(0))
    const view = new DataView(bytes.buffer)
    this.values = new Float32Array(bytes.length / 4)
    let most = 0
    for (let i = 0; i < this.values.length; i++) {
      const v = view.getFloat32(4 * i, true)
      this.values[i] = v
      if (v > most) most = v
    }
    this.most = most
    this.top = mercator(sheet.north)
    this.bottom = mercator(sheet.south)
  }

  /** Probability a square kilometre at a place; undefined off the map. */
  at(p: { lon: number; lat: number }): number | undefined {
    const s = this.sheet
    const lon = p.lon + 360 * Math.ceil((s.west - p.lon) / 360)
    const i = Math.floor(((lon - s.west) / (s.east - s.west)) * s.columns)
    const j = Math.floor(((this.top - mercator(p.lat)) / (this.top - this.bottom)) * s.rows)
    if (!(i >= 0 && i < s.columns && j >= 0 && j < s.rows)) return undefined
    const v = this.values[j * s.columns + i]!
    return Number.isNaN(v) ? undefined : v
  }
}

const mercator = (lat: number) => Math.asinh(Math.tan((lat * Math.PI) / 180))

export interface Lane {
  readonly sortie: number
  readonly number: number
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
  readonly length: number
  readonly course: number
}

/** The lanes of a route in their order: what the map draws, as a table. */
export function lanesOf(route: Route): Lane[] {
  const out: Lane[] = []
  for (const f of route.features) {
    if (f.geometry.type !== 'LineString' || !f.properties.sensed) continue
    const from = f.geometry.coordinates[0] as [number, number]
    const to = f.geometry.coordinates[f.geometry.coordinates.length - 1] as [number, number]
    const before = out[out.length - 1]
    const way = inverse({ lon: from[0], lat: from[1] }, { lon: to[0], lat: to[1] })
    out.push({ sortie: f.properties.sortie, number: before?.sortie === f.properties.sortie ? before.number + 1 : 1, from, to, length: way.distance, course: way.bearing })
  }
  return out
}
