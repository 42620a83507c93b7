import { words } from './i18n/words'
import type en from './words/en.json'

export const t = words<keyof typeof en>(import.meta.glob('./words/*.json'))
