// The rest of a list whose beginning came with something else: asked for part by part.
import { app } from '../lib/app.svelte'
import { plain } from '../lib/plain'

export class Further<T> {
  items = $state.raw<readonly T[]>([])
  wrong = $state('')
  busy = $state(false)
  private after = $state<string | null>(null) // null: nothing more was asked for yet

  constructor(private readonly path: () => string) {}

  /** Where the list goes on behind what is here; empty where it ends. */
  next(first: string): string {
    return this.after ?? first
  }

  async more(first: string): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.wrong = ''
    try {
      const part = await app.client.get<{ items: T[] | null; next: string }>(this.path(), { limit: 500, after: this.next(first) })
      this.items = [...this.items, ...(part.items ?? [])]
      this.after = part.next
    } catch (e) {
      this.wrong = plain(e)
    } finally {
      this.busy = false
    }
  }

  forget() {
    this.items = []
    this.after = null
    this.wrong = ''
  }
}
