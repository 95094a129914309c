// The three looks of the map. Day and night are for the eye, red for keeping it adapted to the dark. Every colour can be set
// by a custom property of the page (--map-land and so on); what the page does not set is as it stands here.

export const themeNames = ['day', 'night', 'red'] as const
export type ThemeName = (typeof themeNames)[number]

export type Ink =
  | 'water' | 'land' | 'coast' | 'border' | 'graticule' | 'label' | 'halo'
  | 'own' | 'stale' | 'selected' | 'outline' | 'footprint' | 'sensor' | 'provisional'
  | 'track' | 'gap' | 'looked' | 'pin' | 'site' | 'tool'
  | 'cleared' | 'notified' | 'uncleared' | 'disputed' | 'unknown'

export type Theme = Readonly<Record<Ink, string>>

const day: Theme = {
  water: '#dbe6ee', land: '#f7f5ef', coast: '#8aa0ae', border: '#9a8f80', graticule: '#b9c6cf', label: '#4f4a42', halo: '#fbfaf6',
  own: '#0b4f8a', stale: '#5a5a5a', selected: '#c2410c', outline: '#ffffff', footprint: '#0b6b5d', sensor: '#0b6b5d', provisional: '#0b6b5d',
  track: '#0b4f8a', gap: '#5f7385', looked: '#0b6b5d', pin: '#7a1f6d', site: '#4d3a9b', tool: '#8a3b00',
  cleared: '#1c7a3a', notified: '#1f5fa8', uncleared: '#b3261e', disputed: '#8a5a00', unknown: '#6b6b6b',
}

const night: Theme = {
  water: '#0e151b', land: '#1b232a', coast: '#42525f', border: '#55606a', graticule: '#26323b', label: '#b8c2ca', halo: '#11181e',
  own: '#7cc4ff', stale: '#a3abb2', selected: '#ffb35c', outline: '#05080b', footprint: '#5fd6bd', sensor: '#5fd6bd', provisional: '#5fd6bd',
  track: '#7cc4ff', gap: '#8799a8', looked: '#5fd6bd', pin: '#e59adf', site: '#bfb0ff', tool: '#ffd38a',
  cleared: '#6cd38b', notified: '#84b8ff', uncleared: '#ff857a', disputed: '#f0bd55', unknown: '#a3abb1',
}

// Red light only: what is told apart by hue elsewhere is told apart here by brightness, hatch, dash and form.
const red: Theme = {
  water: '#080000', land: '#170202', coast: '#5a1010', border: '#6b1515', graticule: '#2a0505', label: '#b83030', halo: '#0a0000',
  own: '#ff4a4a', stale: '#bf4545', selected: '#ff9a9a', outline: '#000000', footprint: '#d63636', sensor: '#d63636', provisional: '#d63636',
  track: '#e04040', gap: '#a02a2a', looked: '#b52c2c', pin: '#ff6e6e', site: '#ff7a7a', tool: '#ff8585',
  cleared: '#8f2323', notified: '#b02d2d', uncleared: '#ff5050', disputed: '#d43c3c', unknown: '#752020',
}

export const themes: Readonly<Record<ThemeName, Theme>> = { day, night, red }

/** A look with what the page sets in custom properties, read once: a style sheet is not asked in every frame. */
export function readTheme(name: ThemeName, element?: Element): Theme {
  const base = themes[name]
  if (!element) return base
  const style = getComputedStyle(element)
  const read: Record<string, string> = {}
  for (const [ink, colour] of Object.entries(base)) {
    const set = style.getPropertyValue(`--map-${ink}`).trim()
    read[ink] = /^#[0-9a-f]{6}$/i.test(set) ? set : colour
  }
  return read as Theme
}

/** Red, green, blue from 0 to 1 of a colour written #rrggbb. */
export function rgb(colour: string): [number, number, number] {
  const n = parseInt(colour.slice(1), 16)
  return [((n >> 16) & 255) / 255, ((n >> 8) & 255) / 255, (n & 255) / 255]
}

/** The contrast between two colours as WCAG 2 reckons it, 1 to 21. */
export function contrast(a: string, b: string): number {
  const light = (colour: string) => {
    const [r, g, bl] = rgb(colour).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl
  }
  const [x, y] = [light(a), light(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}
