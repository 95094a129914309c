// A stretch of a flight as the sealed bytes of it: ranges that begin at key pictures, as the playlist has them, one after the other
// and unaltered. The tables that say what is video (ISO/IEC 13818-1 2.4.4) need not lie at the beginning of a range: where a player
// would meet pictures first, two packets of the sealed bytes are put before, and are named among the pieces like all else.

export interface Piece {
  readonly segment: string
  readonly offset: number
  readonly length: number
}

/** A piece that is played by itself, and when, in seconds on the scale of the playlist. */
export interface Run extends Piece {
  readonly start: number
  readonly seconds: number
}

/** Reads a playlist of byte ranges (RFC 8216 4.3.2) as our server writes it. */
export function runsOf(playlist: string): Run[] {
  const runs: Run[] = []
  let start = 0
  let seconds = 0
  let range: RegExpExecArray | null = null
  for (const line of playlist.split('\n')) {
    if (line.startsWith('#EXTINF:')) seconds = parseFloat(line.slice(8))
    else if (line.startsWith('#EXT-X-BYTERANGE:')) range = /:(\d+)@(\d+)$/.exec(line)
    else if (line && !line.startsWith('#')) {
      const segment = /\/segments\/([^/]+)\/bytes/.exec(line)?.[1]
      if (segment && range) runs.push({ segment: decodeURIComponent(segment), offset: Number(range[2]), length: Number(range[1]), start, seconds })
      start += seconds
      range = null
    }
  }
  return runs
}

/** The pieces that show everything from one second of the playlist to another: no less, and what comes more is told by the runs. */
export function stretch(runs: readonly Run[], from: number, to: number): Run[] {
  return runs.filter((r) => r.start + r.seconds > from && r.start < to)
}

/** Pieces that follow each other in a segment are one. */
export function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = []
  for (const p of pieces) {
    const last = out.at(-1)
    if (last && last.segment === p.segment && last.offset + last.length === p.offset) out[out.length - 1] = { ...last, length: last.length + p.length }
    else out.push({ segment: p.segment, offset: p.offset, length: p.length })
  }
  return out
}

const packet = 188

/**
 * Where in a stretch of bytes the first tables lie that a player needs: the packet of the program association and that of the program
 * map which it names. Empty where they come before everything else, so that nothing needs to be put before, or where they are not found.
 */
export function tablesOf(bytes: Uint8Array): number[] {
  let association = -1
  let program = -1
  let other = false
  for (let at = 0; at + packet <= bytes.length && bytes[at] === 0x47; at += packet) {
    const pid = ((bytes[at + 1]! & 0x1f) << 8) | bytes[at + 2]!
    const begins = (bytes[at + 1]! & 0x40) !== 0 && (bytes[at + 3]! & 0x30) === 0x10
    if (association < 0 && pid === 0 && begins) {
      // pointer, table, length, stream, version, section, last section, then programs of four bytes
      const section = at + 5 + bytes[at + 4]!
      for (let e = section + 8; e + 4 <= at + packet && program < 0; e += 4) {
        if (bytes[e] !== 0 || bytes[e + 1] !== 0) program = ((bytes[e + 2]! & 0x1f) << 8) | bytes[e + 3]!
      }
      association = at
    } else if (association >= 0 && pid === program && begins) {
      return other ? [association, at] : []
    } else if (pid !== 0x1fff) other = true
  }
  return []
}
