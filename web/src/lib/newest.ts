/**
 * Does something for the newest of what is asked, one at a time: what was asked meanwhile and is not the newest is left out. A mouse
 * asks a hundred times a second, and whoever moves it wants to see where it is, not where it was.
 */
export class Newest<T> {
  private waiting: { readonly what: T } | null = null
  private running = false

  /** The work answers for its own failures: it MUST NOT reject. */
  constructor(private readonly work: (what: T) => Promise<void>) {}

  /** Whether something is asked for that is not done yet. */
  get busy(): boolean {
    return this.running || this.waiting !== null
  }

  ask(what: T): void {
    this.waiting = { what }
    if (!this.running) void this.run()
  }

  private async run(): Promise<void> {
    this.running = true
    while (this.waiting) {
      const { what } = this.waiting
      this.waiting = null
      await this.work(what)
    }
    this.running = false
  }
}
