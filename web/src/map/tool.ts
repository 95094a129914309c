// Measuring, as a state and what the hand does to it: the map feeds it pointer and keys alike, so that the keyboard can do
// all that the pointer can. Nothing here knows of a screen.
import { area, circle, geodesicLine, inverse, pathLength, type Geodesic } from '../place/geodesy'
import type { Place } from '../place/place'

export type ToolKind = 'line' | 'polygon' | 'rings'

export interface Measured {
  readonly kind: ToolKind
  readonly vertices: readonly Place[]
  /** from each vertex to the next; of a polygon also back to the first */
  readonly legs: readonly Geodesic[]
  /** metres: along the line, around the polygon, or to the outermost ring */
  readonly total: number
  /** square metres, of a polygon with three corners at least */
  readonly area: number | undefined
  /** of range rings, in metres */
  readonly radii: readonly number[]
  readonly done: boolean
}

export class Tool {
  private places: Place[] = []
  private finished = false
  private hover: Place | undefined

  constructor(
    readonly kind: ToolKind,
    /** metres, of range rings */
    private readonly radii: readonly number[] = [],
  ) {}

  add(place: Place): void {
    if (this.finished) return
    const last = this.places[this.places.length - 1]
    if (last && inverse(last, place).distance < 0.01) return // a double click is one place
    if (this.kind === 'rings') this.places = [place]
    else this.places.push(place)
  }

  removeLast(): void {
    if (!this.finished) this.places.pop()
  }

  /** Where the next vertex would be. */
  point(place: Place | undefined): void {
    this.hover = place
  }

  end(): void {
    this.finished = true
    this.hover = undefined
  }

  measured(): Measured {
    const { kind, places } = this
    const closed = kind === 'polygon' && places.length > 2
    const path = closed ? [...places, places[0]!] : places
    const legs = kind === 'rings' ? [] : path.slice(1).map((to, i) => inverse(path[i]!, to))
    return {
      kind, vertices: [...places], legs,
      total: kind === 'rings' ? (places.length ? Math.max(0, ...this.radii) : 0) : pathLength(path),
      area: closed ? area(places) : undefined,
      radii: kind === 'rings' ? this.radii : [],
      done: this.finished,
    }
  }

  /** The leg under way, for the words beside the pointer. */
  leg(): Geodesic | undefined {
    const last = this.places[this.places.length - 1]
    return last && this.hover ? inverse(last, this.hover) : undefined
  }

  /** What is to be drawn; the leg under way is marked as such. */
  drawing(): GeoJSON.FeatureCollection {
    const features: GeoJSON.Feature[] = []
    const line = (a: Place, b: Place, part: string) =>
      features.push({ type: 'Feature', properties: { part }, geometry: { type: 'LineString', coordinates: geodesicLine(a, b) } })
    const { places, hover, kind } = this
    if (kind === 'rings') {
      for (const centre of places) {
        for (const metres of this.radii) {
          features.push({ type: 'Feature', properties: { part: 'ring', metres }, geometry: { type: 'LineString', coordinates: circle(centre, metres) } })
        }
      }
    } else {
      for (let i = 1; i < places.length; i++) line(places[i - 1]!, places[i]!, 'leg')
      if (kind === 'polygon' && places.length > 2) {
        line(places[places.length - 1]!, places[0]!, this.finished ? 'leg' : 'closing')
        const ring = places.flatMap((p, i) => geodesicLine(p, places[(i + 1) % places.length]!).slice(0, -1))
        let before = ring[0]![0]
        const unbroken = ring.map(([lon, lat]): [number, number] => {
          before = lon - 360 * Math.round((lon - before) / 360)
          return [before, lat]
        })
        features.push({ type: 'Feature', properties: { part: 'inside' }, geometry: { type: 'Polygon', coordinates: [[...unbroken, unbroken[0]!]] } })
      }
      if (hover && places.length) line(places[places.length - 1]!, hover, 'closing')
    }
    for (const p of places) features.push({ type: 'Feature', properties: { part: 'vertex' }, geometry: { type: 'Point', coordinates: [p.lon, p.lat] } })
    return { type: 'FeatureCollection', features }
  }
}
