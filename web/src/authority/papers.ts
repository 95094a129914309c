/** The digests of the papers that a document names, wherever in it. */
export function papersOf(x: unknown, out: string[] = []): string[] {
  if (typeof x !== 'object' || x === null) return out
  for (const [k, v] of Object.entries(x)) {
    if (k === 'sha256' && typeof v === 'string') {
      if (!out.includes(v)) out.push(v)
    } else papersOf(v, out)
  }
  return out
}
