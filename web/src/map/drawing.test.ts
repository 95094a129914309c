import { expect, test } from 'vitest'
import { Drawing, inserted, moved, Undo, without } from './drawing'

const at = (lon: number, lat: number) => ({ lon, lat })
const same = (a: { lon: number; lat: number }, b: { lon: number; lat: number }) => Math.hypot(a.lon - b.lon, a.lat - b.lat) < 0.1

test('a shape ends where its last or its first corner is picked again, from three corners on', () => {
  for (const end of [at(1, 1.05), at(0, 0)]) {
    const d = new Drawing()
    expect(d.add(at(0, 0), same)).toBe(false)
    expect(d.add(at(0, 0), same)).toBe(false) // a double click is one place
    expect(d.add(at(1, 0), same)).toBe(false)
    expect(d.whole).toBe(false)
    expect(d.add(at(1, 1), same)).toBe(false)
    expect(d.whole).toBe(true)
    expect(d.add(end, same)).toBe(true)
    expect(d.points).toHaveLength(3)
  }
  const tip = new Drawing(1)
  expect(tip.add(at(0, 0), same)).toBe(true)
  const d = new Drawing()
  d.add(at(0, 0), same)
  d.back()
  expect(d.points).toEqual([])
})

test('corners are moved, put between and taken away; a ring keeps three', () => {
  const ring = [at(0, 0), at(1, 0), at(1, 1)]
  expect(moved(ring, 1, at(2, 0))[1]).toEqual(at(2, 0))
  expect(inserted(ring, 2, at(0.5, 0.5))).toHaveLength(4)
  expect(inserted(ring, 0, at(0.5, 0))[1]).toEqual(at(0.5, 0))
  expect(without(ring, 0)).toEqual(ring)
  expect(without([...ring, at(0, 1)], 0)).toEqual([at(1, 0), at(1, 1), at(0, 1)])
})

test('states are gone back to, the latest first, and no more of them than there is room for', () => {
  const u = new Undo<number>(2)
  for (const n of [1, 2, 3]) u.keep(n)
  expect([u.take(), u.take(), u.take()]).toEqual([3, 2, undefined])
})
