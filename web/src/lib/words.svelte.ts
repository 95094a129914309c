// The texts of the page come from the one catalogue that the commands use; both languages are in the page, so that it changes
// without asking the server.
import en from '$catalogue/en.json'
import es from '$catalogue/es.json'
import { figure as number } from '../place/units'

export type Language = 'en' | 'es'
export type Key = keyof typeof en
const catalogues: Record<Language, Record<string, string>> = { en, es }

const stored = (): Language => {
  const kept = localStorage.getItem('language')
  if (kept === 'en' || kept === 'es') return kept
  return navigator.language.toLowerCase().startsWith('es') ? 'es' : 'en'
}

class Words {
  language = $state<Language>(stored())

  set(language: Language) {
    this.language = language
    localStorage.setItem('language', language)
    document.documentElement.lang = language
  }

  /** The language of who has chosen none here. */
  prefer(language: Language) {
    if (localStorage.getItem('language') !== null) return
    this.language = language
    document.documentElement.lang = language
  }
}

export const words = new Words()

const fill = (text: string, args: readonly (string | number)[]) =>
  text.replace(/\{(\d)\}/g, (place, i: string) => String(args[Number(i)] ?? place))

/** The text of a key with its places filled. */
export function t(key: Key, ...args: (string | number)[]): string {
  return fill(catalogues[words.language][key] ?? key, args)
}

/** The text of a key that is made at run time, as codes are; the key itself where there is none, which a person can report. */
export function coded(key: string, ...args: (string | number)[]): string {
  return fill(catalogues[words.language][key] ?? key, args)
}

export const has = (key: string): boolean => key in catalogues[words.language]

/** A number of things: key.one and key.other. */
export function count(key: string, n: number, ...args: (string | number)[]): string {
  return coded(`${key}.${n === 1 ? 'one' : 'other'}`, number(n), ...args)
}

export { figure as number } from '../place/units'
