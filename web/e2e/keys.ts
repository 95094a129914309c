// Somebody without a mouse: everything by the keyboard, and the place of the keyboard seen and never lost.
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export class Keys {
  constructor(private readonly page: Page) {}

  /** Where the keyboard is, and whether a person sees that it is there. */
  private place() {
    return this.page.evaluate(() => {
      const e = document.activeElement
      if (!e || e === document.body) return { lost: true, seen: false, what: 'nothing' }
      const s = getComputedStyle(e)
      const r = e.getBoundingClientRect()
      const seen = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth
      return { lost: false, seen, what: `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''} "${(e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 40)}" ${s.outline}` }
    })
  }

  async expectPlace() {
    const p = await this.place()
    expect(p.lost, 'the keyboard is nowhere').toBe(false)
    expect(p.seen, `nobody sees that the keyboard is at ${p.what}`).toBe(true)
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
    for (let steps = 0; steps < 250; steps++) {
      if (await target.evaluate((e) => e === document.activeElement)) {
        await this.expectPlace()
        return
      }
      await this.press(back ? 'Shift+Tab' : 'Tab')
    }
    throw new Error(`Tab does not lead to ${String(target)}`)
  }

  async activate(target: Locator, key: 'Enter' | 'Space' = 'Enter') {
    await this.to(target)
    await this.press(key)
  }
}
