// The keyboard's pointer: a cross over the map that arrow keys move. It is drawn for the eye only; where it stands is told
// by the readout.
export class Crosshair {
  private readonly element: HTMLElement
  private x = 0
  private y = 0

  constructor(private readonly container: HTMLElement) {
    const e = document.createElement('div')
    e.setAttribute('aria-hidden', 'true')
    e.className = 'map-crosshair'
    Object.assign(e.style, { position: 'absolute', left: '0', top: '0', width: '0', height: '0', pointerEvents: 'none', zIndex: '2' })
    for (const [w, h] of [[1.5, 28], [28, 1.5]] as const) {
      const bar = document.createElement('div')
      Object.assign(bar.style, {
        position: 'absolute', width: `${w}px`, height: `${h}px`, left: `${-w / 2}px`, top: `${-h / 2}px`,
        background: 'var(--map-crosshair, #c2410c)', boxShadow: '0 0 0 1px var(--map-crosshair-rim, #fff)',
      })
      e.append(bar)
    }
    this.element = e
  }

  get shown(): boolean {
    return this.element.isConnected
  }

  get at(): { x: number; y: number } {
    return { x: this.x, y: this.y }
  }

  setColours(ink: string, rim: string): void {
    this.element.style.setProperty('--map-crosshair', ink)
    this.element.style.setProperty('--map-crosshair-rim', rim)
  }

  show(): void {
    if (this.shown) return
    this.container.append(this.element)
    this.move(this.container.clientWidth / 2, this.container.clientHeight / 2)
  }

  hide(): void {
    this.element.remove()
  }

  /** Moves by so many pixels; what would leave the view is given back, for the map to be moved by it. */
  nudge(dx: number, dy: number): { x: number; y: number } {
    const margin = 24
    const x = this.x + dx
    const y = this.y + dy
    const stays = (v: number, size: number) => Math.max(margin, Math.min(size - margin, v))
    const kept = { x: stays(x, this.container.clientWidth), y: stays(y, this.container.clientHeight) }
    this.move(kept.x, kept.y)
    return { x: x - kept.x, y: y - kept.y }
  }

  private move(x: number, y: number): void {
    this.x = x
    this.y = y
    this.element.style.transform = `translate(${x}px, ${y}px)`
  }
}
