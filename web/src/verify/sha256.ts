// SHA-256 (FIPS 180-4). WebCrypto hashes nothing in pieces and is not there in pages that were not served securely: media,
// small packets and nodes of trees are hashed here, and there everything.

// The constants are the first bits of the roots of primes (section 4.2.2): they are worked out, exactly, in integers.
const primes: number[] = []
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n)

function rootBits(prime: number, power: bigint): number {
  const scaled = BigInt(prime) << (32n * power)
  let low = 0n
  for (let step = 1n << 40n; step > 0n; step >>= 1n) if ((low + step) ** power <= scaled) low += step
  return Number(low & 0xffffffffn) | 0
}

const K = Int32Array.from(primes, (p) => rootBits(p, 3n))
const start = Int32Array.from(primes.slice(0, 8), (p) => rootBits(p, 2n))
const W = new Int32Array(64)

/** A hash under way; digest ends it and makes it ready for the next. */
export class Sha256 {
  private readonly h = Int32Array.from(start)
  private readonly rest = new Uint8Array(64)
  private filled = 0
  private length = 0

  update(b: Uint8Array, from = 0, to = b.length): this {
    this.length += to - from
    if (this.filled > 0) {
      while (this.filled < 64 && from < to) this.rest[this.filled++] = b[from++]!
      if (this.filled < 64) return this
      compress(this.h, this.rest, 0, 1)
      this.filled = 0
    }
    const blocks = Math.floor((to - from) / 64)
    if (blocks > 0) compress(this.h, b, from, blocks)
    from += 64 * blocks
    while (from < to) this.rest[this.filled++] = b[from++]!
    return this
  }

  /** Writes the digest where it belongs. */
  digestInto(out: Uint8Array, at: number): void {
    const bits = this.length * 8
    this.rest[this.filled++] = 0x80
    if (this.filled > 56) {
      this.rest.fill(0, this.filled)
      compress(this.h, this.rest, 0, 1)
      this.filled = 0
    }
    this.rest.fill(0, this.filled, 56)
    const high = Math.floor(bits / 2 ** 32)
    for (let i = 0; i < 4; i++) {
      this.rest[56 + i] = high >>> (24 - 8 * i)
      this.rest[60 + i] = bits >>> (24 - 8 * i)
    }
    compress(this.h, this.rest, 0, 1)
    for (let i = 0; i < 8; i++) {
      const x = this.h[i]!
      out[at++] = x >>> 24
      out[at++] = x >>> 16
      out[at++] = x >>> 8
      out[at++] = x
    }
    this.h.set(start)
    this.filled = this.length = 0
  }

  digest(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(32)
    this.digestInto(out, 0)
    return out
  }
}

export const sha256 = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const h = new Sha256()
  for (const p of parts) h.update(p)
  return h.digest()
}

function compress(state: Int32Array, p: Uint8Array, at: number, blocks: number): void {
  let h0 = state[0]!, h1 = state[1]!, h2 = state[2]!, h3 = state[3]!
  let h4 = state[4]!, h5 = state[5]!, h6 = state[6]!, h7 = state[7]!
  for (; blocks > 0; blocks--) {
    for (let i = 0; i < 16; i++, at += 4) W[i] = (p[at]! << 24) | (p[at + 1]! << 16) | (p[at + 2]! << 8) | p[at + 3]!
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15]!, y = W[i - 2]!
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      W[i] = (W[i - 16]! + s0 + W[i - 7]! + s1) | 0
    }
    let a = h0, b = h1, c = h2, d = h3, e = h4, f = h5, g = h6, h = h7
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + W[i]!) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    h0 = (h0 + a) | 0
    h1 = (h1 + b) | 0
    h2 = (h2 + c) | 0
    h3 = (h3 + d) | 0
    h4 = (h4 + e) | 0
    h5 = (h5 + f) | 0
    h6 = (h6 + g) | 0
    h7 = (h7 + h) | 0
  }
  state[0] = h0
  state[1] = h1
  state[2] = h2
  state[3] = h3
  state[4] = h4
  state[5] = h5
  state[6] = h6
  state[7] = h7
}
