// An aircraft for the stories: the clip of the demonstration, sent once over UDP in its own time, with the time of day in its
// metadata (ST 0601 item 2, and the checksum that covers it). It falls silent when it is told to.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { inRepository } from './server'

const packet = 188
const datagram = 7 * packet
const length = 60_000 // ms
const key = Buffer.from('060e2b34020b01010e01030101000000', 'hex')

/** A port at which nobody receives. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

/** Where the bytes of each metadata packet lie in the stream. */
function metadata(stream: Buffer): number[][] {
  const payloads = new Map<number, number[]>() // of the unit under way, by PID
  const out: number[][] = []
  const end = (bytes: number[]) => {
    const at = Buffer.from(bytes.map((i) => stream[i]!)).indexOf(key)
    if (at >= 0) out.push(bytes.slice(at))
  }
  for (let at = 0; at + packet <= stream.length; at += packet) {
    const pid = ((stream[at + 1]! & 0x1f) << 8) | stream[at + 2]!
    const starts = (stream[at + 1]! & 0x40) !== 0
    if ((stream[at + 3]! & 0x10) === 0) continue
    const head = (stream[at + 3]! & 0x20) === 0 ? 4 : 5 + stream[at + 4]!
    if (starts) {
      end(payloads.get(pid) ?? [])
      payloads.set(pid, [])
    }
    const unit = payloads.get(pid)
    if (unit && unit.length < 4096) for (let i = at + head; i < at + packet; i++) unit.push(i)
  }
  for (const bytes of payloads.values()) end(bytes)
  return out
}

/** Writes a time into a metadata packet. Its item 2 stands in front, its checksum at its end. */
function stamp(stream: Buffer, bytes: readonly number[], micros: bigint): void {
  const long = (stream[bytes[16]!]! & 0x80) !== 0
  const extra = long ? stream[bytes[16]!]! & 0x7f : 0
  let size = long ? 0 : stream[bytes[16]!]!
  for (let i = 1; i <= extra; i++) size = size * 256 + stream[bytes[16 + i]!]!
  const value = 17 + extra
  if (stream[bytes[value]!] !== 2 || stream[bytes[value + 1]!] !== 8) throw new Error('no item 2 in front')
  for (let i = 0; i < 8; i++) stream[bytes[value + 2 + i]!] = Number((micros >> BigInt(56 - 8 * i)) & 0xffn)
  const whole = value + size
  let sum = 0
  for (let i = 0; i < whole - 2; i++) sum = (sum + (i % 2 === 0 ? stream[bytes[i]!]! << 8 : stream[bytes[i]!]!)) & 0xffff
  stream[bytes[whole - 2]!] = sum >> 8
  stream[bytes[whole - 1]!] = sum & 0xff
}

/** Begins to send; what is returned ends it. */
export function fly(port: number): () => void {
  const stream = Buffer.from(readFileSync(inRepository('internal', 'demo', 'clip.ts')))
  const units = metadata(stream)
  const socket = createSocket('udp4')
  const began = Date.now()
  let sent = 0
  let unit = 0
  const timer = setInterval(() => {
    const due = Math.min(stream.length, Math.floor(((Date.now() - began) / length) * stream.length))
    for (; sent + datagram <= due; sent += datagram) {
      for (; unit < units.length && units[unit]![0]! < sent + datagram; unit++) stamp(stream, units[unit]!, BigInt(Date.now()) * 1000n)
      socket.send(stream.subarray(sent, sent + datagram), port, '127.0.0.1')
    }
  }, 20)
  let landed = false
  return () => {
    if (landed) return
    landed = true
    clearInterval(timer)
    socket.close()
  }
}
