import { expect, test } from 'vitest'
import { hatch } from './hatch'
import { standings } from './shape'

test('each standing has a hatch of its own that repeats without a seam', () => {
  const pictures = standings.map((s) => hatch(s, '#b3261e'))
  expect(new Set(pictures.map((p) => p.data.join())).size).toBe(standings.length)
  for (const p of pictures) {
    expect([...p.data.slice(0, 3)]).toEqual([0xb3, 0x26, 0x1e])
    const alpha = (x: number, y: number) => p.data[((y % p.height) * p.width + (x % p.width)) * 4 + 3]!
    let strokes = 0
    for (let i = 0; i < p.width; i++) {
      for (let j = 0; j < p.height; j++) if (alpha(i, j) > 60) strokes++
    }
    // the step from the last column to the first is one that also occurs inside
    const steps = Array.from({ length: p.width }, (_, i) => {
      let sum = 0
      for (let j = 0; j < p.height; j++) sum += Math.abs(alpha(i, j) - alpha(i + 1, j))
      return sum
    })
    expect(steps[p.width - 1]).toBeLessThanOrEqual(Math.max(...steps.slice(0, -1)))
    const share = strokes / (p.width * p.height)
    expect(share).toBeGreaterThan(0.01) // the ground beneath stays readable
    expect(share).toBeLessThan(0.5)
  }
})
