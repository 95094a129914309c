// The clip of the demonstration as a stream that goes on: repeated as often as a story wants, with the time that it wants. Bytes are those of
// the clip but for what makes them of another instant: item 2 and the sum of each packet, the ST 0604 time of each picture, PTS, PCR and
// continuity counters. Written after the standards, apart from the program that does the same.
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { inRepository } from './server'

export interface Pictured {
  number: number
  time: string
  /** latitude, longitude */
  sensor: [number, number]
  /** latitude, longitude; upper left first, clockwise */
  corners: [number, number][]
}

export interface Truth {
  start: string
  end: string
  buildings: { name: string; lat: number; lon: number }[]
  pictures: Pictured[]
}

export const clipPath = inRepository('internal', 'demo', 'clip.ts')
export const truth = JSON.parse(readFileSync(inRepository('internal', 'demo', 'clip.json'), 'utf8')) as Truth
export const began = Date.parse(truth.start)
/** Milliseconds of a turn, and pictures in it. */
export const turn = Date.parse(truth.end) - began
export const pictures = truth.pictures.length
export const perSecond = (pictures / turn) * 1000

/** The picture of the clip at an instant, counted on from the beginning of the clip through its repeats. */
export const pictureAt = (instant: number) => Math.round(((instant - began) / 1000) * perSecond)
/** The same of a stream whose turns are counted from the epoch, as those of the demonstration and of a Sender are. */
export const pictureNow = (instant: number) => ((instant % turn) / 1000) * perSecond
/** What is true of a picture: the clip repeats itself. */
export const trueAt = (n: number): Pictured => truth.pictures[((n % pictures) + pictures) % pictures]!

const size = 188

/** A packetised unit or what lies between two, due so many milliseconds after the beginning of the clip. */
export interface Part {
  due: number
  key: boolean
  bytes: Buffer
}

const clip = readFileSync(clipPath)

/** One turn of the clip, later by so many milliseconds. The counters go on from turn to turn. */
export function restamped(later: number, counters: Map<number, number>): Part[] {
  const b = Buffer.from(clip)
  const ticks = BigInt(Math.round(later * 90))
  const micros = BigInt(Math.round(later * 1000))
  const parts: Part[] = []
  let first: bigint | null = null
  let begins = 0
  let due = 0
  let key = false
  const close = (end: number) => {
    if (end > begins) parts.push({ due, key, bytes: b.subarray(begins, end) })
    begins = end
    key = false
  }
  for (let at = 0; at + size <= b.length; at += size) {
    const pid = b.readUInt16BE(at + 1) & 0x1fff
    const control = (b[at + 3]! >> 4) & 3
    let payload = at + 4
    if (control & 2) {
      const length = b[payload]!
      if (length > 0 && b[payload + 1]! & 0x10) writePCR(b, payload + 2, ticks)
      payload += 1 + length
    }
    if (control & 1 && pid !== 0x1fff) {
      const n = ((counters.get(pid) ?? 15) + 1) & 15
      counters.set(pid, n)
      b[at + 3] = (b[at + 3]! & 0xf0) | n
    }
    // ISO/IEC 13818-1 2.4.3.6: a packet that begins a unit
    if (!(b[at + 1]! & 0x40) || b.readUIntBE(payload, 3) !== 1) continue
    close(at)
    const pts = readPTS(b, payload + 9)
    first ??= pts
    due = Number(pts - first) / 90
    writePTS(b, payload + 9, pts + ticks)
    const unit = payloadOf(b, at, pid)
    if (b[payload + 3] === 0xfc) stampPacket(b, unit, micros)
    else key = stampPicture(b, unit, micros)
  }
  close(b.length)
  return parts
}

/** So many turns as a recording. */
export function recording(turns: number): Buffer {
  const counters = new Map<number, number>()
  return Buffer.concat(Array.from({ length: turns }, (_, i) => restamped(i * turn, counters)).flatMap((t) => t.map((p) => p.bytes)))
}

const readPTS = (b: Buffer, at: number) =>
  ((BigInt(b[at]!) >> 1n) & 7n) << 30n | (BigInt(b.readUInt16BE(at + 1)) >> 1n) << 15n | BigInt(b.readUInt16BE(at + 3)) >> 1n

function writePTS(b: Buffer, at: number, pts: bigint): void {
  b[at] = (b[at]! & 0xf1) | (Number((pts >> 30n) & 7n) << 1)
  b.writeUInt16BE(Number((pts >> 15n) & 0x7fffn) << 1 | 1, at + 1)
  b.writeUInt16BE(Number(pts & 0x7fffn) << 1 | 1, at + 3)
}

function writePCR(b: Buffer, at: number, ticks: bigint): void {
  const base = ((BigInt(b.readUInt32BE(at)) << 1n | BigInt(b[at + 4]! >> 7)) + ticks) & 0x1ffffffffn
  b.writeUInt32BE(Number(base >> 1n), at)
  b[at + 4] = (b[at + 4]! & 0x7f) | (Number(base & 1n) << 7)
}

/** Where each byte of a unit lies, behind its header. */
function payloadOf(b: Buffer, from: number, pid: number): number[] {
  const where: number[] = []
  for (let at = from; at + size <= b.length; at += size) {
    if ((b.readUInt16BE(at + 1) & 0x1fff) !== pid) continue
    if (at > from && b[at + 1]! & 0x40) break
    const control = (b[at + 3]! >> 4) & 3
    if (!(control & 1)) continue
    const begin = at + 4 + (control & 2 ? 1 + b[at + 4]! : 0)
    for (let i = begin; i < at + size; i++) where.push(i)
  }
  return where.slice(9 + b[where[8]!]!)
}

const read64 = (b: Buffer, where: readonly number[]) => where.reduce((v, i) => v << 8n | BigInt(b[i]!), 0n)

/** Item 2 comes first in a packet of the clip (ST 0601), behind the five bytes of ST 1402's cell, the key and the length; its sum comes last. */
function stampPacket(b: Buffer, unit: readonly number[], micros: bigint): void {
  const klv = unit.slice(5)
  const length = b[klv[16]!]!
  const item = 17 + (length & 0x80 ? length & 0x7f : 0)
  if (b[klv[item]!] !== 2 || b[klv[item + 1]!] !== 8) throw new Error('a packet of the clip does not begin with item 2')
  const time = klv.slice(item + 2, item + 10)
  const value = read64(b, time) + micros
  time.forEach((at, i) => (b[at] = Number((value >> BigInt(56 - 8 * i)) & 0xffn)))
  let sum = 0
  for (let i = 0; i < klv.length - 2; i++) sum = (sum + (b[klv[i]!]! << (8 * ((i + 1) % 2)))) & 0xffff
  b[klv[klv.length - 2]!] = sum >> 8
  b[klv[klv.length - 1]!] = sum & 0xff
}

/** Stamps the ST 0604 time of a picture, and says whether decoding can begin at it. */
function stampPicture(b: Buffer, unit: readonly number[], micros: bigint): boolean {
  const head = Buffer.from(unit.map((i) => b[i]!))
  const name = head.indexOf('MISPmicrosectime')
  if (name < 0) throw new Error('a picture of the clip has no time')
  // Every third byte keeps the others from looking like a start code.
  const time = [0, 1, 3, 4, 6, 7, 9, 10].map((i) => unit[name + 17 + i]!)
  const value = read64(b, time) + micros
  time.forEach((at, i) => (b[at] = Number((value >> BigInt(56 - 8 * i)) & 0xffn)))
  return head.includes(Buffer.from([0, 0, 1, 0x67])) || head.includes(Buffer.from([0, 0, 1, 0x27])) // a sequence parameter set
}

/**
 * Sends the clip as it would be flown now, to a port of this machine, until it is stopped. Turns are counted from the epoch, so that where the
 * aircraft is follows from the instant alone.
 */
export class Sender {
  private readonly socket = createSocket('udp4')
  private readonly counters = new Map<number, number>()
  private timer: ReturnType<typeof setInterval> | undefined
  private parts: Part[] = []
  private round = -1
  private next = 0
  /** Bytes sent. */
  bytes = 0

  constructor(private readonly port: number) {}

  start(): void {
    let waiting = true // for a key picture, which is where a decoder can begin
    this.at(Date.now())
    this.timer = setInterval(() => {
      const now = Date.now()
      for (;;) {
        const p = this.parts[this.next]
        if (!p) {
          this.load(this.round + 1)
          continue
        }
        if (this.round * turn + p.due > now) break
        this.next++
        if (waiting && !p.key) continue
        waiting = false
        for (let i = 0; i < p.bytes.length; i += 7 * size) this.socket.send(p.bytes.subarray(i, i + 7 * size), this.port, '127.0.0.1')
        this.bytes += p.bytes.length
      }
    }, 20)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  close(): void {
    this.stop()
    this.socket.close()
  }

  private at(now: number): void {
    this.load(Math.floor(now / turn))
    while ((this.parts[this.next]?.due ?? Infinity) < now - this.round * turn) this.next++
  }

  private load(round: number): void {
    this.round = round
    this.next = 0
    this.parts = restamped(round * turn - began, this.counters)
  }
}
