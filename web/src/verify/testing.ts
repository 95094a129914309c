// What the tests share: the vectors, and archives that are made to measure.

import { readFileSync } from 'node:fs'
import { encode, join } from './bytes'

export interface BundleVector {
  name: string
  bundle: string
  policy: string
  held: string[]
  reason: string
  text: string
  text_es: string
  verdict: string[]
  checks: { what: string[]; reason: string[] }[]
  not_shown: string[][]
}

export interface PolicyVector {
  name: string
  policy: string
  reason: string[]
  text: string
  text_es: string
}

export function vectors<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../../docs/vectors/transparency/${name}`, import.meta.url), 'utf8')) as T[]
}

export const bundle = (v: BundleVector): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(v.bundle, 'base64'))

export interface Member {
  name: string
  bytes: Uint8Array
}

/** Takes an archive apart, by its directory. */
export function members(b: Uint8Array): Member[] {
  const v = new DataView(b.buffer, b.byteOffset, b.length)
  const out: Member[] = []
  for (let at = v.getUint32(b.length - 6, true); v.getUint32(at, true) === 0x02014b50; ) {
    const [size, name, local] = [v.getUint32(at + 24, true), v.getUint16(at + 28, true), v.getUint32(at + 42, true)]
    const first = local + 30 + v.getUint16(local + 26, true) + v.getUint16(local + 28, true)
    out.push({ name: new TextDecoder().decode(b.subarray(at + 46, at + 46 + name)), bytes: b.slice(first, first + size) })
    at += 46 + name + v.getUint16(at + 30, true) + v.getUint16(at + 32, true)
  }
  return out
}

export interface Form {
  zip64?: boolean // sizes and places stand in records of zip64
}

/** Puts members together, stored. Checksums are left out: nobody looks at them. */
export function archive(all: Member[], form: Form = {}): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  const headers: Uint8Array[] = []
  let at = 0
  const put = (b: Uint8Array): void => {
    parts.push(b)
    at += b.length
  }
  for (const m of all) {
    const name = encode(m.name)
    const extra = form.zip64 ? numbers([1, 2], [24, 2], [m.bytes.length, 8], [m.bytes.length, 8], [at, 8]) : new Uint8Array(0)
    const size = form.zip64 ? 0xffffffff : m.bytes.length
    headers.push(join(
      numbers([0x02014b50, 4], [45, 2], [45, 2], [0, 2], [0, 2], [0, 4], [0, 4], [size, 4], [size, 4], [name.length, 2], [extra.length, 2], [0, 2], [0, 4], [0, 4],
        [form.zip64 ? 0xffffffff : at, 4]), name, extra,
    ))
    put(join(numbers([0x04034b50, 4], [45, 2], [0, 2], [0, 2], [0, 4], [0, 4], [m.bytes.length, 4], [m.bytes.length, 4], [name.length, 2], [0, 2]), name))
    put(m.bytes)
  }
  const directory = Buffer.concat(headers)
  const place = at
  put(directory)
  if (form.zip64) {
    const end = at
    put(numbers([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4], [all.length, 8], [all.length, 8], [directory.length, 8], [place, 8]))
    put(numbers([0x07064b50, 4], [0, 4], [end, 8], [1, 4]))
  }
  const [count, size, offset] = form.zip64 ? [0xffff, 0xffffffff, 0xffffffff] : [all.length, directory.length, place]
  put(numbers([0x06054b50, 4], [0, 4], [count!, 2], [count!, 2], [size!, 4], [offset!, 4], [0, 2]))
  return Uint8Array.from(Buffer.concat(parts))
}

/** Numbers, little-endian, each with its bytes. */
function numbers(...all: [number, number][]): Uint8Array {
  return Uint8Array.from(all.flatMap(([n, bytes]) => Array.from({ length: bytes }, (_, i) => Math.floor(n / 2 ** (8 * i)) % 256)))
}
