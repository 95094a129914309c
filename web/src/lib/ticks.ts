const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second), ...[1, 2, 5, 10, 15, 30].map((n) => n * minute), ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 28, 91, 364].map((n) => n * day),
]

/** Round instants in a stretch of time for its axis, about so many at most, and whether they are whole days. */
export function ticks(from: number, to: number, most: number): { readonly at: readonly number[]; readonly days: boolean } {
  const step = steps.find((s) => (to - from) / s <= most) ?? 3650 * day
  const at: number[] = []
  for (let k = Math.ceil(from / step) * step; k <= to; k += step) at.push(k)
  return { at, days: step >= day }
}
