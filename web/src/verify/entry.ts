// What a leaf is, what opens it, and what a sealed segment says.

import { base64, encode, equal, fromHex, hex, join, uint32, utf8 } from './bytes'
import { type Members, type Value, TypeMismatch, bytesOf, listOf, object, parse, quote, stringOf, wholeOf } from './json'
import { Refusal, refuse } from './report'
import { sha256 } from './sha256'
import type { Digest } from './tree'

const maxBody = 4096
const maxOpening = 8192
const entryVersion = 1
const entrySize = 37
const magic = encode('OVFL')
const label = encode('overflight/entry/v1\0')
const kindForm = /^[a-z][a-z0-9-]{0,39}\/v[1-9][0-9]{0,2}$/

export const segmentKind = 'segment/v1'
export const keyKind = 'key/v1'
export const authorisationKind = 'authorisation/v1'

/** Returns the commitment of a leaf. A version from the future is refused by name. */
export function parseEntry(leaf: Uint8Array): Digest {
  if (leaf.length < 5 || !equal(leaf.subarray(0, 4), magic)) throw refuse('entry.syntax', leaf.length)
  if (leaf[4] !== entryVersion) throw refuse('entry.version', leaf[4]!)
  if (leaf.length !== entrySize) throw refuse('entry.syntax', leaf.length)
  return leaf.subarray(5)
}

export interface Opening {
  salt: Uint8Array
  kind: string
  body: Uint8Array<ArrayBuffer>
}

/** Reads an opening in canonical JSON (RFC 8785) and nothing else. */
export function parseOpening(raw: Uint8Array): Opening {
  const bad = refuse('opening.syntax')
  if (raw.length > maxOpening) throw bad
  const document = parse(raw)
  if (document === undefined) throw bad
  const version = attempt(() => wholeOf(object(document), 'version', -(1n << 63n), (1n << 63n) - 1n))
  if (version !== undefined && version > 1n) throw refuse('opening.version', version)
  const o = attempt(() => {
    const m = object(document)
    return { body: bytesOf(m, 'body'), kind: stringOf(m, 'kind'), salt: fromHex(stringOf(m, 'salt')) }
  })
  const { body, kind, salt } = o ?? {}
  if (version === undefined || body === undefined || kind === undefined || salt?.length !== 16) throw bad
  if (!kindForm.test(kind)) throw refuse('entry.kind', kind)
  if (body.length > maxBody) throw refuse('entry.size', body.length, maxBody)
  if (utf8(raw) !== `{"body":"${base64(body)}","kind":${quote(kind)},"salt":"${hex(salt)}","version":1}`) throw bad
  return { body, kind, salt }
}

/** Returns what a document says, undefined where a member is of another type. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (e) {
    if (e instanceof TypeMismatch) return undefined
    throw e
  }
}

function commitmentOf(o: Opening): Digest {
  const kind = encode(o.kind)
  return sha256(join(label, o.salt, Uint8Array.of(kind.length), kind, uint32(o.body.length), o.body))
}

/** The leaf that an opening opens. */
export const leafOf = (o: Opening): Uint8Array<ArrayBuffer> => join(magic, Uint8Array.of(entryVersion), commitmentOf(o))

/** Throws unless the leaf commits to just this kind and body. */
export function checkOpens(o: Opening, commitment: Digest): void {
  const own = commitmentOf(o)
  if (!equal(own, commitment)) throw refuse('entry.opening', hex(commitment), hex(own))
}

/** Returns the sortie number that a body names, undefined where it names none. */
export function flightOf(body: Uint8Array): string | undefined {
  if (body.length > maxBody) return undefined
  const document = parse(body)
  return attempt(() => {
    let flight: string | undefined
    for (const v of document === undefined ? [] : object(document).of('flight')) {
      if (v !== null && typeof v !== 'string') return undefined
      flight = v ?? undefined
    }
    return flight
  })
}

export interface Media {
  name: string
  offset: number // from the start of the segment
  bytes: number
  digest: Digest
}

export interface Segment {
  packets: number
  bytes: number
  root: Digest
  media: Media[]
}

const maxNumber = (1n << 53n) - 1n // every JSON reader keeps it exactly
const week = 7n * 86400n * 1_000_000n

/** Reads the body of a segment's leaf: canonical JSON and nothing else. */
export function parseSegment(body: Uint8Array): Segment {
  const document = body.length > maxBody ? undefined : parse(body)
  const s = document === undefined ? undefined : attempt(() => readSegment(object(document), body))
  if (s === undefined) throw new Refusal('entry.body', [segmentKind])
  return s
}

function readSegment(m: Members, body: Uint8Array): Segment {
  const count = (from: Members, name: string): number => Number(wholeOf(from, name, 0n, maxNumber))
  const [clock, flight, source, stream] = [stringOf(m, 'clock'), stringOf(m, 'flight'), stringOf(m, 'source'), stringOf(m, 'stream')]
  const [from, to] = [stringOf(m, 'from'), stringOf(m, 'to')]
  const uncertainty = wholeOf(m, 'clock_uncertainty_us', -1n, week)
  const [bytes, first, last, packets] = [count(m, 'bytes'), count(m, 'first'), count(m, 'last'), count(m, 'packets')]
  const root = bytesOf(m, 'root')
  const media = (listOf(m, 'media') ?? []).map((v: Value) => {
    const run = object(v)
    return { name: stringOf(run, 'name'), offset: count(run, 'offset'), bytes: count(run, 'bytes'), digest: bytesOf(run, 'digest') }
  })
  const right =
    [clock, flight, source, stream, ...media.map((r) => r.name)].every(plain) &&
    [root, ...media.map((r) => r.digest)].every((d) => d.length === 32) &&
    first <= last && packets <= bytes && (packets === 0) === (bytes === 0) &&
    isInstant(from) && isInstant(to) && from <= to &&
    media.every((r) => r.offset <= bytes && r.bytes <= bytes - r.offset)
  const runs = media.map((r) => `{"bytes":${r.bytes},"digest":"${base64(r.digest)}","name":${quote(r.name)},"offset":${r.offset}}`)
  const again =
    `{"bytes":${bytes},"clock":${quote(clock)},"clock_uncertainty_us":${uncertainty},"first":${first},"flight":${quote(flight)},` +
    `"from":"${from}","last":${last},"media":[${runs.join(',')}],"packets":${packets},"root":"${base64(root)}",` +
    `"source":${quote(source)},"stream":${quote(stream)},"to":"${to}"}`
  if (!right || again !== utf8(body)) throw new TypeMismatch()
  return { packets, bytes, root, media }
}

const plain = (s: string): boolean => !/[\0-\x1f\x7f\u2028\u2029\ufffd]/.test(s)

const instantForm = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/

function isInstant(s: string): boolean {
  const [, year, month, day] = instantForm.exec(s)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12 || day < 1) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!
}

