// What went wrong, as a person is told: the words of the server, or ours where it cannot be reached. A text of the browser's own
// is in the browser's language, and says nothing to whoever uses the page.
import { Problem, Unreachable } from '../api/client'
import { t } from './words.svelte'

/** Of something that a person asked for, who may ask again. */
export function plain(e: unknown): string {
  if (e instanceof Problem) return e.message
  if (e instanceof Unreachable) return t('page.unreachable.again')
  return t('page.broken', e instanceof Error ? e.message : String(e))
}
