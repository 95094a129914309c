// Something that is asked of the server: what came, that it is under way, or why not. Asked again by itself while the server cannot
// be reached, so that a restart heals without a reload.
import { Unreachable } from '../api/client'
import { plain } from './plain'
import { t } from './words.svelte'

/** What was there, where the same came again: nothing that is made of it is made anew, and a map is not drawn again. */
export const kept = <T>(was: T | null, is: T): T => (was !== null && JSON.stringify(was) === JSON.stringify(is) ? was : is)

export class Loading<T> {
  value = $state.raw<T | null>(null)
  wrong = $state('')
  busy = $state(false)
  private turn = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly ask: () => Promise<T>) {}

  async load(): Promise<void> {
    const turn = ++this.turn
    clearTimeout(this.timer)
    this.busy = true
    try {
      const value = await this.ask()
      if (turn !== this.turn) return
      this.value = value
      this.wrong = ''
    } catch (e) {
      if (turn !== this.turn) return
      if (e instanceof Unreachable) {
        this.wrong = t('page.unreachable')
        this.timer = setTimeout(() => void this.load(), 2000)
      } else {
        this.wrong = plain(e)
      }
    } finally {
      if (turn === this.turn) this.busy = false
    }
  }

  /** Asks now and again and again, as a list does that others add to. Returns what ends it. */
  every(ms: number): () => void {
    void this.load()
    const again = setInterval(() => {
      if (!this.busy) void this.load()
    }, ms)
    return () => {
      clearInterval(again)
      this.stop()
    }
  }

  stop() {
    this.turn++
    clearTimeout(this.timer)
  }
}
