// The scales of colour for what is shown cell by cell. Equal steps of the value are equal steps for the eye (by distance in OKLab, Ottosson
// 2020), and lightness goes one way: on a light ground more is darker, on a dark one more is brighter, and in red there is no other light.
import type { ThemeName } from './theme'

export type Lab = readonly [number, number, number]
export const steps = 256

const cube = (x: number) => x * x * x
const gamma = (x: number) => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055)
const linear = (x: number) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)

/** Red, green and blue of a colour, 0 to 1 where the screen has it. */
export function rgbOf([L, a, b]: Lab): [number, number, number] {
  const l = cube(L + 0.3963377774 * a + 0.2158037573 * b), m = cube(L - 0.1055613458 * a - 0.0638541728 * b), s = cube(L - 0.0894841775 * a - 1.291485548 * b)
  return [4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s].map((x) => gamma(x)) as [number, number, number]
}

export function labOf(r: number, g: number, b: number): Lab {
  const [R, G, B] = [linear(r), linear(g), linear(b)]
  const l = Math.cbrt(0.4122214708 * R + 0.5363325363 * G + 0.0514459929 * B), m = Math.cbrt(0.2119034982 * R + 0.6806995451 * G + 0.1073969566 * B), s = Math.cbrt(0.0883024619 * R + 0.2817188376 * G + 0.6299787005 * B)
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s]
}

export const distance = (a: Lab, b: Lab): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

/** From a yellow through green to a blue, as much colour as the screen has at each lightness, up to a limit. */
function arc(from: number, to: number, t: number): Lab {
  const L = from + (to - from) * t
  const hue = ((100 + 170 * ((L - 0.95) / (0.32 - 0.95))) * Math.PI) / 180
  let low = 0, high = 0.115
  for (let i = 0; i < 20; i++) {
    const c = (low + high) / 2
    if (rgbOf([L, c * Math.cos(hue), c * Math.sin(hue)]).every((x) => x >= 0 && x <= 1)) low = c
    else high = c
  }
  return [L, low * Math.cos(hue), low * Math.sin(hue)]
}

/** Red alone up to the full red, and from there a little of the others, for who has kept the eye adapted. */
const glow = (t: number): Lab => {
  const r = 0.22 + 1.1 * t
  return labOf(Math.min(1, r), Math.max(0, r - 1) * 1.6, Math.max(0, r - 1) * 1.6)
}

const curves: Readonly<Record<ThemeName, (t: number) => Lab>> = { day: (t) => arc(0.92, 0.34, t), night: (t) => arc(0.4, 0.93, t), red: glow }

/** The colours of a scale from 0 to 1, four bytes each: equal steps apart along its curve. */
export function scaleOf(theme: ThemeName): Uint8Array {
  const curve = curves[theme]
  const fine = Array.from({ length: 4097 }, (_, i) => curve(i / 4096))
  const along = [0]
  for (let i = 1; i < fine.length; i++) along.push(along[i - 1]! + distance(fine[i - 1]!, fine[i]!))
  const out = new Uint8Array(4 * steps)
  let k = 0
  for (let i = 0; i < steps; i++) {
    const want = (along[along.length - 1]! * i) / (steps - 1)
    while (k + 1 < along.length - 1 && along[k + 1]! < want) k++
    const [r, g, b] = rgbOf(curve((k + (want - along[k]!) / (along[k + 1]! - along[k]!)) / 4096))
    out.set([r, g, b].map((x) => Math.round(255 * Math.min(1, Math.max(0, x)))), 4 * i)
    out[4 * i + 3] = 255
  }
  return out
}

const made = new Map<ThemeName, Uint8Array>()
/** The same, made once. */
export function scaleFor(theme: ThemeName): Uint8Array {
  const s = made.get(theme) ?? scaleOf(theme)
  made.set(theme, s)
  return s
}

/** The colour of a share, as a style sheet writes it. */
export function colourAt(theme: ThemeName, share: number): string {
  const i = 4 * Math.round(Math.min(1, Math.max(0, share)) * (steps - 1)), s = scaleFor(theme)
  return `rgb(${s[i]} ${s[i + 1]} ${s[i + 2]})`
}
