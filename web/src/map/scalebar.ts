import { distance, type Lengths } from '../place/units'

export interface Scale {
  readonly metres: number
  readonly text: string
}

/** The longest round length that is no longer than so many metres: 1, 2 or 5 and zeros, of the unit it is written in. */
export function roundScale(most: number, lengths: Lengths): Scale {
  const unit = lengths === 'nautical' ? (most >= 185.2 ? 1852 : 1) : most >= 1000 ? 1000 : 1
  const value = most / unit
  const power = 10 ** Math.floor(Math.log10(value))
  const lead = value / power
  const metres = (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power * unit
  return { metres, text: distance(metres, lengths).replace(/\.0+(?=\D)|(\.\d*?[1-9])0+(?=\D)/, '$1') }
}
