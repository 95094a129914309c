// JSON as the other program reads it: numbers keep all their digits, names of members fit in either case, of members
// with one name the last counts. What is committed to is in one form besides, which is asked for by writing it again.

import { fromBase64, text } from './bytes'

export type Value = null | boolean | string | Numeral | Value[] | Members

/** A number as it is spelt. */
export class Numeral {
  constructor(readonly digits: string) {}
}

/** The members of an object in their order, names repeated where they are. */
export class Members {
  readonly all: [string, Value][] = []

  /** Returns every value under a name, in order. */
  of(name: string): Value[] {
    return this.all.filter(([n]) => n === name || fold(n) === name).map(([, v]) => v)
  }
}

/** The two letters beyond ASCII that are one of ASCII in another case. */
const fold = (s: string): string => s.replace(/\u017f/g, 's').replace(/\u212a/g, 'k').replace(/[A-Z]/g, (c) => c.toLowerCase())

const deepest = 10_000

/** Reads a document; undefined where it is none. Nothing is read by recursion: a stranger says how deep it goes. */
export function parse(b: Uint8Array): Value | undefined {
  try {
    return new Reader(text(b)).document()
  } catch (e) {
    if (e instanceof SyntaxError) return undefined
    throw e
  }
}

const spaces = /[ \t\n\r]*/y
const numeral = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const words: [string, Value][] = [['true', true], ['false', false], ['null', null]]

class Reader {
  private at = 0

  constructor(private readonly s: string) {}

  document(): Value {
    let holder: Value | undefined
    const open: (Value[] | Members)[] = []
    let name = ''
    for (;;) {
      // Here a value begins, or an array that was just opened ends.
      this.skip(spaces)
      let value: Value
      const c = this.s[this.at]
      if (c === '{' || c === '[') {
        this.at++
        if (open.length === deepest) throw new SyntaxError('depth')
        value = c === '{' ? new Members() : []
        this.put(open.at(-1), name, value)
        holder ??= value
        this.skip(spaces)
        if (this.s[this.at] !== (c === '{' ? '}' : ']')) {
          open.push(value)
          if (value instanceof Members) name = this.name()
          continue
        }
        this.at++
      } else {
        value = this.simple(c)
        this.put(open.at(-1), name, value)
        holder ??= value
        if (open.length === 0 && value === null) return this.end(null)
      }
      // Behind a value: what it is in goes on or ends.
      for (;;) {
        const inside = open.at(-1)
        if (inside === undefined) return this.end(holder!)
        this.skip(spaces)
        const sign = this.s[this.at++]
        if (sign === ',') {
          if (inside instanceof Members) {
            this.skip(spaces)
            name = this.name()
          }
          break
        }
        if (sign !== (inside instanceof Members ? '}' : ']')) throw new SyntaxError('end')
        open.pop()
      }
    }
  }

  private put(inside: Value[] | Members | undefined, name: string, value: Value): void {
    if (inside instanceof Members) inside.all.push([name, value])
    else inside?.push(value)
  }

  private end(value: Value): Value {
    this.skip(spaces)
    if (this.at !== this.s.length) throw new SyntaxError('more')
    return value
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.s)?.[0] ?? ''
    this.at += found.length
    return found
  }

  private name(): string {
    const name = this.string()
    this.skip(spaces)
    if (this.s[this.at++] !== ':') throw new SyntaxError('colon')
    return name
  }

  private simple(c: string | undefined): Value {
    if (c === '"') return this.string()
    for (const [word, value] of words) {
      if (this.s.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    const digits = this.skip(numeral)
    if (digits === '') throw new SyntaxError('value')
    return new Numeral(digits)
  }

  private string(): string {
    if (this.s[this.at] !== '"') throw new SyntaxError('string')
    const from = ++this.at
    for (;;) {
      const c = this.s.charCodeAt(this.at)
      if (Number.isNaN(c) || c < 0x20) throw new SyntaxError('string')
      this.at++
      if (c === 0x22) break
      if (c === 0x5c) this.at++
    }
    const raw = this.s.slice(from, this.at - 1)
    if (!raw.includes('\\')) return raw
    // The platform knows the escapes; half a surrogate pair is no character.
    return (JSON.parse(`"${raw}"`) as string).replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
  }
}

/** Thrown where a member is of another type than it should be. */
export class TypeMismatch extends Error {}

/** Returns the members of an object; null is an object without any. */
export function object(v: Value | undefined): Members {
  if (v === null) return new Members()
  if (v instanceof Members) return v
  throw new TypeMismatch()
}

/** Returns what a member says, the last that is not null; otherwise what is said without it. */
function last<T>(m: Members, name: string, otherwise: T, read: (v: Exclude<Value, null>) => T): T {
  let out = otherwise
  for (const v of m.of(name)) if (v !== null) out = read(v)
  return out
}

export const stringOf = (m: Members, name: string): string =>
  last(m, name, '', (v) => {
    if (typeof v !== 'string') throw new TypeMismatch()
    return v
  })

/** Returns a whole number within bounds. */
export const wholeOf = (m: Members, name: string, least: bigint, most: bigint): bigint => last(m, name, 0n, (v) => whole(v, least, most))

export function whole(v: Value, least: bigint, most: bigint): bigint {
  if (!(v instanceof Numeral) || !/^-?[0-9]{1,20}$/.test(v.digits)) throw new TypeMismatch()
  const n = BigInt(v.digits)
  if (n < least || n > most) throw new TypeMismatch()
  return n
}

export const booleanOf = (m: Members, name: string): boolean =>
  last(m, name, false, (v) => {
    if (typeof v !== 'boolean') throw new TypeMismatch()
    return v
  })

/** Returns a list, null where it says so or is not there. */
export function listOf(m: Members, name: string): Value[] | null {
  let out: Value[] | null = null
  for (const v of m.of(name)) {
    if (v !== null && !Array.isArray(v)) throw new TypeMismatch()
    out = v
  }
  return out
}

/** Returns bytes: base64, or a list of numbers, which the other program takes as well. */
export function bytesOf(m: Members, name: string): Uint8Array<ArrayBuffer> {
  let out = new Uint8Array(0)
  for (const v of m.of(name)) {
    if (v === null) out = new Uint8Array(0)
    else if (Array.isArray(v)) out = Uint8Array.from(v, (x) => (x === null ? 0 : Number(whole(x, 0n, 255n))))
    else {
      const b = typeof v === 'string' ? fromBase64(v) : undefined
      if (b === undefined) throw new TypeMismatch()
      out = b
    }
  }
  return out
}

const short: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escape = (c: string): string => short[c] ?? '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')

/** Writes a string (RFC 8785 section 3.2.2.2). */
export const quote = (s: string): string =>
  `"${s.replace(/["\\\0-\x1f\u2028\u2029]/g, escape)}"`

/** Writes a string as manifests have it: also without what HTML would read. */
export const quoteForHTML = (s: string): string =>
  `"${s.replace(/["\\\0-\x1f\u2028\u2029<>&]/g, escape)}"`
