import { hex } from '../verify/bytes'

/** Gives the reader a file. */
export function save(what: Blob, name: string): void {
  const a = document.createElement('a')
  a.href = URL.createObjectURL(what)
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000)
}

/** Gives the reader a file and returns its SHA-256, by which it can be held against what is on record. */
export async function saveHashed(what: Blob, name: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await what.arrayBuffer())
  save(what, name)
  return hex(new Uint8Array(digest))
}
