// What the whole page shares: the address, the clock, who is signed in, the connection, and what moves.
import { Client, Problem, Unreachable } from '../api/client'
import type { Health, Session, Source } from '../api/client'
import type { MovingFrame } from '../live/frame'
import { Socket } from '../live/socket'
import type { Named } from '../live/socket'
import type { ThemeName } from '../map/theme'
import { forms, type Form } from '../place/coordinates'
import { receivers } from '../share/screens'
import { format, none, parse } from './address'
import type { View } from './address'
import { Clock } from './clock'
import type { State } from './clock'
import type { Marking } from './marking'
import { words } from './words.svelte'

/** Who is shown what moves and what is taken in. */
export const readers = ['planner', 'operator', 'analyst', 'liaison', 'auditor', 'administrator'] as const

/** How long a server that is asked how it is may take, in milliseconds: a network that swallows everything closes no connection. */
const patience = 6000

const themes: readonly ThemeName[] = ['day', 'night', 'red']

class App {
  // What is shown now, beside the state that components follow: while a component is taken down, reading state gives what was before.
  private current: View = parse(location.hash)
  view = $state.raw<View>(this.current)
  /** How often somebody went to another address from outside the page: what has a view of its own follows it then. */
  arrivals = $state(0)
  session = $state<Session | null>(null)
  asked = $state(false) // whether the server has said who is signed in
  theme = $state<ThemeName>(themes.find((x) => x === localStorage.getItem('theme')) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'day'))
  /** The form of coordinates that the reader chose, everywhere. */
  form = $state<Form>(forms.find((f) => f === localStorage.getItem('form')) ?? 'DD')
  units = $state<'metric' | 'nautical'>(localStorage.getItem('units') === 'nautical' ? 'nautical' : 'metric')

  readonly clock = new Clock()
  time = $state<State>(this.clock.state())

  connected = $state(false)
  everConnected = $state(false)
  retryAt = $state(NaN)
  names = $state.raw<ReadonlyMap<number, Named>>(new Map())
  frame = $state.raw<MovingFrame | null>(null)
  private came = 0 // when the frame came, by the clock of the page, which is never set
  sources = $state.raw<Source[]>([])
  health = $state.raw<Health | null>(null)
  /** The marking of the frame that is reviewed. */
  marked = $state.raw<Marking | null>(null)
  /** What was said last, for who hears the page instead of seeing it. */
  said = $state('')

  readonly client = new Client({ base: new URL('.', location.href).pathname, language: () => words.language, signedOut: () => this.signedOut() })
  private socket: Socket | null = null
  private polls: ReturnType<typeof setInterval> | undefined
  private writing: ReturnType<typeof setTimeout> | undefined
  private written = location.hash // what the address was when it was last read or written here

  start() {
    document.documentElement.lang = words.language
    this.setTheme(this.theme)
    addEventListener('hashchange', () => {
      this.written = location.hash
      this.arrive(parse(location.hash))
      this.arrivals++
    })
    this.arrive(this.view)
    this.clock.listen((s, why) => {
      this.time = s
      if (why === 'seek' || why === 'mode') this.remember({ at: s.mode === 'live' ? NaN : Math.round(s.at) })
      if (why === 'play') this.remember({ speed: s.speed, ...(s.mode === 'live' ? {} : { at: Math.round(s.at) }) })
    })
    setInterval(() => {
      if (this.time.mode === 'live' || (this.time.playing && !this.time.led)) this.time = this.clock.state()
    }, 100)
    void this.who()
  }

  /** Who is signed in; with an answer the page begins. */
  async who() {
    try {
      this.session = await this.client.get<Session>('/session')
      if (this.session.node === 'partner') {
        words.prefer('es') // those who read here speak it first
        if (location.hash.length < 3 && this.may(...receivers)) this.open('inbox')
      }
      this.asked = true
      this.connect()
    } catch (e) {
      if (e instanceof Unreachable) {
        setTimeout(() => void this.who(), 2000)
        return
      }
      this.asked = true
      this.session = null
    }
  }

  signedOut() {
    this.session = null
    this.socket?.close()
    this.socket = null
    clearInterval(this.polls)
    this.frame = null
    this.names = new Map()
    this.sources = []
    this.health = null
    this.connected = this.everConnected = false
  }

  private connect() {
    this.socket?.close()
    this.socket = null
    clearInterval(this.polls)
    if (!this.may(...readers)) {
      // What moves is not for this role: whether the server is there is asked for.
      this.polls = setInterval(() => void this.knock(), 2000)
      void this.knock()
      return
    }
    this.socket = new Socket(this.client.url('/moving').replace(/^/, location.origin.replace(/^http/, 'ws')), {
      frame: (f) => {
        this.frame = f
        this.came = performance.now()
      },
      names: (all) => (this.names = new Map(all)),
      state: (connected, retryAt) => {
        if (connected && this.everConnected && !this.connected) void this.poll()
        this.connected = connected
        this.everConnected ||= connected
        this.retryAt = retryAt
      },
    })
    this.polls = setInterval(() => void this.poll(), 2000)
    void this.poll()
  }

  private async knock() {
    try {
      await this.client.get<Session>('/session')
      this.connected = this.everConnected = true
    } catch (e) {
      if (e instanceof Unreachable) this.connected = false
      else this.signedOut()
    }
  }

  /** What time it is at the server: that of the newest frame, and what has passed since. */
  serverNow(): number {
    return this.frame ? this.frame.time + performance.now() - this.came : Date.now()
  }

  private polling = false
  async poll() {
    if (this.polling) return // what is not answered is not asked for again
    this.polling = true
    try {
      const soon = AbortSignal.timeout(patience)
      const [sources, health] = await Promise.all([this.client.all<Source>('/sources', {}, 1000, soon), this.client.get<Health>('/health', {}, soon)])
      this.sources = sources
      this.health = health
    } catch (e) {
      // A server that does not answer has the live channel opened anew, which shows how it is; a refusal for this role leaves the lamps dark.
      if (e instanceof Unreachable) this.socket?.lost()
      else if (!(e instanceof Problem)) throw e
    } finally {
      this.polling = false
    }
  }

  private arrive(v: View) {
    this.current = v
    this.view = v
    if (Number.isFinite(v.at)) {
      if (this.time.mode !== 'fixed' || Math.abs(this.time.at - v.at) > 1) this.clock.seek(v.at)
    } else if (this.time.mode === 'fixed') {
      this.clock.live()
    }
    if (v.speed !== this.time.speed) this.clock.speed(v.speed)
  }

  /** Go somewhere: a step that the browser's back button undoes. */
  go(change: Partial<View>) {
    const v = { ...this.current, ...change }
    const text = format(v)
    if (text === location.hash) return
    history.pushState(null, '', text)
    this.written = location.hash
    this.arrive(v)
  }

  /** Keep the address as it is seen, without a step of its own. */
  remember(change: Partial<View>) {
    this.current = { ...this.current, ...change }
    this.view = this.current
    clearTimeout(this.writing)
    this.writing = setTimeout(() => {
      if (location.hash !== this.written) return // somebody goes elsewhere, and is about to arrive
      history.replaceState(null, '', format(this.current))
      this.written = location.hash
    }, 150)
  }

  /** A screen anew, with nothing selected but what is given. */
  open(screen: string, change: Partial<View> = {}) {
    this.go({ ...none, kiosk: this.current.kiosk, speed: this.current.speed, screen, ...change })
  }

  setTheme(theme: ThemeName) {
    this.theme = theme
    localStorage.setItem('theme', theme)
    document.documentElement.dataset.theme = theme
  }

  nextTheme() {
    this.setTheme(themes[(themes.indexOf(this.theme) + 1) % themes.length] ?? 'day')
  }

  setForm(form: Form) {
    this.form = form
    localStorage.setItem('form', form)
  }

  setUnits(units: 'metric' | 'nautical') {
    this.units = units
    localStorage.setItem('units', units)
  }

  may(...roles: string[]): boolean {
    const mine = this.session?.roles ?? []
    return mine.includes('owner') || roles.some((r) => mine.includes(r))
  }
}

export const app = new App()
