// The word of a decision, with a sign of its own: never told by colour alone.
import type { Key } from '../lib/words.svelte'

export const verdicts: Record<string, { name: Key; sign: string; look: string }> = {
  GO: { name: 'page.verdict.go', sign: '✓', look: 'good' },
  'NO-GO': { name: 'page.verdict.no-go', sign: '✗', look: 'bad' },
  INCOMPLETE: { name: 'page.verdict.incomplete', sign: '?', look: 'warn' },
}
