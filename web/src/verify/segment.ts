// A segment is read once: its packets are cut by their lengths and lead to a root, runs of media have digests.

import { type Archive, type File, find } from './archive'
import { equal, hex } from './bytes'
import type { Segment } from './entry'
import { bytesName, lengthsName } from './manifest'
import { Refusal, refuse } from './report'
import { Sha256 } from './sha256'
import { ReadError, type Source } from './source'
import { Tree } from './tree'

/** Read at once, and hashed at once: memory does not grow with the segment. */
const chunk = 4 << 20
const block = 256 << 10

/**
 * From so many bytes on a packet is hashed by WebCrypto, beside this thread: measured in Chromium, a call costs 4 microseconds,
 * in which 1 000 bytes are hashed here.
 */
const worthwhile = 1024

/** Told how many more bytes were read; it may wait, and throws to end the check. */
export type Tick = (bytes: number) => Promise<void>

const prefix = Uint8Array.of(0)

export async function checkSegment(source: Source, archive: Archive, index: bigint, s: Segment, tick: Tick): Promise<void> {
  const at = String(index)
  const file = find(archive, bytesName(index))
  if (file.size !== s.bytes) throw refuse('segment.bytes', at, file.size, s.bytes)
  const lengths = new Lengths(source, find(archive, lengthsName(index)))
  const media = s.media.map((run) => ({ run, hash: new Sha256() }))
  const packets = new Packets(globalThis.crypto?.subtle as SubtleCrypto | undefined)
  // An archive that ends before the segment does has fewer bytes than it says.
  const bytes = Math.max(0, Math.min(file.size, source.size - file.at))
  try {
    for (let from = 0; from < bytes; from += chunk) {
      const read = (await source.read(file.at + from, Math.min(chunk, bytes - from)))!
      // Packets are hashed with their prefix written before them: not over what is the caller's.
      const b = source.owned ? read : read.slice()
      for (let start = 0; start < b.length; start += block) {
        const end = Math.min(start + block, b.length)
        for (const { run, hash } of media) {
          const [first, last] = [Math.max(run.offset - from, start), Math.min(run.offset + run.bytes - from, end)]
          if (first < last) hash.update(b, first, last)
        }
        await packets.settle()
        if (!(await packets.cut(b, end, lengths))) throw refuse('segment.lengths', at)
        await tick(end - start)
      }
      packets.next(b)
    }
    await packets.settle()
    if (packets.left !== 0 || !(await lengths.ended())) throw refuse('segment.lengths', at)
  } catch (e) {
    if (e instanceof ReadError) throw new Refusal('bundle.read', [bytesName(index)])
    throw e
  }
  if (bytes !== s.bytes) throw refuse('segment.bytes', at, bytes, s.bytes)
  if (packets.tree.size !== s.packets) throw refuse('segment.packets', at, packets.tree.size, s.packets)
  const root = packets.tree.root()
  if (!equal(root, s.root)) throw refuse('segment.root', at, hex(root), hex(s.root))
  for (const { run, hash } of media) {
    const sum = hash.digest()
    if (!equal(sum, run.digest)) throw refuse('segment.media', at, run.name, hex(sum), hex(run.digest))
  }
}

/** Cuts chunks into packets and hashes them into a tree. */
class Packets {
  readonly tree = new Tree()
  left = 0 // bytes of the packet under way that are in no chunk yet
  private at = 0 // of the next packet in the chunk, which may lie beyond it
  private readonly under = new Sha256() // the packet that goes over the end of a chunk
  private readonly here = new Sha256()
  private leaves = new Uint8Array(32 * 1024)
  private count = 0
  private pending: Promise<unknown>[] = []

  constructor(private readonly subtle: SubtleCrypto | undefined) {}

  /** Hashes the packets that begin before an end; false where there are no lengths for them. */
  async cut(b: Uint8Array<ArrayBuffer>, end: number, lengths: Lengths): Promise<boolean> {
    if (this.at === 0 && this.left > 0) this.over(b)
    while (this.at < end) {
      if (lengths.low) await lengths.fill()
      const length = lengths.next()
      if (length === 0) return false
      const from = this.at
      this.at += length
      if (this.at > b.length) {
        this.under.update(prefix).update(b, from, b.length)
        this.left = this.at - b.length
        this.at = b.length
        return true
      }
      this.whole(b, from, this.at)
    }
    return true
  }

  /** Goes on to the next chunk. */
  next(b: Uint8Array): void {
    this.at -= b.length
  }

  private over(b: Uint8Array): void {
    const here = Math.min(this.left, b.length)
    this.under.update(b, 0, here)
    this.left -= here
    this.at = here
    if (this.left === 0) this.under.digestInto(this.leaves, 32 * this.room())
  }

  private whole(b: Uint8Array<ArrayBuffer>, from: number, to: number): void {
    const leaf = this.room()
    if (this.subtle === undefined || to - from < worthwhile || from === 0) {
      this.here.update(prefix).update(b, from, to).digestInto(this.leaves, 32 * leaf)
      return
    }
    // The byte before is of the last packet, which WebCrypto has a copy of.
    b[from - 1] = 0
    const done = this.subtle.digest('SHA-256', b.subarray(from - 1, to))
    this.pending.push(done.then((d) => this.leaves.set(new Uint8Array(d), 32 * leaf)))
  }

  /** Returns the place of one more leaf. */
  private room(): number {
    if (32 * (this.count + 1) > this.leaves.length) {
      const more = new Uint8Array(2 * this.leaves.length)
      more.set(this.leaves)
      this.leaves = more
    }
    return this.count++
  }

  /** Waits for the packets under way and adds them to the tree. */
  async settle(): Promise<void> {
    if (this.pending.length > 0) await Promise.all(this.pending)
    for (let i = 0; i < this.count; i++) this.tree.append(this.leaves, 32 * i)
    this.pending = []
    this.count = 0
  }
}

const window = 64 << 10
const longest = 20 // bytes of a run: two numbers of ten

/** The lengths of packets: pairs of count and length, each a LEB128 number. */
class Lengths {
  private held: Uint8Array = new Uint8Array(0)
  private at = 0
  private read: number
  private readonly end: number
  private count = 0
  private length = 0

  constructor(
    private readonly source: Source,
    file: File,
  ) {
    this.read = file.at
    this.end = Math.max(file.at, Math.min(file.at + file.size, source.size))
  }

  /** Reports whether the next run may go beyond what is held. */
  get low(): boolean {
    return this.count === 0 && this.held.length - this.at < longest && this.read < this.end
  }

  async fill(): Promise<void> {
    const rest = this.held.subarray(this.at)
    const more = (await this.source.read(this.read, Math.min(window, this.end - this.read)))!
    this.read += more.length
    this.held = new Uint8Array(rest.length + more.length)
    this.held.set(rest)
    this.held.set(more, rest.length)
    this.at = 0
  }

  /** Returns the length of the next packet, 0 where there is none. */
  next(): number {
    if (this.count === 0) {
      this.count = this.number()
      this.length = this.count === 0 ? 0 : this.number()
      if (this.length === 0) return 0
    }
    this.count--
    return this.length
  }

  /** Reads a number, 0 where it is none. Above 2^53 it is not exact, but more than any file has. */
  private number(): number {
    let n = 0
    for (let i = 0; i < 10; i++) {
      const b = this.held[this.at++]
      if (b === undefined || (i === 9 && b > 1)) return 0
      n += (b & 0x7f) * 2 ** (7 * i)
      if (b < 0x80) return n
    }
    return 0
  }

  async ended(): Promise<boolean> {
    if (this.low) await this.fill()
    return this.count === 0 && this.at === this.held.length
  }
}
