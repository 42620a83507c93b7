// The apps there are. A new one adds a line here and a folder under apps/.
import { lazy, type ComponentType } from 'react'
import { Folder, House, Settings, type LucideIcon } from 'lucide-react'
import { loadWords } from '@/kit/i18n/words'
import { t } from './t'

export type App = { id: string; label: () => string; icon: LucideIcon; hue: number; chroma?: number; path: string; keys: string; at_end?: boolean; page: ComponentType }

/** A screen comes with its words. */
const screen = (load: () => Promise<{ default: ComponentType }>) =>
  lazy(async () => {
    const page = await load()
    await loadWords()
    return page
  })

export const home: App = { id: 'home', label: () => t('app.home'), icon: House, hue: 262, path: '/', keys: 'g h', page: screen(() => import('@/apps/home')) }

export const apps: App[] = [
  { id: 'files', label: () => t('app.files'), icon: Folder, hue: 255, path: '/~/files', keys: 'g f', page: screen(() => import('@/apps/files')) },
  { id: 'settings', label: () => t('app.settings'), icon: Settings, hue: 260, chroma: 0.03, path: '/~/settings/profile', keys: 'g s', at_end: true, page: screen(() => import('@/apps/settings')) },
]
