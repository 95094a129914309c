// The desk at which a search is planned: the draft, which stays in this browser until it is planned anew, and the plan that came of it.
import { Problem, Unreachable } from '../api/client'
import { app } from '../lib/app.svelte'
import { plain } from '../lib/plain'
import { instant, parse } from '../lib/time'
import { t, words } from '../lib/words.svelte'
import { Undo } from '../map/drawing'
import { Ground, linesOf, type Figures, type Kept, type Route, type SearchPlan, type Sheet, type Start, type Step } from './made'
import { askedOf, draftOf, FieldFault, noFields, numberOf, type Asked, type Draft, type Fields, type Other, type Shape } from './task'

/** A plan that is shown, in the making or whole. */
export interface Shown {
  readonly id: string
  readonly figures: Figures
  readonly route: Route
  readonly ground: Ground | null
  readonly asked: Asked | null
  readonly files: readonly string[]
  readonly kept: Kept | null
}

export const shownOf = (p: SearchPlan): Shown => ({
  id: p.id, figures: p.figures, route: p.route as unknown as Route, ground: p.sheet ? new Ground(p.sheet as Sheet) : null, asked: p.asked, files: p.files ?? [], kept: p.kept ?? null,
})

const expected = {
  number: 'page.plan.wrong.number', place: 'page.plan.wrong.place', instant: 'page.plan.wrong.instant', areas: 'page.plan.wrong.areas', corners: 'page.plan.wrong.corners',
  states: 'page.plan.wrong.states', level: 'page.plan.wrong.level',
} as const

const nothing = (): Draft => ({ shapes: [], fields: { ...noFields }, others: [] })

const place = () => `plan-draft:${app.session?.name ?? ''}`

function stored(): Draft {
  try {
    const d = JSON.parse(localStorage.getItem(place()) ?? '') as Draft
    if (Array.isArray(d.shapes) && typeof d.fields === 'object') return { shapes: d.shapes, fields: { ...noFields, ...d.fields }, others: d.others ?? [] }
  } catch {
    // nothing was drawn here, or not by this program
  }
  return nothing()
}

/** How long an aircraft has been in the air, in hours, by the earliest instant of its record. */
export const hoursOf = (s: Start): number => (instant(String(s.time)) - instant(String(s.took_off))) / 3_600_000

export class Desk {
  draft = $state.raw<Draft>(stored())
  undone = $state(0) // how many steps can be taken back
  shown = $state.raw<Shown | null>(null)
  steps = $state.raw<readonly Step[]>([])
  busy = $state(false)
  wrong = $state('')
  wrongAt = $state('')
  private readonly undo = new Undo<Draft>()
  private stopping: AbortController | null = null

  private keep(d: Draft) {
    this.draft = d
    try {
      localStorage.setItem(place(), JSON.stringify(d))
    } catch {
      // a browser that keeps nothing: the draft lasts as long as the page
    }
  }

  setShapes(shapes: readonly Shape[]) {
    this.undo.keep(this.draft)
    this.undone = this.undo.size
    this.keep({ ...this.draft, shapes })
  }
  /** While a corner is dragged: one step back undoes all of it. */
  showShapes(shapes: readonly Shape[]) {
    this.keep({ ...this.draft, shapes })
  }
  mark() {
    this.undo.keep(this.draft)
    this.undone = this.undo.size
  }
  back() {
    const before = this.undo.take()
    this.undone = this.undo.size
    if (before) this.keep({ ...this.draft, shapes: before.shapes })
  }
  set(change: Partial<Fields>) {
    this.keep({ ...this.draft, fields: { ...this.draft.fields, ...change } })
  }
  setOthers(others: readonly Other[]) {
    this.keep({ ...this.draft, others })
  }
  /** Goes on from what a plan was asked for. */
  resume(asked: Asked) {
    this.mark()
    this.keep(draftOf(asked, (i) => t('page.plan.area.n', i)))
  }
  /** An empty desk; the plan goes with its task, and one step back brings the shapes again. */
  clear() {
    this.stop()
    this.mark()
    this.keep(nothing())
    this.shown = null
    this.steps = []
    this.wrong = this.wrongAt = ''
  }

  private fault(e: unknown) {
    if (e instanceof FieldFault) {
      this.wrong = t(expected[e.expected])
      this.wrongAt = e.field
    } else {
      this.wrong = plain(e)
      this.wrongAt = e instanceof Problem ? e.field : ''
    }
  }

  /** Plans the draft; each plan that comes is shown at once. True where one came to its end. */
  async plan(): Promise<boolean> {
    this.stop()
    this.wrong = this.wrongAt = ''
    let asked: Asked
    try {
      asked = askedOf(this.draft, (text) => parse(text, Date.now()))
    } catch (e) {
      this.fault(e)
      return false
    }
    const stopping = (this.stopping = new AbortController())
    this.busy = true
    this.steps = []
    let ground: Ground | null = null
    try {
      const answer = await app.client.send('POST', '/plans', { body: asked, signal: stopping.signal })
      for await (const l of linesOf(answer.body!)) {
        if (this.stopping !== stopping) return false
        if (l.problem) throw new Problem(l.problem.status, l.problem.code, l.problem.detail, l.problem.field)
        if (l.sheet) ground = new Ground(l.sheet)
        if (l.figures && l.route) {
          const f = l.figures
          if (this.steps.length === 0 || f.pos > this.steps[this.steps.length - 1]!.pos) this.steps = [...this.steps, { at: l.elapsed_s, pos: f.pos, share: f.share_of_bound }]
          this.shown = { id: l.id ?? '', figures: f, route: l.route, ground, asked: l.asked ?? null, files: l.files ?? [], kept: null }
        } else if (ground && this.shown) this.shown = { ...this.shown, ground }
        if (l.id) {
          this.busy = false
          app.said = t('page.plan.done', (100 * this.shown!.figures.pos).toFixed(1), (100 * this.shown!.figures.share_of_bound).toFixed(1))
          return true
        }
      }
      throw new Unreachable('no last line')
    } catch (e) {
      if (stopping.signal.aborted || this.stopping !== stopping) return false
      if (e instanceof Unreachable && this.steps.length > 0) {
        this.wrong = t('page.plan.broken') // it was there, and went away in the middle
        this.wrongAt = ''
      } else this.fault(e)
    } finally {
      if (this.stopping === stopping) {
        this.stopping = null
        this.busy = false
      }
    }
    return false
  }

  stop() {
    this.stopping?.abort()
    this.stopping = null
    this.busy = false
  }

  /** Opens a plan that is on record, or that was just made. */
  async open(id: string): Promise<void> {
    if (this.shown?.id === id) return
    try {
      const p = await app.client.get<SearchPlan>(`/plans/${encodeURIComponent(id)}`)
      this.shown = shownOf(p)
      this.steps = []
      this.wrong = this.wrongAt = ''
    } catch (e) {
      this.shown = null
      this.fault(e)
    }
  }

  /** The same plan in the language that is chosen now: assumptions are sentences. */
  async translate(): Promise<void> {
    const s = this.shown
    if (!s?.id || this.busy) return
    const language = words.language
    try {
      const p = await app.client.get<SearchPlan>(`/plans/${encodeURIComponent(s.id)}`)
      if (this.shown?.id === s.id && words.language === language) this.shown = { ...this.shown, figures: p.figures }
    } catch {
      // the figures stay as they are
    }
  }

  async keepShown(name: string): Promise<boolean> {
    const s = this.shown
    if (!s?.id) return false
    try {
      const answer = await app.client.send('POST', `/plans/${encodeURIComponent(s.id)}/keep`, { body: { name } })
      const kept = (await answer.json()) as Kept
      if (this.shown?.id === s.id) this.shown = { ...this.shown, kept }
      this.wrong = this.wrongAt = ''
      return true
    } catch (e) {
      this.fault(e)
      this.wrongAt ||= 'keep'
      return false
    }
  }

  /** Takes a flight over from where it was: position, course, what is left of the hours, and what it has looked at by then. */
  async takeOver(flight: string, at: string): Promise<Start | null> {
    this.wrong = this.wrongAt = ''
    let until: number | null = null
    if (at.trim() !== '') {
      until = parse(at, app.time.at)
      if (until === null) {
        this.fault(new FieldFault('start', 'instant'))
        return null
      }
    }
    try {
      const s = await app.client.get<Start>(`/flights/${encodeURIComponent(flight)}/position`, { at: until === null ? undefined : new Date(until).toISOString() })
      const f = this.draft.fields
      const whole = numberOf(f.wholeHours || f.hours)
      const elapsed = hoursOf(s)
      this.set({
        flight, startPlace: `${s.lat.toFixed(5)}, ${s.lon.toFixed(5)}`, startCourse: String(s.course_deg), sorties: '1', wholeHours: f.wholeHours || f.hours,
        ...(Number.isNaN(whole) ? {} : { hours: Math.max(0, whole - elapsed).toFixed(2).replace(/\.?0+$/, '') }),
        cleared: 'flight', clearedSince: '', clearedUntil: s.time ? String(s.time) : '',
      })
      return s
    } catch (e) {
      this.fault(e)
      this.wrongAt ||= 'start'
      return null
    }
  }
  fromBase() {
    const f = this.draft.fields
    this.set({ startPlace: '', startCourse: '', cleared: '', clearedUntil: '', hours: f.wholeHours || f.hours, wholeHours: '' })
  }
}
