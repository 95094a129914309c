import type { Map as MapLibreMap } from 'maplibre-gl'
import { highest } from './moving-geometry'
import type { Theme } from './theme'

/** What is smaller is ringed: a frame would hide it, and the number of a gap with it. In CSS pixels. */
const least = 20, ring = 30

/** A frame around one cell. It follows the map, and is drawn for the eye only: what the cell says is told beside the map. */
export class CellMark {
  private readonly element = document.createElement('div')
  private box: readonly [number, number, number, number] | undefined

  constructor(
    private readonly map: MapLibreMap,
    private readonly container: HTMLElement,
    theme: Theme,
  ) {
    this.element.className = 'map-cell'
    this.element.setAttribute('aria-hidden', 'true')
    Object.assign(this.element.style, { position: 'absolute', left: '0', top: '0', pointerEvents: 'none', zIndex: '1', boxSizing: 'border-box' })
    this.setTheme(theme)
    map.on('move', () => this.place())
    map.on('resize', () => this.place())
  }

  setTheme(theme: Theme): void {
    Object.assign(this.element.style, { border: `2px solid ${theme.selected}`, boxShadow: `0 0 0 1px ${theme.halo}, inset 0 0 0 1px ${theme.halo}` })
  }

  /** West, south, east, north; undefined takes it away. */
  set(box: readonly [number, number, number, number] | undefined): void {
    this.box = box
    this.place()
  }

  private place(): void {
    if (!this.box) return this.element.remove()
    const [west, south, east, north] = this.box
    // the copy of the world that is nearest to the middle of the view
    const turn = 360 * Math.round((this.map.getCenter().lng - (west + east) / 2) / 360)
    const a = this.map.project([west + turn, Math.min(highest, north)]), b = this.map.project([east + turn, Math.max(-highest, south)])
    const small = Math.min(b.x - a.x, b.y - a.y) < least
    const [width, height] = small ? [ring, ring] : [b.x - a.x + 2, b.y - a.y + 2]
    Object.assign(this.element.style, { width: `${width}px`, height: `${height}px`, borderRadius: small ? '50%' : '0', transform: `translate(${(a.x + b.x - width) / 2}px, ${(a.y + b.y - height) / 2}px)` })
    if (!this.element.isConnected) this.container.append(this.element)
  }
}
