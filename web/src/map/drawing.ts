// Drawing corners on the map, as a state and what the hand does to it. The map feeds it clicks, and the keyboard's crosshair alike; a
// place that is picked twice ends the shape, as a double click does. Nothing here knows of a screen.
import type { Place } from '../place/place'

export class Drawing {
  points: Place[] = []

  constructor(
    /** how many corners end it by themselves: one of a tip or a base */
    readonly enough = Infinity,
  ) {}

  /** Adds a corner; true where the shape is done with it. `same` tells whether two places are one to the hand. */
  add(place: Place, same: (a: Place, b: Place) => boolean): boolean {
    const last = this.points[this.points.length - 1]
    const first = this.points[0]
    if (this.points.length > 2 && ((last && same(last, place)) || (first && same(first, place)))) return true
    if (last && same(last, place)) return false // a double click too early is one corner
    this.points = [...this.points, place]
    return this.points.length >= this.enough
  }

  back(): void {
    this.points = this.points.slice(0, -1)
  }

  /** Whether it can end as it is. */
  get whole(): boolean {
    return this.points.length >= Math.min(3, this.enough)
  }
}

/** Where a corner comes to lie, or a new one between two; the ring after it. */
export function moved(points: readonly Place[], corner: number, to: Place): Place[] {
  return points.map((p, i) => (i === corner ? to : p))
}
export function inserted(points: readonly Place[], after: number, at: Place): Place[] {
  return [...points.slice(0, after + 1), at, ...points.slice(after + 1)]
}
/** Without a corner; a ring keeps three. */
export function without(points: readonly Place[], corner: number): Place[] {
  return points.length > 3 ? points.filter((_, i) => i !== corner) : [...points]
}

/** States that can be gone back to. */
export class Undo<T> {
  private readonly before: T[] = []
  constructor(private readonly most = 100) {}
  keep(state: T): void {
    this.before.push(state)
    if (this.before.length > this.most) this.before.shift()
  }
  take(): T | undefined {
    return this.before.pop()
  }
  get size(): number {
    return this.before.length
  }
}
