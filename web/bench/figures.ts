// Figures as `make bench` reads them.
export const figure = (name: string, value: number) => console.log(`FIGURE ${name} ${value.toFixed(1)}`)

/** The value below which a share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
