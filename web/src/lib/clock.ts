// One clock rules map, video, tables, plots and address. It is LIVE, and then says what time it is; or FIXED at an instant, and
// then stands or runs at a speed from there. Something that really plays, a video, leads it: the clock follows what is shown.

export type Mode = 'live' | 'fixed'

export interface State {
  readonly mode: Mode
  readonly at: number
  readonly playing: boolean
  readonly speed: number
  readonly led: boolean
}

export const slowest = 0.1
export const fastest = 1000

export class Clock {
  private mode: Mode = 'live'
  private base = 0 // the instant at `since`
  private since = 0 // by the machine's clock
  private running = false
  private rate = 1
  private leader: ((at: number) => void) | null = null
  private readonly listeners = new Set<(s: State, why: Why) => void>()

  constructor(private readonly machine: () => number = () => Date.now()) {}

  /** The instant that everything shows. */
  now(): number {
    if (this.mode === 'live') return this.machine()
    if (!this.running || this.leader) return this.base
    return this.base + (this.machine() - this.since) * this.rate
  }

  state(): State {
    return { mode: this.mode, at: this.now(), playing: this.mode === 'live' || this.running, speed: this.rate, led: this.leader !== null }
  }

  live(): void {
    this.mode = 'live'
    this.running = false
    this.tell('mode')
  }

  /** Fix the clock at an instant; it goes on running if it ran. */
  seek(at: number, why: Why = 'seek'): void {
    if (!Number.isFinite(at)) return
    this.mode = 'fixed'
    this.base = at
    this.since = this.machine()
    if (why === 'seek') this.leader?.(at)
    this.tell(why)
  }

  play(): void {
    if (this.mode === 'live' || this.running) return
    this.since = this.machine()
    this.running = true
    this.tell('play')
  }

  pause(): void {
    this.base = this.now()
    this.mode = 'fixed'
    this.running = false
    this.tell('play')
  }

  speed(rate: number): void {
    if (!Number.isFinite(rate)) return
    this.base = this.mode === 'live' ? this.base : this.now()
    this.since = this.machine()
    this.rate = Math.min(fastest, Math.max(slowest, rate))
    this.tell('play')
  }

  /** Who leads is told where to go, and says with `shown` what it shows. */
  lead(leader: (at: number) => void): () => void {
    this.base = this.now()
    this.leader = leader
    this.tell('play')
    return () => {
      if (this.leader !== leader) return
      this.since = this.machine()
      this.leader = null
      this.tell('play')
    }
  }

  /** What the leader shows now. */
  shown(at: number): void {
    if (this.leader && this.mode === 'fixed') this.seek(at, 'shown')
  }

  listen(f: (s: State, why: Why) => void): () => void {
    this.listeners.add(f)
    return () => this.listeners.delete(f)
  }

  private tell(why: Why) {
    const s = this.state()
    for (const f of this.listeners) f(s, why)
  }
}

/** Why the clock has changed: somebody asked for an instant, the leader shows one, it began or stopped, or it went live. */
export type Why = 'seek' | 'shown' | 'play' | 'mode'
