// What values are, and how a commitment to one is made: docs/redaction.md is all that this was written from.
import { encode, uint64 } from '../bytes'
import { Sha256 } from '../sha256'

export type Kind = 'absent' | 'text' | 'number' | 'code' | 'place' | 'instant'

export interface Value {
  readonly kind: Kind
  readonly text: string
}

const wholes: Partial<Record<Kind, number>> = { place: 12, instant: 17 }

/** How many digits a value of a kind has where it is committed to digit by digit; 0 where it is one piece. */
export const whole = (k: Kind): number => wholes[k] ?? 0

const mostText = 1 << 16
const digits: Partial<Record<Kind, RegExp>> = { place: /^[0-9b-hjkmnp-z]{1,12}$/, instant: /^[0-9]{1,17}$/ }

/** Whether a value, or the first digits of one, is written in the one way. */
export function valid(v: Value): boolean {
  switch (v.kind) {
    case 'absent':
      return v.text === ''
    case 'text':
      return encode(v.text).length <= mostText
    case 'code':
      return v.text !== '' && encode(v.text).length <= mostText
    case 'number':
      return v.text.length <= 40 && /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/.test(v.text) && !/^-[0.]*$/.test(v.text)
    case 'place':
    case 'instant':
      return digits[v.kind]!.test(v.text)
    default:
      return false
  }
}

/** Every part behind its length in bytes, 64 bits, big endian. */
function hashed(...parts: (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const h = new Sha256()
  for (const p of parts) {
    const b = typeof p === 'string' ? encode(p) : p
    h.update(uint64(BigInt(b.length))).update(b)
  }
  return h.digest()
}

export interface Opening {
  readonly value: Value
  readonly salts: readonly Uint8Array[]
  readonly rest: Uint8Array
}

/** The commitment that an opening is an opening of; undefined where it is none. */
export function commitment(record: number, field: string, o: Opening): Uint8Array<ArrayBuffer> | undefined {
  const { value: v, salts } = o
  const n = whole(v.kind)
  const nothing = o.rest.every((b) => b === 0)
  if (!valid(v)) return undefined
  if (n === 0) return salts.length === 1 && nothing ? hashed('overflight.field/1', String(record), field, v.kind, v.text, salts[0]!) : undefined
  if (salts.length !== v.text.length || (salts.length === n) !== nothing) return undefined
  let c = Uint8Array.from(o.rest)
  for (let i = salts.length - 1; i >= 0; i--) c = hashed('overflight.chain/1', String(record), field, v.kind, String(n), String(i), v.text[i]!, salts[i]!, c)
  return c
}
