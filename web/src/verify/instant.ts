// Instants of cosignatures, to the second.

/** Writes seconds since 1970 as RFC 3339 has it. A witness may name a year that Date does not reach. */
export function instant(seconds: bigint): string {
  const day = seconds / 86400n
  const rest = Number(seconds % 86400n)
  // Every 400 years the calendar begins again, after 146 097 days.
  const eras = day / 146097n
  const date = new Date(Number(day % 146097n) * 86400_000 + rest * 1000).toISOString()
  const year = BigInt(date.slice(0, 4)) + 400n * eras
  return `${String(year).padStart(4, '0')}${date.slice(4, 19)}Z`
}
