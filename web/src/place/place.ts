/** A place on WGS 84, in degrees. Longitudes are wrapped to -180..180 where a function returns one. */
export interface Place {
  readonly lon: number
  readonly lat: number
}

export function wrapLongitude(lon: number): number {
  if (lon >= -180 && lon <= 180) return lon
  const turned = ((lon + 180) % 360 + 360) % 360 - 180
  return turned === -180 && lon > 0 ? 180 : turned
}

/** The longitude that is the same meridian as lon and nearest to reference: lines and rings are drawn unbroken across 180°. */
export function nearLongitude(lon: number, reference: number): number {
  return lon - 360 * Math.round((lon - reference) / 360)
}
