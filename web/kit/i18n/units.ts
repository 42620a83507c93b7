// Sizes, times and numbers as people write them, in the language of the page.
import { locale, type Language } from './locale'

const NARROW_SPACE = '\u202f'
const UNITS = { fr: ['o', 'Ko', 'Mo', 'Go', 'To', 'Po'], en: ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] }

/** Making a formatter costs as much as drawing a row: each is made once per language. */
function once<F>(make: (language: Language) => F): (language?: Language) => F {
  const made = new Map<Language, F>()
  return (language = locale()) => {
    let formatter = made.get(language)
    if (!formatter) made.set(language, (formatter = make(language)))
    return formatter
  }
}

const decimals = [0, 1].map(digits => once(language => new Intl.NumberFormat(language, { maximumFractionDigits: digits })))
const relative = once(language => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }))
const shortDate = once(language => new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }))
const shortDateWithYear = once(language => new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' }))
const longMoment = once(language => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }))
const names = once(language => new Intl.Collator(language, { numeric: true, sensitivity: 'base' }))

/** `1,2 Mo`, `1.2 MB`: powers of 1000, one decimal below ten. */
export function bytes(size_bytes: number, language = locale()): string {
  let value = size_bytes
  let step = 0
  while (value >= 1000 && step < 5) {
    value /= 1000
    step++
  }
  // 999.6 KB would print as 1,000 KB
  if (Math.round(value) >= 1000 && step < 5) {
    value /= 1000
    step++
  }
  const digits = value < 10 && step > 1 ? 1 : 0
  return decimals[digits]!(language).format(value) + NARROW_SPACE + UNITS[language][step]
}

export const percent = (ratio: number): string =>
  new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(ratio)

/** `3 min ago`, `yesterday`, `12 Oct`, `7 Oct 2025`: as precise as is useful. */
export function when(time_ms: number, now_ms = Date.now()): string {
  const delta_s = Math.round((time_ms - now_ms) / 1000)
  const age_s = Math.abs(delta_s)
  if (age_s < 60) return relative().format(0, 'second')
  if (age_s < 3600) return relative().format(Math.round(delta_s / 60), 'minute')
  if (age_s < 86_400) return relative().format(Math.round(delta_s / 3600), 'hour')
  if (age_s < 6 * 86_400) return relative().format(Math.round(delta_s / 86_400), 'day')
  return (age_s > 300 * 86_400 ? shortDateWithYear : shortDate)().format(time_ms)
}

/** The whole date and time, for details and tooltips. */
export const moment = (time_ms: number): string => longMoment().format(time_ms)

export const today = (now_ms = Date.now()): string =>
  new Intl.DateTimeFormat(locale(), { weekday: 'long', day: 'numeric', month: 'long' }).format(now_ms)

/** `45 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour') =>
    new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'short' }).format(value)
  if (seconds < 60) return unit(Math.max(1, Math.round(seconds)), 'second')
  if (seconds < 3600) return unit(Math.round(seconds / 60), 'minute')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.round((seconds % 3600) / 60)
  return minutes ? `${unit(hours, 'hour')} ${unit(minutes, 'minute')}` : unit(hours, 'hour')
}

/** Name order as people expect it: accents and case do not count, numbers count as numbers. */
export const collator = (): Intl.Collator => names()
