import { describe, expect, it } from 'vitest'
import { duration, local, parse, timeOfDay, utc } from './time'

describe('instants', () => {
  const at = Date.UTC(2026, 10, 28, 7, 4, 5, 678)
  it('are shown in UTC', () => {
    expect(utc(at)).toBe('2026-11-28 07:04:05Z')
    expect(utc(at, 3)).toBe('2026-11-28 07:04:05.678Z')
    expect(timeOfDay(at, 1)).toBe('07:04:05.6Z')
    expect(utc(NaN)).toBe('—')
    expect(local(at)).toMatch(/^\d\d:\d\d:\d\d [+-]\d\d:\d\d$/)
  })
  it.each([
    ['2026-11-28', Date.UTC(2026, 10, 28)],
    ['2026-11-28 07:04', Date.UTC(2026, 10, 28, 7, 4)],
    ['2026-11-28T07:04:05.5Z', Date.UTC(2026, 10, 28, 7, 4, 5, 500)],
    ['2026-11-28 01:04:05-06:00', Date.UTC(2026, 10, 28, 7, 4, 5)],
    ['2026-11-28 12:34:05 +0530', Date.UTC(2026, 10, 28, 7, 4, 5)],
    ['07:30', Date.UTC(2026, 10, 28, 7, 30)],
    ['0730', Date.UTC(2026, 10, 28, 7, 30)],
    ['073015Z', Date.UTC(2026, 10, 28, 7, 30, 15)],
    ['2026-02-30', null],
    ['25:00', null],
    ['soon', null],
    ['', null],
  ])('%s is understood', (text, want) => expect(parse(text, at)).toBe(want))
  it('durations have the unit that fits', () => {
    expect([duration(4200), duration(200_000), duration(7_380_000), duration(-59_600), duration(NaN)]).toEqual(['4.2 s', '3 min 20 s', '2 h 03 min', '−60 s', '—'])
  })
})
