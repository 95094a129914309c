// The archive of a bundle (APPNOTE 6.3), after it was found to be harmless: bounded, plain names, nothing compressed,
// nothing twice.

import { binary, text } from './bytes'
import { Refusal, refuse } from './report'
import { ReadError, type Source } from './source'

export const maxFiles = 3 + 3 * 10_000 + 2 * 10_000 + 10_000
const maxDirectory = 16 << 20

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locatorSignature = 0x07064b50
const directorySignature = 0x02014b50
const localSignature = 0x04034b50
const [endSize, locatorSize, end64Size, headerSize, localSize] = [22, 20, 56, 46, 30] as const
const zip64Extra = 1

/** A file in the archive, by its header in the directory. */
interface Header {
  name: string // a character a byte, and no more of them than a name may have and show
  flags: number
  method: number
  compressed: bigint
  size: bigint
  at: bigint // of the header before its bytes
}

export interface File {
  at: number // of its first byte
  size: number
}

export interface Archive {
  names: string[] // in the order of the archive
  files: Map<string, File>
}

export async function open(source: Source): Promise<Archive> {
  await boundDirectory(source)
  const headers = await directory(source)
  const seen = new Set<string>()
  let total = 0n
  const room = BigInt(source.size)
  for (const h of headers) {
    const shown = text(Uint8Array.from(h.name, (c) => c.charCodeAt(0)))
    if (!plainPath(h.name)) throw refuse('bundle.path', shown)
    if (seen.has(h.name)) throw refuse('bundle.twice', shown)
    seen.add(h.name)
    if (h.method !== 0 || h.compressed !== h.size || (h.flags & 1) !== 0) throw refuse('bundle.compressed', shown)
    // Files that lie over each other would make a small archive large.
    total += h.size
    if (total > room) throw refuse('bundle.overlap', shown)
  }
  const files = new Map<string, File>()
  for (const h of headers) files.set(h.name, { at: await firstByte(source, h), size: Number(h.size) })
  return { names: [...files.keys()], files }
}

const view = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.length)

/** Looks at the end of the archive before the directory is read. A bundle has no comment, so that its end is in one place. */
async function boundDirectory(source: Source): Promise<void> {
  const bad = refuse('bundle.archive')
  const read = async (at: number, length: number): Promise<DataView> => {
    const b = await source.read(at, length)
    if (b === undefined) throw bad
    return view(b)
  }
  const end = await read(source.size - endSize, endSize)
  if (end.getUint32(0, true) !== endSignature || end.getUint16(20, true) !== 0) throw bad
  let records = BigInt(end.getUint16(10, true))
  let size = BigInt(end.getUint32(12, true))
  if (records === 0xffffn || size === 0xffffffffn || end.getUint32(16, true) === 0xffffffff) {
    const at64 = source.size - endSize - locatorSize - end64Size
    const locator = await read(at64 + end64Size, locatorSize)
    if (locator.getUint32(0, true) !== locatorSignature || locator.getBigUint64(8, true) !== BigInt.asUintN(64, BigInt(at64))) throw bad
    const end64 = await read(at64, end64Size)
    if (end64.getUint32(0, true) !== end64Signature) throw bad
    records = end64.getBigUint64(32, true)
    size = end64.getBigUint64(40, true)
  }
  if (records > BigInt(maxFiles) || size > BigInt(maxDirectory)) throw refuse('bundle.files', records, maxFiles)
}

interface DirectoryEnd {
  records: bigint
  first: bigint // where the directory begins
  base: bigint // what every place in the archive is counted from
}

/**
 * Finds the directory as the other program's reader does, down to where it is lenient: bytes before the archive are allowed,
 * and a directory of 65 535 bytes may have a record of zip64, too.
 */
async function directoryEnd(source: Source): Promise<DirectoryEnd> {
  const bad = refuse('bundle.archive')
  let endAt = BigInt(source.size - endSize)
  const end = view((await source.read(Number(endAt), endSize))!)
  let records = BigInt(end.getUint16(10, true))
  let size = BigInt(end.getUint32(12, true))
  let offset = BigInt(end.getUint32(16, true))
  if (records === 0xffffn || size === 0xffffn || offset === 0xffffffffn) {
    const locator = await source.read(Number(endAt) - locatorSize, locatorSize)
    const l = locator && view(locator)
    if (l && l.getUint32(0, true) === locatorSignature && l.getUint32(4, true) === 0 && l.getUint32(16, true) === 1) {
      const at = l.getBigInt64(8, true)
      if (at >= 0n) {
        const end64 = await source.read(Number(at), end64Size)
        if (end64 === undefined || view(end64).getUint32(0, true) !== end64Signature) throw bad
        records = view(end64).getBigUint64(32, true)
        size = view(end64).getBigUint64(40, true)
        offset = view(end64).getBigUint64(48, true)
        endAt = at
      }
    }
  }
  const most = (1n << 63n) - 1n
  const first = endAt - size
  if (size > most || offset > most || first < 0n || first >= BigInt(source.size)) throw bad
  let base = first - offset
  // A header where the directory says that it is counts more than how long it says that it is.
  if (base > 0n && typeof (await header(source, offset)) !== 'string') base = 0n
  return { records, first: base + offset, base }
}

async function directory(source: Source): Promise<Header[]> {
  const { records, first, base } = await directoryEnd(source)
  const headers: Header[] = []
  let at = first
  for (;;) {
    const h = await header(source, at)
    if (h === 'end') throw refuse('bundle.archive')
    if (h === 'none') break
    // The count at the end has 16 bits: what it leaves out is not read, either.
    if (headers.length === maxFiles) throw refuse('bundle.files', headers.length + 1, maxFiles)
    at += BigInt(h.length)
    headers.push({ ...h.header, at: h.header.at + base })
  }
  if (headers.length % 65536 !== Number(records % 65536n)) throw refuse('bundle.archive')
  return headers
}

/** Reads one header: none is there, or the file is at its end, where the other program gives up. */
async function header(source: Source, from: bigint): Promise<{ header: Header; length: number } | 'none' | 'end'> {
  const at = Number(from)
  const left = source.size - at
  if (left <= 0) return 'end'
  const fixed = await source.read(at, headerSize)
  if (fixed === undefined) return 'none'
  const f = view(fixed)
  if (f.getUint32(0, true) !== directorySignature) return 'none'
  const [nameLength, extraLength, commentLength] = [f.getUint16(28, true), f.getUint16(30, true), f.getUint16(32, true)]
  const h: Header = {
    name: '', flags: f.getUint16(8, true), method: f.getUint16(10, true), compressed: BigInt(f.getUint32(20, true)),
    size: BigInt(f.getUint32(24, true)), at: BigInt(f.getUint32(42, true)),
  }
  const more = nameLength + extraLength + commentLength
  const length = headerSize + more
  if (more > 0 && left === headerSize) return 'end'
  const rest = await source.read(at + headerSize, more)
  if (rest === undefined) return 'none'
  h.name = binary(rest.subarray(0, Math.min(nameLength, 256)))
  return extended(h, rest.subarray(nameLength, nameLength + extraLength)) ? { header: h, length } : 'none'
}

/** Takes over what stands in the extra field of zip64 (APPNOTE 4.5.3); false where something is missing there. */
function extended(h: Header, extra: Uint8Array): boolean {
  const full = 0xffffffffn
  let [size, compressed, at] = [h.size === full, h.compressed === full, h.at === full]
  for (let e = view(extra); e.byteLength >= 4; ) {
    const length = e.getUint16(2, true)
    if (e.byteLength - 4 < length) break
    if (e.getUint16(0, true) === zip64Extra) {
      let place = 4
      const next = (): bigint | undefined => {
        place += 8
        return place - 4 <= length ? e.getBigUint64(place - 8, true) : undefined
      }
      const wanted: ['size' | 'compressed' | 'at', boolean][] = [['size', size], ['compressed', compressed], ['at', at]]
      for (const [member, full] of wanted) {
        if (!full) continue
        const n = next()
        if (n === undefined) return false
        h[member] = member === 'at' ? BigInt.asIntN(64, n) : n
      }
      size = compressed = at = false
    }
    e = new DataView(e.buffer, e.byteOffset + 4 + length, e.byteLength - 4 - length)
  }
  return !compressed && !at
}

/** Letters that a bundle uses, no way out of the folder it is unpacked into. */
function plainPath(name: string): boolean {
  return name.length <= 128 && /^[a-z0-9._/-]+$/.test(name) && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/**
 * Finds where the bytes of a file begin, and holds the header before them against the directory (APPNOTE 4.3.7): another
 * program might go by the former and show other files. A bundle has no extra field between the name and the bytes.
 */
async function firstByte(source: Source, h: Header): Promise<number> {
  const local = await source.read(Number(h.at), localSize)
  if (local === undefined || view(local).getUint32(0, true) !== localSignature) throw refuse('bundle.archive')
  const first = Number(h.at) + localSize + view(local).getUint16(26, true) + view(local).getUint16(28, true)
  const length = localSize + h.name.length
  if (first < length) throw refuse('bundle.twice', h.name)
  const head = await source.read(first - length, length)
  if (head === undefined) throw refuse('bundle.archive')
  const v = view(head)
  if (v.getUint32(0, true) !== localSignature || v.getUint16(8, true) !== 0 || binary(head.subarray(localSize)) !== h.name) {
    throw refuse('bundle.twice', h.name)
  }
  return first
}

/** Holds the files that are there against those that the manifest wants. */
export function expect(archive: Archive, names: string[]): void {
  const wanted = new Set(names)
  for (const n of names) if (!archive.files.has(n)) throw refuse('bundle.missing', n)
  for (const n of archive.names) if (!wanted.has(n)) throw refuse('bundle.extra', n)
}

/**
 * Returns where a file lies. The checksum of the archive is not looked at: what counts is held against the log.
 */
export function find(archive: Archive, name: string): File {
  const file = archive.files.get(name)
  if (file === undefined) throw refuse('bundle.missing', name)
  return file
}

export async function small(source: Source, archive: Archive, name: string, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const file = find(archive, name)
  if (file.size > limit) throw refuse('bundle.large', name, file.size, limit)
  let b: Uint8Array<ArrayBuffer> | undefined
  try {
    b = await source.read(file.at, file.size)
  } catch (e) {
    if (!(e instanceof ReadError)) throw e
  }
  if (b === undefined) throw new Refusal('bundle.read', [name])
  return b.slice() // what was read may lie in a part that is kept for the next
}
