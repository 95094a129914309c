import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { joined, runsOf, stretch, tablesOf } from './clip'

const playlist = `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-PROGRAM-DATE-TIME:2026-11-28T07:24:30.000Z
#EXTINF:1.000000,
#EXT-X-BYTERANGE:1880@376
../../segments/F1%2Fa.0001/bytes?by=&purpose=review
#EXTINF:0.933333,
#EXT-X-BYTERANGE:940@2256
../../segments/F1%2Fa.0001/bytes?by=&purpose=review
#EXT-X-DISCONTINUITY
#EXTINF:1.066667,
#EXT-X-BYTERANGE:564@0
../../segments/F1%2Fa.0002/bytes?by=&purpose=review
#EXT-X-ENDLIST
`

describe('a stretch of a playlist', () => {
  const runs = runsOf(playlist)
  it('is what the playlist says', () => {
    expect(runs.map(({ segment, offset, length }) => [segment, offset, length])).toEqual([['F1/a.0001', 376, 1880], ['F1/a.0001', 2256, 940], ['F1/a.0002', 0, 564]])
    expect(runs[2]!.start).toBeCloseTo(1.933333, 6)
  })
  it.each([
    [0, 3, [0, 1, 2]],
    [0.5, 0.6, [0]],
    [1, 1.5, [1]], // a run that ends where the stretch begins is not of it
    [0.999, 1.001, [0, 1]],
    [1.5, 1.95, [1, 2]],
    [9, 10, []],
  ])('from %f to %f', (from, to, want) => {
    expect(stretch(runs, from, to).map((r) => runs.indexOf(r))).toEqual(want)
  })
  it('joins what follows', () => {
    expect(joined(runs)).toEqual([{ segment: 'F1/a.0001', offset: 376, length: 2820 }, { segment: 'F1/a.0002', offset: 0, length: 564 }])
  })
})

describe('the tables of a stream', () => {
  const bytes = new Uint8Array(readFileSync(fileURLToPath(new URL('../../../internal/demo/clip.ts', import.meta.url))))
  const pid = (at: number) => ((bytes[at + 1]! & 0x1f) << 8) | bytes[at + 2]!
  it('need not be put before a stream that begins with them', () => {
    expect(tablesOf(bytes)).toEqual([])
  })
  it('are found behind the first picture', () => {
    let cut = 0
    while (pid(cut) !== 256) cut += 188
    const tables = tablesOf(bytes.subarray(cut))
    expect(tables).toHaveLength(2)
    expect(pid(cut + tables[0]!)).toBe(0)
    // ISO/IEC 13818-1 table 2-31: 2 is the program map
    expect(bytes[cut + tables[1]! + 5]).toBe(2)
  })
  it('are none of what has none', () => {
    expect(tablesOf(new Uint8Array())).toEqual([])
    expect(tablesOf(Uint8Array.from({ length: 376 }, () => 0x47))).toEqual([])
    expect(tablesOf(bytes.subarray(0, 188))).toEqual([])
  })
})
