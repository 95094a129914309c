// Instants are milliseconds since 1970 and are shown in UTC, with the local time beside it where there is room.

const two = (n: number) => String(n).padStart(2, '0')

/** 2026-11-28 07:24:30.123Z, with as many digits of the second as asked for. */
export function utc(ms: number, digits = 0): string {
  if (!Number.isFinite(ms)) return '—'
  const d = new Date(ms)
  const day = `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`
  return `${day} ${timeOfDay(ms, digits)}`
}

export function timeOfDay(ms: number, digits = 0): string {
  if (!Number.isFinite(ms)) return '—'
  const d = new Date(ms)
  const part = digits > 0 ? '.' + String(d.getUTCMilliseconds()).padStart(3, '0').slice(0, digits) : ''
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}${part}Z`
}

/** The local time of the machine that the page is looked at on, with its distance from UTC. */
export function local(ms: number): string {
  if (!Number.isFinite(ms)) return '—'
  const d = new Date(ms)
  const offset = -d.getTimezoneOffset()
  const sign = offset < 0 ? '-' : '+'
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())} ${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
}

/** How long something takes or took: 2 h 03 min, 3 min 20 s, 4.2 s. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '—'
  const s = Math.abs(ms) / 1000
  const sign = ms < 0 ? '\u2212' : ''
  if (s < 10) return `${sign}${s.toFixed(1)} s`
  if (s < 60) return `${sign}${Math.round(s)} s`
  const m = Math.floor(s / 60)
  if (m < 60) return `${sign}${m} min ${two(Math.floor(s % 60))} s`
  return `${sign}${Math.floor(m / 60)} h ${two(m % 60)} min`
}

const form = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i
const clock = /^(\d{1,2}):?(\d{2})(?::?(\d{2})(?:\.(\d{1,6}))?)?\s*Z?$/i

/**
 * The instant that a person typed: a date, a date and a time, or a time of the day that `near` is in. Without a distance from UTC
 * it is UTC, as everything on the page is. null where it is none.
 */
export function parse(text: string, near: number): number | null {
  const s = text.trim()
  const whole = form.exec(s)
  if (whole) {
    const [, y, mo, d, h = '0', mi = '0', sec = '0', part = '', zone = 'Z'] = whole
    const ms = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(sec), millis(part))
    const back = new Date(ms)
    if (back.getUTCMonth() !== Number(mo) - 1 || back.getUTCDate() !== Number(d) || Number(h) > 23 || Number(mi) > 59 || Number(sec) > 59) return null
    const z = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)
    return z ? ms - (z[1] === '-' ? -1 : 1) * (Number(z[2]) * 60 + Number(z[3])) * 60_000 : ms
  }
  const time = clock.exec(s)
  if (!time || !Number.isFinite(near)) return null
  const [, h, mi, sec = '0', part = ''] = time
  if (Number(h) > 23 || Number(mi) > 59 || Number(sec) > 59) return null
  const day = new Date(near)
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), Number(h), Number(mi), Number(sec), millis(part))
}

const millis = (part: string) => Math.round(Number((part + '000').slice(0, 3)))

/** An instant of the API; NaN where there is none. */
export const instant = (text: string | null | undefined): number => (text ? Date.parse(text) : NaN)
