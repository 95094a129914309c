// A value of a report in words: as it was committed to, with its unit, and no finer than it is.
import type { ReportSubject, ReportValue } from '../api/client'
import { length, written } from '../lib/quantities'
import { instant, utc } from '../lib/time'
import { has, coded, number, t } from '../lib/words.svelte'
import { isPoint, middle, sizeOf } from './cells'
import { familyOf, instantText, isCoarse } from './fields'

export function said(v: ReportValue, field: string, unit = ''): string {
  switch (v.kind) {
    case 'absent':
      return t('page.share.absent')
    case 'place':
      if (!v.box) return v.text
      if (isPoint(v.box)) return written(middle(v.box))
      return t('page.share.cell', length(sizeOf(v.box).across), length(sizeOf(v.box).up), written(middle(v.box)))
    case 'instant':
      return instantText(v.text)
    case 'code': {
      const key = familyOf(field) + v.text
      return familyOf(field) && has(key) ? coded(key) : v.text
    }
    default:
      return unit ? `${v.text} ${unit}` : v.text
  }
}

/** How much of a value is shown, of one that is shown in part. */
export const part = (v: ReportValue): string => (isCoarse(v) ? t('page.share.digits', v.digits, v.whole) : '')

export function subjectText(s: ReportSubject | null | undefined): string {
  if (!s) return t('page.share.erased')
  if (s.flight) return t('page.share.flight', s.flight)
  if (s.site) return t('page.sites.number', number(s.site))
  return `${utc(instant(s.from))} – ${utc(instant(s.to))}`
}
