// What a lane of a timeline draws: bars too narrow to be told apart are one, so that a flight of twenty hours with its thousands of
// minutes and looks is drawn as quickly as a short one.
import type { Bar } from './lanes'

/** What is narrower than this, in pixels, cannot be told apart from what touches it. */
const narrow = 3

export interface Drawn {
  readonly bar: Bar // the first of those that are drawn as one
  readonly x: number
  readonly width: number
  readonly to: number
  readonly many: number
}

/** Bars as rectangles between two edges in pixels. x gives the place of an instant; bars are in the order of their beginnings. */
export function drawn(bars: readonly Bar[], x: (at: number) => number, leftmost: number, rightmost: number): Drawn[] {
  const out: Drawn[] = []
  for (const bar of bars) {
    const a = Math.max(leftmost, x(bar.from)), b = Math.min(rightmost, x(bar.to))
    if (b < leftmost || a > rightmost) continue
    const width = Math.max(narrow, b - a)
    const last = out.at(-1)
    if (last && last.bar.kind === bar.kind && b - a < narrow && (last.many > 1 || last.width <= narrow) && a <= last.x + last.width) {
      out[out.length - 1] = { bar: last.bar, x: last.x, width: Math.max(last.width, a + width - last.x), to: Math.max(last.to, bar.to), many: last.many + 1 }
    } else out.push({ bar, x: a, width, to: bar.to, many: 1 })
  }
  return out
}
