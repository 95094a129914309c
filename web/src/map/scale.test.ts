import { expect, test } from 'vitest'
import { distance, labOf, scaleOf, steps, type Lab } from './scale'
import { contrast, themeNames, themes } from './theme'

const labs = (s: Uint8Array): Lab[] => Array.from({ length: steps }, (_, i) => labOf(s[4 * i]! / 255, s[4 * i + 1]! / 255, s[4 * i + 2]! / 255))
const hex = (s: Uint8Array, i: number) => '#' + [0, 1, 2].map((k) => s[4 * i + k]!.toString(16).padStart(2, '0')).join('')

test.each(themeNames)('%s: equal steps of the value are equal steps for the eye, and lightness goes one way', (theme) => {
  const s = scaleOf(theme), all = labs(s)
  // Over sixteen steps: a single one is of the size of the rounding to whole bytes.
  const far = Array.from({ length: 15 }, (_, k) => distance(all[17 * k]!, all[17 * (k + 1)]!))
  const mean = far.reduce((a, b) => a + b, 0) / far.length
  for (const d of far) expect(Math.abs(d / mean - 1), `${far}`).toBeLessThan(0.12)
  const way = Math.sign(all[255]![0] - all[0]![0])
  expect(way).toBe(theme === 'day' ? -1 : 1)
  for (let i = 4; i < steps; i += 4) expect(way * (all[i]![0] - all[i - 4]![0]), `${i}`).toBeGreaterThan(0)
  expect(Math.abs(all[255]![0] - all[0]![0])).toBeGreaterThan(0.4)
})

test.each(themeNames)('%s: ground that was looked at in vain is told from ground that nobody looked at', (theme) => {
  const s = scaleOf(theme)
  const land = themes[theme].land
  expect(distance(labs(s)[0]!, labOf(...([1, 3, 5].map((k) => parseInt(land.slice(k, k + 2), 16) / 255) as [number, number, number])))).toBeGreaterThan(0.07)
  expect(contrast(hex(s, 255), land)).toBeGreaterThan(3)
})

test('red is of red light: what is not red stays well below it', () => {
  const s = scaleOf('red')
  for (let i = 0; i < steps; i++) {
    expect(s[4 * i + 1]).toBe(s[4 * i + 2])
    expect(s[4 * i + 1]!).toBeLessThan(0.6 * s[4 * i]!)
  }
})
