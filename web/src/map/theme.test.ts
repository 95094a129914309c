import { expect, test } from 'vitest'
import { contrast, rgb, themeNames, themes, type Ink } from './theme'

test('colours are written #rrggbb', () => {
  for (const name of themeNames) {
    for (const colour of Object.values(themes[name])) expect(colour).toMatch(/^#[0-9a-f]{6}$/)
  }
  expect(rgb('#ff8000')).toEqual([1, 128 / 255, 0])
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
})

test('what carries meaning stands out 3 to 1 from land and water, and names 4.5 to 1 from land', () => {
  const meaning: Ink[] = ['own', 'selected', 'footprint', 'track', 'pin', 'site', 'tool', 'uncleared', 'disputed']
  for (const name of themeNames) {
    const theme = themes[name]
    for (const ink of meaning) {
      expect(contrast(theme[ink], theme.land), `${name} ${ink} on land`).toBeGreaterThanOrEqual(3)
      expect(contrast(theme[ink], theme.water), `${name} ${ink} on water`).toBeGreaterThanOrEqual(3)
    }
    // dimmed on purpose in red
    expect(contrast(theme.label, theme.land), `${name} label`).toBeGreaterThanOrEqual(name === 'red' ? 3 : 4.5)
  }
})

test('red is red light only', () => {
  for (const [ink, colour] of Object.entries(themes.red)) {
    const [r, g, b] = rgb(colour)
    expect(Math.max(g, b), ink).toBeLessThanOrEqual(r * 0.65)
  }
})
