// What stands over the picture of the map and belongs to it: buttons that zoom, and a scale bar. They are our own, so that they follow
// the theme, in red as well.
import type { Map as MapLibreMap } from 'maplibre-gl'
import { inverse } from '../place/geodesy'
import type { Lengths } from '../place/units'
import type { Words } from './map'
import { roundScale } from './scalebar'
import type { Theme } from './theme'

const face = '"Inter Variable", system-ui, sans-serif'

export class Furniture {
  private readonly box = document.createElement('div')
  private readonly bar = document.createElement('div')
  private readonly buttons: readonly (readonly [HTMLButtonElement, 'zoomIn' | 'zoomOut'])[]

  constructor(
    private readonly map: MapLibreMap,
    private readonly container: HTMLElement,
    private lengths: Lengths,
  ) {
    this.box.className = 'map-zoom'
    Object.assign(this.box.style, { position: 'absolute', right: '10px', top: '10px', display: 'grid', gap: '2px', zIndex: '2' })
    this.buttons = ([['+', 'zoomIn', 1], ['−', 'zoomOut', -1]] as const).map(([sign, word, by]) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = sign
      Object.assign(button.style, { width: '32px', height: '32px', padding: '0', font: `600 18px/1 ${face}`, borderRadius: '4px', cursor: 'pointer' })
      button.addEventListener('click', () => map.easeTo({ zoom: map.getZoom() + by, duration: 200 }))
      this.box.append(button)
      return [button, word] as const
    })
    this.bar.className = 'map-scale'
    this.bar.setAttribute('aria-hidden', 'true') // a picture of a length; the readout says it in figures
    map.on('move', () => this.measure())
    map.on('resize', () => this.measure())
    this.measure()
    container.append(this.bar, this.box)
  }

  setWords(words: Words): void {
    for (const [button, word] of this.buttons) {
      button.setAttribute('aria-label', words[word])
      button.title = words[word]
    }
  }

  setTheme(theme: Theme): void {
    for (const [button] of this.buttons) Object.assign(button.style, { color: theme.label, background: theme.halo, border: `1px solid ${theme.border}` })
    Object.assign(this.bar.style, {
      position: 'absolute', left: '12px', bottom: '26px', padding: '0 4px 1px', font: `11px/1.3 ${face}`, pointerEvents: 'none',
      color: theme.label, border: `1.5px solid ${theme.label}`, borderTop: 'none', background: `${theme.halo}b0`, textAlign: 'center', boxSizing: 'border-box', zIndex: '1',
    })
  }

  setLengths(lengths: Lengths): void {
    this.lengths = lengths
    this.measure()
  }

  private measure(): void {
    const y = this.container.clientHeight / 2
    const x = this.container.clientWidth / 2
    const a = this.map.unproject([x - 50, y])
    const b = this.map.unproject([x + 50, y])
    // a hundredth of what a hundred pixels span: from a short piece, so that it holds on a view of half the world
    const span = b.lng - a.lng
    const per = inverse({ lon: 0, lat: a.lat }, { lon: Math.min(1, span), lat: a.lat }).distance / Math.min(1, span) * (span / 100)
    if (!(per > 0)) return
    const { metres, text } = roundScale(per * 120, this.lengths)
    this.bar.textContent = text
    this.bar.style.width = `${metres / per}px`
  }

  remove(): void {
    this.bar.remove()
    this.box.remove()
  }
}
