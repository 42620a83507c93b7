// Each app brings its own words; only the language on screen is downloaded.
import { format, type Args } from './format'
import { locale, showLocale, type Language } from './locale'

type Messages = Record<string, string>
type Loader = () => Promise<unknown>
type WordSet = { load: (language: Language) => Promise<void> }

const sets = new Set<WordSet>()

/** A `t()` over the files of one `words/` folder: `words<keyof typeof en>(import.meta.glob('./words/*.json'))`. */
export function words<Key extends string>(files: Record<string, Loader>): (key: Key, args?: Args) => string {
  const loaded = new Map<string, Messages>()
  sets.add({
    async load(language) {
      if (loaded.has(language)) return
      const module = (await files[`./words/${language}.json`]!()) as { default: Messages }
      loaded.set(language, module.default)
    },
  })
  return (key, args = {}) => format(loaded.get(locale())?.[key] ?? key, args, locale())
}

/** Makes sure that everything imported so far can speak `language`. */
export const loadWords = async (language: Language = locale()): Promise<void> => {
  await Promise.all([...sets].map(set => set.load(language)))
}

export async function setLanguage(language: Language): Promise<void> {
  await loadWords(language)
  showLocale(language)
}
