// Quantities as they are shown: one way in both languages, a decimal point and a thin space between thousands (ISO 80000-1),
// so that a figure read out over a radio in one language is the same figure in the other.

export type Lengths = 'metric' | 'nautical'
export type Heights = 'm' | 'ft' | 'FL'
export type Speeds = 'm/s' | 'km/h' | 'kt'


const nauticalMile = 1852
const foot = 0.3048

/** Between thousands, and between figure and unit: never a place to break the line. */
export const thin = '\u202f'

/** The figure with so many decimals; an en dash where there is none. Negative figures carry a true minus. */
export function figure(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return '–'
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.') as [string, string?]
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thin)
  const zero = /^0*$/.test(whole + (fraction ?? ''))
  return (value < 0 && !zero ? '−' : '') + grouped + (fraction ? `.${fraction}` : '')
}

const unit = (value: number, decimals: number, name: string) =>
  Number.isFinite(value) ? `${figure(value, decimals)}${thin}${name}` : '–'

/** Three figures that matter, and never more decimals than asked. */
const decimalsFor = (value: number, most: number) => {
  const v = Math.abs(value)
  return Math.min(most, v < 9.995 ? 2 : v < 99.95 ? 1 : 0)
}

export function distance(metres: number, lengths: Lengths): string {
  if (lengths === 'nautical') {
    const miles = metres / nauticalMile
    return Math.abs(miles) < 0.095 ? unit(metres, 0, 'm') : unit(miles, decimalsFor(miles, 2), 'NM')
  }
  if (Math.abs(metres) < 999.5) return unit(metres, 0, 'm')
  return unit(metres / 1000, decimalsFor(metres / 1000, 2), 'km')
}

export function area(squareMetres: number, lengths: Lengths): string {
  if (lengths === 'nautical') {
    const square = squareMetres / nauticalMile ** 2
    return Math.abs(square) < 0.01 ? unit(squareMetres, 0, 'm²') : unit(square, decimalsFor(square, 2), 'NM²')
  }
  if (Math.abs(squareMetres) < 10_000) return unit(squareMetres, 0, 'm²')
  return unit(squareMetres / 1e6, decimalsFor(squareMetres / 1e6, 2), 'km²')
}

/**
 * A height. A flight level is hundreds of feet of pressure altitude and nothing else: where the altitude is geometric it is
 * shown in feet although levels were asked for.
 */
export function height(metres: number, heights: Heights, pressure = false): string {
  if (!Number.isFinite(metres)) return '–'
  if (heights === 'm') return unit(metres, 0, 'm')
  const feet = metres / foot
  if (heights === 'FL' && pressure) return `FL${String(Math.max(0, Math.round(feet / 100))).padStart(3, '0')}`
  return unit(feet, 0, 'ft')
}

export function speed(metresPerSecond: number, speeds: Speeds): string {
  switch (speeds) {
    case 'm/s':
      return unit(metresPerSecond, 1, 'm/s')
    case 'km/h':
      return unit(metresPerSecond * 3.6, 0, 'km/h')
    case 'kt':
      return unit((metresPerSecond * 3600) / nauticalMile, 0, 'kt')
  }
}

/** Degrees from true north, three figures as they are spoken: 007°, and never 360°. */
export function bearing(degrees: number): string {
  if (!Number.isFinite(degrees)) return '–'
  return `${String(((Math.round(degrees) % 360) + 360) % 360).padStart(3, '0')}°`
}
