// Plays the sealed bytes of a flight through hls.js and says which frame is shown. The presentation time of a frame is
// mediaTime + initPTS / timescale: the base differs with where playing began, and is never assumed.
import type Hls from 'hls.js'

export interface Shown {
  /** Ticks of 90 kHz, in 33 bits. */
  pts: number
  /** Seconds on the player's own scale. */
  media: number
}

export interface Range {
  segment: string
  from: number // ms
  pts: number
  ticks: number
  /** Seconds on the playlist's scale: the sum of the durations before. */
  start: number
}

/** How long a picture is waited for before a newer place counts: what a person still takes for movement. */
const patience = 400

const wrap = 2 ** 33
const perSecond = 90_000

/** How far b lies behind a, on a circle of 33 bits. */
export const behind = (a: number, b: number): number => {
  const d = (((b - a) % wrap) + wrap) % wrap
  return d > wrap / 2 ? d - wrap : d
}

/** The ranges of a source on the scale of its playlist, which leaves out what does not play. */
export function ranges(segments: readonly { segment: string; from: string | null; pts: number; ticks: number; verdict: string }[]): Range[] {
  const out: Range[] = []
  let start = 0
  for (const s of segments) {
    if (s.verdict !== 'yes' || s.ticks <= 0) continue
    out.push({ segment: s.segment, from: s.from ? Date.parse(s.from) : NaN, pts: s.pts, ticks: s.ticks, start })
    start += s.ticks / perSecond
  }
  return out
}

export interface Events {
  shown(s: Shown): void
  playing(on: boolean): void
  failed(reason: string): void
}

export class Player {
  private hls: Hls | null = null
  private base = new Map<number, number>() // ticks, by continuity
  private callback = 0
  private continuity = 0
  private closed = false

  constructor(
    readonly video: HTMLVideoElement,
    private readonly events: Events,
  ) {
    video.addEventListener('play', () => events.playing(true))
    video.addEventListener('pause', () => events.playing(false))
    video.addEventListener('seeked', () => this.watch())
  }

  async open(url: string, start: number): Promise<void> {
    const { default: Hls } = await import('hls.js')
    if (this.closed) return
    if (!Hls.isSupported()) {
      this.events.failed('no-mse')
      return
    }
    const hls = new Hls({ startPosition: start, enableWorker: false, lowLatencyMode: false, maxBufferLength: 20, backBufferLength: 60 })
    this.hls = hls
    hls.on(Hls.Events.INIT_PTS_FOUND, (_, d) => {
      this.base.set(d.frag.cc, (d.initPTS * perSecond) / d.timescale)
    })
    hls.on(Hls.Events.FRAG_CHANGED, (_, d) => (this.continuity = d.frag.cc))
    let recovered = 0
    hls.on(Hls.Events.ERROR, (_, d) => {
      if (!d.fatal) return
      if (d.type === Hls.ErrorTypes.NETWORK_ERROR) {
        // The server may be restarting: it is asked again until it answers.
        setTimeout(() => !this.closed && hls.startLoad(), 1000)
      } else if (d.type === Hls.ErrorTypes.MEDIA_ERROR && recovered++ < 2) {
        hls.recoverMediaError()
      } else {
        this.events.failed(d.details)
      }
    })
    hls.loadSource(url)
    hls.attachMedia(this.video)
    this.watch()
  }

  /** Goes to seconds on the scale of the playlist; resolves when it is there, or has had its time to come there. */
  seek(seconds: number): Promise<void> {
    const { video } = this
    video.currentTime = Math.max(0, seconds)
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        video.removeEventListener('seeked', end)
        resolve()
      }
      // Where a picture does not come the next place is gone to all the same.
      const timer = setTimeout(end, patience)
      video.addEventListener('seeked', end)
    })
  }

  close(): void {
    this.closed = true
    this.video.cancelVideoFrameCallback(this.callback)
    this.hls?.destroy()
  }

  /** The continuity of a frame: the event that names it comes some frames late, the list of what was loaded knows. */
  private continuityAt(media: number): number {
    const hls = this.hls
    const loaded = hls && (hls.levels[hls.currentLevel] ?? hls.levels[0])?.details?.fragments
    let cc = this.continuity
    for (const f of loaded ?? []) {
      if (f.start > media + 0.002) break
      cc = f.cc
    }
    return cc
  }

  private watch(): void {
    this.video.cancelVideoFrameCallback(this.callback)
    this.callback = this.video.requestVideoFrameCallback((_, frame) => {
      const base = this.base.get(this.continuityAt(frame.mediaTime)) ?? [...this.base.values()].at(-1)
      if (base !== undefined) this.events.shown({ pts: (((frame.mediaTime * perSecond + base) % wrap) + wrap) % wrap, media: frame.mediaTime })
      if (!this.closed) this.watch()
    })
  }
}
