// The canonical form of a JSON object (RFC 8785): what is signed has one form. It is written apart from the program in Go and
// has to say the same of every document in docs/vectors/signature.

import { encode, utf8 } from '../verify/bytes'
import { type Refusal, refuse } from '../verify/report'

export const maxDocument = 256 << 10
const maxDepth = 32

/**
 * Returns the canonical form. Refused, because two readers could take them for different things: a member that is there twice,
 * text that is not Unicode, whole numbers beyond 2^53-1.
 */
export function canonical(document: Uint8Array): Uint8Array<ArrayBuffer> {
  if (document.length > maxDocument) throw refuse('document.size', document.length, maxDocument)
  const s = utf8(document)
  if (s === undefined) throw refuse('document.syntax', 0, 'UTF-8')
  const out = encode(new Reader(s).document())
  if (out.length > maxDocument) throw refuse('document.size', out.length, maxDocument)
  return out
}

const numeral = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const run = /[-+.eE0-9]*/y
const spaces = /[ \t\n\r]*/y
// Half of a surrogate pair is no character.
const half = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

class Reader {
  private at = 0

  constructor(private readonly s: string) {}

  document(): string {
    this.skip(spaces)
    if (this.s[this.at] !== '{') throw this.bad('{')
    const out = this.value(0)
    this.skip(spaces)
    if (this.at !== this.s.length) throw this.bad('')
    return out
  }

  /** Says at which byte something else than what was expected stands. */
  private bad(want: string): Refusal {
    return refuse('document.syntax', encode(this.s.slice(0, this.at)).length, want)
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.s)?.[0] ?? ''
    this.at += found.length
    return found
  }

  private take(c: string): void {
    if (this.s[this.at] !== c) throw this.bad(c)
    this.at++
  }

  private value(depth: number): string {
    if (depth > maxDepth) throw refuse('document.depth', encode(this.s.slice(0, this.at)).length, maxDepth)
    const c = this.s[this.at]
    if (c === '{') return this.object(depth)
    if (c === '[') return this.list(depth)
    if (c === '"') return JSON.stringify(this.text())
    for (const word of ['true', 'false', 'null']) {
      if (this.s.startsWith(word, this.at)) {
        this.at += word.length
        return word
      }
    }
    return this.number()
  }

  private object(depth: number): string {
    const members: [string, string][] = []
    this.take('{')
    this.skip(spaces)
    while (this.s[this.at] !== '}') {
      if (members.length > 0) {
        this.take(',')
        this.skip(spaces)
      }
      const name = this.text()
      this.skip(spaces)
      this.take(':')
      this.skip(spaces)
      members.push([name, this.value(depth + 1)])
      this.skip(spaces)
    }
    this.at++
    // Strings are compared by their UTF-16 units here, as the form wants it.
    members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    members.forEach(([name], i) => {
      if (i > 0 && members[i - 1]![0] === name) throw refuse('document.twice', name)
    })
    return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
  }

  private list(depth: number): string {
    const items: string[] = []
    this.take('[')
    this.skip(spaces)
    while (this.s[this.at] !== ']') {
      if (items.length > 0) {
        this.take(',')
        this.skip(spaces)
      }
      items.push(this.value(depth + 1))
      this.skip(spaces)
    }
    this.at++
    return `[${items.join(',')}]`
  }

  private text(): string {
    const from = this.at
    this.take('"')
    for (;;) {
      const c = this.s.charCodeAt(this.at)
      if (Number.isNaN(c) || c < 0x20) throw this.bad('"')
      this.at++
      if (c === 0x22) break
      if (c === 0x5c) this.at++
    }
    let out: string
    try {
      out = JSON.parse(this.s.slice(from, this.at)) as string // the platform knows the escapes
    } catch {
      throw this.bad('\\')
    }
    if (half.test(out)) throw this.bad('UTF-16')
    return out
  }

  private number(): string {
    numeral.lastIndex = run.lastIndex = this.at
    const literal = numeral.exec(this.s)?.[0] ?? ''
    if (literal === '' || run.exec(this.s)?.[0] !== literal) throw this.bad(literal === '' ? 'value' : '0-9')
    this.at += literal.length
    const n = Number(literal)
    if (!Number.isFinite(n) || (Number.isInteger(n) && !Number.isSafeInteger(n))) throw refuse('document.number', literal)
    return n === 0 ? '0' : String(n)
  }
}
