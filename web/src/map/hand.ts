// What a hand does on the map: the pointer, the keyboard's crosshair in its stead, and the tools that measure with either.
import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl'
import { wrapLongitude, type Place } from '../place/place'
import { Crosshair } from './crosshair'
import type { Theme } from './theme'
import { Tool, type Measured, type ToolKind } from './tool'

export interface Readout {
  readonly place: Place
  readonly by: 'pointer' | 'keyboard'
  /** of the leg being measured */
  readonly leg: { readonly distance: number; readonly bearing: number } | undefined
}

export interface Told {
  /** a place was picked while nothing is measured: the pixel of the map, and what lies there */
  readonly picked: (x: number, y: number, at: Place) => void
  /** Where pointer or crosshair is; undefined when the pointer leaves. */
  readonly readout: (readout: Readout | undefined) => void
  readonly measured: (measured: Measured) => void
  readonly drawing: (drawing: GeoJSON.FeatureCollection) => void
}

const nothing: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }

/** The way that an arrow key goes, to the right and downward. */
export const arrows: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

export class Hand {
  private tool: Tool | undefined
  private readonly crosshair: Crosshair

  constructor(
    private readonly map: MapLibreMap,
    private readonly container: HTMLElement,
    private readonly tell: Told,
  ) {
    this.crosshair = new Crosshair(container)
    map.on('click', (e: MapMouseEvent) => this.act(e.point.x, e.point.y))
    map.on('dblclick', (e: MapMouseEvent) => {
      if (!this.tool || !this.measuring) return
      e.preventDefault() // it ends the tool; it does not zoom as well
      if (this.tool.kind !== 'rings') this.endTool()
    })
    map.on('mousemove', (e: MapMouseEvent) => this.point(e.point.x, e.point.y, 'pointer'))
    map.on('mouseout', () => tell.readout(undefined))
    container.addEventListener('keydown', this.key, true) // before the map's own keys
  }

  private get measuring(): boolean {
    return this.tool !== undefined && !this.tool.measured().done
  }

  private placeAt(x: number, y: number): Place {
    const p = this.map.unproject([x, y])
    return { lon: wrapLongitude(p.lng), lat: p.lat }
  }

  private point(x: number, y: number, by: Readout['by']): void {
    const place = this.placeAt(x, y)
    if (this.tool) {
      this.tool.point(place)
      this.draw()
    }
    this.tell.readout({ place, by, leg: this.tool?.leg() })
  }

  private act(x: number, y: number): void {
    const place = this.placeAt(x, y)
    if (this.tool && this.measuring) {
      this.tool.add(place)
      this.changed()
    } else this.tell.picked(x, y, place)
  }

  private draw(): void {
    this.tell.drawing(this.tool?.drawing() ?? nothing)
  }

  private changed(): void {
    this.draw()
    if (this.tool) this.tell.measured(this.tool.measured())
  }

  private readonly key = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return
    if (e.target !== this.map.getCanvas()) return // a button on the map keeps its keys
    const { crosshair, measuring } = this
    if (!measuring && !crosshair.shown) return
    const step = arrows[e.key]
    if (step) {
      crosshair.show() // a tool taken up with the pointer can be gone on with by keys
      const reach = e.shiftKey ? 1 : 12
      const rest = crosshair.nudge(step[0] * reach, step[1] * reach)
      if (rest.x || rest.y) this.map.panBy([rest.x, rest.y], { animate: false })
      this.point(crosshair.at.x, crosshair.at.y, 'keyboard')
    } else if (e.key === 'Enter' && crosshair.shown) this.act(crosshair.at.x, crosshair.at.y)
    else if (e.key === 'Backspace' && measuring) {
      this.tool?.removeLast()
      this.changed()
    } else if (e.key === 'Escape') {
      if (measuring) this.endTool()
      else crosshair.hide()
    } else return
    e.preventDefault()
    e.stopPropagation() // else the map moves too
  }

  /** Clicks and Enter add a vertex, Backspace takes one back, Escape and a double click end it. */
  startTool(kind: ToolKind, radii: readonly number[]): void {
    this.tool = new Tool(kind, radii)
    this.map.getCanvas().style.cursor = 'crosshair'
    this.showCrosshair()
    this.changed()
  }

  /** What was measured stays. Told once: who is told may clear it in the same turn. */
  endTool(): void {
    if (!this.tool || !this.measuring) return
    this.map.getCanvas().style.cursor = ''
    this.crosshair.hide()
    this.tool.end()
    this.changed()
  }

  clearTool(): void {
    this.endTool()
    this.tool = undefined
    this.draw()
  }

  /** The keyboard's pointer without a tool: Enter picks what is under it. */
  setCrosshair(on: boolean): void {
    if (on) this.showCrosshair()
    else this.crosshair.hide()
  }

  private showCrosshair(): void {
    this.crosshair.show()
    this.map.getCanvas().focus()
    this.point(this.crosshair.at.x, this.crosshair.at.y, 'keyboard')
  }

  setTheme(theme: Theme): void {
    this.crosshair.setColours(theme.tool, theme.halo)
  }

  remove(): void {
    this.container.removeEventListener('keydown', this.key, true)
    this.crosshair.hide()
  }
}
