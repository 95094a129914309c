// Text as bytes: what a stranger wrote is read without being repaired, and shown on one short line.

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** Returns text, undefined where the bytes are not UTF-8. */
export function utf8(b: Uint8Array): string | undefined {
  try {
    return strict.decode(b)
  } catch {
    return undefined
  }
}

export const encode = (s: string): Uint8Array<ArrayBuffer> => encoder.encode(s)

/** Returns text in which each byte that belongs to no character is U+FFFD, so that both programs show the same. */
export function text(b: Uint8Array): string {
  const whole = utf8(b)
  if (whole !== undefined) return whole
  let out = ''
  for (let at = 0; at < b.length; ) {
    const first = b[at]!
    const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
    const one = length > 0 && at + length <= b.length ? utf8(b.subarray(at, at + length)) : undefined
    out += one ?? '\ufffd'
    at += one === undefined ? 1 : length
  }
  return out
}

/** Bytes as a string of characters 0 to 255: text that is compared byte by byte and may be no UTF-8. */
export function binary(b: Uint8Array): string {
  let out = ''
  for (let at = 0; at < b.length; at += 8192) out += String.fromCharCode(...b.subarray(at, at + 8192))
  return out
}

export function fromBinary(s: string): Uint8Array<ArrayBuffer> {
  const b = new Uint8Array(s.length)
  for (let i = 0; i < s.length; i++) b[i] = s.charCodeAt(i)
  return b
}

const longest = 120

/** Keeps what strangers wrote on one short line, without control characters. */
export function excerpt(s: string): string {
  const clean = s.replace(/[\0-\x1f\x7f\u2028\u2029]/g, '\ufffd')
  if (clean.length <= longest / 3) return clean
  const b = encode(clean)
  if (b.length <= longest) return clean
  let cut = longest
  while (cut > 0 && (b[cut]! & 0xc0) === 0x80) cut--
  return text(b.subarray(0, cut)) + '...'
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) {
    out.set(p, at)
    at += p.length
  }
  return out
}

export function hex(b: Uint8Array): string {
  let out = ''
  for (const x of b) out += x.toString(16).padStart(2, '0')
  return out
}

export function fromHex(s: string): Uint8Array<ArrayBuffer> | undefined {
  if (s.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(s)) return undefined
  const b = new Uint8Array(s.length / 2)
  for (let i = 0; i < b.length; i++) b[i] = parseInt(s.slice(2 * i, 2 * i + 2), 16)
  return b
}

export const base64 = (b: Uint8Array): string => btoa(binary(b))

/** Reads padded base64 (RFC 4648 section 4). Line ends inside are skipped, as the other program does. */
export function fromBase64(s: string): Uint8Array<ArrayBuffer> | undefined {
  const plain = s.replace(/[\r\n]/g, '')
  const body = plain.replace(/={1,2}$/, '')
  if (plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*$/.test(body)) return undefined
  return fromBinary(atob(plain))
}

/** Reads base64 whose unused bits are zero. */
export function fromStrictBase64(s: string): Uint8Array<ArrayBuffer> | undefined {
  const b = fromBase64(s)
  return b !== undefined && base64(b) === s.replace(/[\r\n]/g, '') ? b : undefined
}

/** Reads a digest in the one form in which it is written. */
export function digest(s: string): Uint8Array<ArrayBuffer> | undefined {
  const b = s.length === 44 ? fromStrictBase64(s) : undefined
  return b?.length === 32 ? b : undefined
}

export const uint32 = (n: number): Uint8Array => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n)

export function uint64(n: bigint): Uint8Array {
  const b = new Uint8Array(8)
  new DataView(b.buffer).setBigUint64(0, n)
  return b
}
