import { describe, expect, it } from 'vitest'
import { filterOf, filterText, format, none, parse, placeOf, placeText } from './address'

describe('the address', () => {
  it.each([
    [none, '#/live'],
    [{ ...none, screen: 'review', flight: 'LOCAL-2026-0001', at: Date.UTC(2026, 0, 2, 3, 4, 5, 678), speed: 4 }, '#/review/LOCAL-2026-0001?at=2026-01-02T03:04:05.678Z&speed=4'],
    [{ ...none, screen: 'entries', zoom: 7.5, lat: 31.33333, lon: -110.9, place: '31.3,-110.9', kiosk: true }, '#/entries?place=31.3,-110.9&map=7.5/31.33333/-110.9&kiosk=1'],
    [{ ...none, screen: 'tempo', filter: 'from=2025-02-17&state=MEX' }, '#/tempo?filter=from%3D2025-02-17%26state%3DMEX'],
  ])('is the view and back %#', (view, text) => {
    expect(format(view)).toBe(text)
    expect(parse(text)).toEqual(view)
  })
  it('has the parts of a filter, and none that is empty', () => {
    const filter = filterText({ party: ' MEX/SRE ', kind: '' })
    expect(filter).toBe('party=MEX%2FSRE')
    expect(filterOf(parse(format({ ...none, filter })))).toEqual({ party: 'MEX/SRE' })
  })
  it('names places of the earth and nothing else', () => {
    expect(placeText({ lat: 31.33172, lon: -110.8602604 })).toBe('31.331720,-110.860260')
    expect(placeOf('31.331720,-110.860260')).toEqual({ lat: 31.33172, lon: -110.86026 })
    expect(placeOf('-90,180')).toEqual({ lat: -90, lon: 180 })
    for (const text of ['', '31.3', '31.3,', '91,0', '0,181', '1.2.3,0', '31.3, -110', '1,2,3']) expect(placeOf(text), text).toBeUndefined()
  })
  it.each(['', '#', '#/', '#/LIVE/%zz?at=never&map=1/2&speed=-1', '#/live?map=1/91/0'])('says nothing wrong for %s', (text) => {
    expect(parse(text)).toEqual(none)
  })
})
