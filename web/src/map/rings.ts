// Places that reports of moving things name, as rings with their counts: around what is there, not a mark upon it. They change with
// every picture of a video, and so they are drawn on a canvas of their own: the ground beneath stays as it is.
import type { Map as MapLibreMap } from 'maplibre-gl'
import type { Reported } from './shape'
import type { Theme } from './theme'

const radius = (count: number) => (count >= 10 ? 12 : count >= 2 ? 9 : 6)

export class Rings {
  readonly canvas = document.createElement('canvas')
  private list: readonly Reported[] = []
  private clear = true

  constructor(
    private readonly map: MapLibreMap,
    private theme: Theme,
  ) {
    this.canvas.className = 'map-rings'
    this.canvas.setAttribute('aria-hidden', 'true')
    Object.assign(this.canvas.style, { position: 'absolute', left: '0', top: '0', width: '100%', height: '100%', pointerEvents: 'none' })
    map.getCanvas().after(this.canvas)
    map.on('render', () => this.draw())
  }

  set(list: readonly Reported[]): void {
    this.list = list
    this.draw()
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    this.draw()
  }

  private draw(): void {
    if (this.list.length === 0 && this.clear) return
    const { canvas, map, theme } = this
    const ground = map.getCanvas()
    const g = canvas.getContext('2d')
    if (!g) return
    canvas.width = ground.width // which clears it
    canvas.height = ground.height
    this.clear = this.list.length === 0
    const ratio = ground.width / Math.max(1, ground.clientWidth)
    g.scale(ratio, ratio)
    g.font = '10.5px "Inter Variable", system-ui, sans-serif'
    g.textAlign = 'center'
    g.textBaseline = 'middle'
    for (const { at, count } of this.list) {
      const { x, y } = map.project([at[0], at[1]])
      if (!(x > -20 && y > -20 && x < ground.clientWidth + 20 && y < ground.clientHeight + 20)) continue
      g.beginPath()
      g.arc(x, y, radius(count), 0, 2 * Math.PI)
      g.globalAlpha = 0.55
      g.fillStyle = theme.halo
      g.fill()
      g.globalAlpha = 1
      g.strokeStyle = theme.tool
      g.lineWidth = 1.6
      g.stroke()
      if (count < 2) continue
      g.strokeStyle = theme.halo
      g.lineWidth = 2
      g.strokeText(String(count), x, y)
      g.fillStyle = theme.label
      g.fillText(String(count), x, y)
    }
  }
}
