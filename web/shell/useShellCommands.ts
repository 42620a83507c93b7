import { Command as CommandIcon, Keyboard, LogOut, Search, SunMoon, Undo2 } from 'lucide-react'
import { leave } from '@/data/session'
import { useCommands } from '@/kit/commands'
import { go } from '@/kit/route'
import { attempt, takeBack } from '@/kit/toasts'
import { apps, home } from './apps'
import { showKeys } from './KeysDialog'
import { showPalette } from './palette-door'
import { t } from './t'
import { switchTheme } from './theme'

/** What can be done on every screen. */
export function useShellCommands(): void {
  useCommands([
    { id: 'palette', label: t('search'), icon: Search, keys: 'Mod+K', run: () => void showPalette(), is_hidden: true },
    { id: 'palette-slash', label: t('search'), icon: CommandIcon, keys: '/', run: () => void showPalette(), is_hidden: true },
    { id: 'undo', label: t('undo'), icon: Undo2, keys: 'Mod+Z', run: () => void takeBack() },
    { id: 'theme', label: t('theme.switch'), icon: SunMoon, run: switchTheme },
    { id: 'keys', label: t('keys.title'), icon: Keyboard, keys: '?', run: showKeys },
    ...[home, ...apps].map(app => ({ id: `app.${app.id}`, label: app.label(), icon: app.icon, keys: app.keys, run: () => go(app.path), is_hidden: true })),
    { id: 'logout', label: t('logout'), icon: LogOut, run: () => void attempt(leave) },
  ])
}
