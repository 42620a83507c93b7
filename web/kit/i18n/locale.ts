// The language of the page: one value, read everywhere, changed in one place.
import { useSyncExternalStore } from 'react'

export const LANGUAGES = ['fr', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

let current: Language = 'en'
const watchers = new Set<() => void>()

export const locale = (): Language => current

/** The first language of `wanted` that we have; English when we have none. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find(language => tag.toLowerCase().startsWith(language))
    if (found) return found
  }
  return 'en'
}

/** Called by `setLanguage` once the words are there. */
export function showLocale(language: Language): void {
  current = language
  document.documentElement.lang = language
  document.documentElement.dir = 'ltr'
  for (const tell of watchers) tell()
}

export function useLocale(): Language {
  return useSyncExternalStore(tell => {
    watchers.add(tell)
    return () => watchers.delete(tell)
  }, locale)
}
