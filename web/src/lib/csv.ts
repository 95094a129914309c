type Cell = string | number | null | undefined

const cell = (x: Cell) => {
  const s = x === null || x === undefined ? '' : String(x)
  return /[",\n\r]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s
}

/** A line of comma-separated values (RFC 4180), without its end. What there is none of is empty, which is not zero. */
export const line = (cells: readonly Cell[]): string => cells.map(cell).join(',')
