// Somebody without a mouse: everything by the keyboard, and the place of the keyboard seen and never lost.
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

interface At {
  lost: boolean
  seen: boolean
  there: boolean
  what: string
}

/** Where the keyboard is, whether a person sees that it is there, and whether that is some element. */
const placeOf = (target: Element | null): At => {
  const e = document.activeElement
  if (!e || e === document.body) return { lost: true, seen: false, there: false, what: 'nothing' }
  const s = getComputedStyle(e)
  const r = e.getBoundingClientRect()
  const seen = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth
  return { lost: false, seen, there: e === target, what: `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''} "${(e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 40)}" ${s.outline}` }
}

function expectSeen(p: At) {
  expect(p.lost, 'the keyboard is nowhere').toBe(false)
  expect(p.seen, `nobody sees that the keyboard is at ${p.what}`).toBe(true)
}

export class Keys {
  constructor(private readonly page: Page) {}

  async expectPlace() {
    expectSeen(await this.page.evaluate(placeOf, null))
  }

  async press(key: string) {
    await this.page.keyboard.press(key)
    await this.expectPlace()
  }

  async type(text: string) {
    await this.page.keyboard.type(text)
    await this.expectPlace()
  }

  /** Goes by Tab, or back by Shift and Tab, to something, and sees every place on the way. */
  async to(target: Locator) {
    await target.waitFor()
    const back = await target.evaluate((e) => {
      const a = document.activeElement
      return a !== null && a !== document.body && (a.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING) !== 0 && !a.contains(e)
    })
    // One question at each place: a press and two answers at every stop of a long way are most of what a story by keys takes.
    for (let steps = 0; steps < 250; steps++) {
      const p = await target.evaluate(placeOf)
      if (p.there || steps > 0) expectSeen(p)
      if (p.there) return
      await this.page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
    }
    throw new Error(`Tab does not lead to ${String(target)}`)
  }

  async activate(target: Locator, key: 'Enter' | 'Space' = 'Enter') {
    await this.to(target)
    await this.press(key)
  }
}
