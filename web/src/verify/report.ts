// What a bundle proves: a verdict, every check in the order in which it was made, and what is not proven.

import { excerpt } from './bytes'
import words from '../../../docs/vectors/transparency/words.json'

/** A check or the reason why one failed. Programs go by the code; its texts are apart. */
export type Code = keyof typeof words.en
export type Language = keyof typeof words

/** Something to be said: a code and its arguments. */
export interface Line {
  code: Code
  args: string[]
}

/** What came of looking at one thing; without a reason it passed. */
export interface Result {
  what: Line
  reason: Line | null
  /** Both notes, where the reason is that one does not continue the other: keep them, they are the proof. */
  evidence?: { older: string; newer: string }
}

export interface Cosignature {
  witness: string // name in the policy
  key: string
  at: string // by the witness's clock, to the second
}

/** A leaf that was found to be in the log. */
export interface Shown {
  index: bigint
  opened: boolean
  kind: string
  body: Uint8Array
}

/** After a failure, what rests on it is not looked at and not listed. */
export interface Report {
  verified: boolean
  verdict: Line
  checks: Result[]
  notShown: Line[]
  flight: string // unauthenticated where the verdict is a failure
  log: string
  size: bigint
  cosigned: Cosignature[]
  entries: Shown[]
}

/** Why something is refused, thrown by what reads and checks. */
export class Refusal extends Error {
  constructor(
    readonly code: Code,
    readonly args: string[] = [],
    readonly evidence?: { older: string; newer: string },
  ) {
    super([code, ...args.map(excerpt)].join(' '))
    this.name = 'Refusal'
  }

  line(): Line {
    return { code: this.code, args: this.args }
  }
}

/** A refusal that keeps excerpts of its arguments. */
export const refuse = (code: Code, ...args: (string | number | bigint)[]): Refusal => new Refusal(code, args.map((a) => excerpt(String(a))))

/** Says a line in a language. A code without a text is shown as it is, so that nothing is lost. */
export function say(language: Language, line: Line): string {
  const said: string | undefined = words[language][line.code]
  if (said === undefined) return [line.code, ...line.args].join(' ').trim()
  return said.replace(/\{([0-9])\}/g, (place, n: string) => line.args[Number(n)] ?? place)
}

/** Says the verdict, with the reason where there is no proof. */
export function sentence(language: Language, report: Report): string {
  const failed = report.checks.find((c) => c.reason !== null)
  const verdict = say(language, report.verdict)
  return failed?.reason ? `${verdict} ${say(language, failed.reason)}` : verdict
}
