// The moving picture over a WebSocket. Newest wins: nothing is queued, and after a break the next message says everything. Each picture is
// acknowledged when it is taken up, and the server sends no more than a page that is slow can take: what it shows is never old.
import { decodeFrame } from './frame'
import type { MovingFrame } from './frame'
import type { Marking } from '../lib/marking'

export interface Approach {
  state: string
  distance: number
  inside: boolean
  source: string
  version: string
  uncertainty: number
}

/** What a number of the picture stands for, as the server names it. */
export interface Named {
  id: number
  flight: string
  source: string
  registration?: string
  callsign?: string
  type?: string
  datum?: string
  reason?: string
  states: string[]
  boundary?: Approach
  speed?: number
  marking?: Marking
}

export interface Listener {
  frame(f: MovingFrame): void
  names(all: ReadonlyMap<number, Named>): void
  state(connected: boolean, retryAt: number): void
}

const firstPause = 500
const longestPause = 10_000

export class Socket {
  private socket: WebSocket | null = null
  private pause = firstPause
  private timer: ReturnType<typeof setTimeout> | undefined
  private closed = false
  private readonly all = new Map<number, Named>()

  constructor(
    private readonly url: string,
    private readonly listener: Listener,
  ) {
    this.connect()
  }

  close() {
    this.closed = true
    clearTimeout(this.timer)
    this.socket?.close()
  }

  private connect() {
    const socket = new WebSocket(this.url)
    socket.binaryType = 'arraybuffer'
    this.socket = socket
    socket.onopen = () => {
      this.pause = firstPause
      this.all.clear() // another server counts anew
      this.listener.state(true, NaN)
    }
    socket.onmessage = (m: MessageEvent<string | ArrayBuffer>) => {
      if (typeof m.data === 'string') {
        for (const n of (JSON.parse(m.data) as { names: Named[] }).names) this.all.set(n.id, n)
        this.listener.names(this.all)
      } else {
        const frame = decodeFrame(m.data)
        socket.send(Uint32Array.of(frame.sequence)) // little endian, as every browser runs on
        this.listener.frame(frame)
      }
    }
    socket.onclose = () => this.again()
  }

  /** The server is known not to answer: what is open is given up, and a new one is tried until it opens. */
  lost() {
    const socket = this.socket
    if (this.closed || !socket || socket.readyState !== WebSocket.OPEN) return
    socket.onmessage = socket.onclose = null // it says so late, or never
    socket.close()
    this.again()
  }

  private again() {
    if (this.closed) return
    const wait = this.pause
    this.pause = Math.min(2 * this.pause, longestPause)
    this.listener.state(false, Date.now() + wait)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.connect(), wait)
  }
}
