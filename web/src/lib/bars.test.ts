import { describe, expect, it } from 'vitest'
import { drawn } from './bars'
import type { Bar } from './lanes'

const bars = (n: number, each: number, wide: number, kind: Bar['kind'] = 'look'): Bar[] =>
  Array.from({ length: n }, (_, i) => ({ id: `b${i}`, from: i * each, to: i * each + wide, label: `${i}`, kind: kind! }))

describe('the bars of a lane', () => {
  it('are drawn each where they are wide enough to be told apart', () => {
    const d = drawn(bars(4, 10, 10), (at) => at, 0, 100)
    expect(d.map((r) => [r.x, r.width, r.many])).toEqual([[0, 10, 1], [10, 10, 1], [20, 10, 1], [30, 10, 1]])
  })
  it('are one where they touch and are too narrow', () => {
    const d = drawn(bars(1200, 0.5, 0.4), (at) => at, 0, 1000)
    expect(d).toHaveLength(1)
    expect(d[0]).toMatchObject({ x: 0, many: 1200 })
    expect(d[0]!.to).toBeCloseTo(599.9)
    expect(d[0]!.x + d[0]!.width).toBeGreaterThanOrEqual(599.9)
  })
  it('stay apart over a gap, and where they are of another kind', () => {
    expect(drawn([...bars(2, 50, 1)], (at) => at, 0, 100)).toHaveLength(2)
    expect(drawn([...bars(1, 1, 1, 'entry'), ...bars(1, 1, 1, 'possible')], (at) => at, 0, 100)).toHaveLength(2)
  })
  it('a narrow one beside a wide one is drawn by itself', () => {
    const d = drawn([{ id: 'wide', from: 0, to: 50, label: '', kind: 'entry' }, { id: 'narrow', from: 50, to: 51, label: '', kind: 'entry' }], (at) => at, 0, 100)
    expect(d.map((r) => r.bar.id)).toEqual(['wide', 'narrow'])
  })
  it('beyond the edges are left out, and cut at them', () => {
    const d = drawn(bars(10, 10, 10), (at) => at, 25, 55)
    expect(d[0]!.x).toBe(25)
    expect(d.at(-1)!.x + d.at(-1)!.width).toBe(55)
  })
})
