// What a screen that is not there from the start is known by.
import type { Key } from './words.svelte'

export interface Shown {
  readonly id: string
  readonly text: Key
  readonly roles: readonly string[] // none: everybody
}
