import { changeProfile } from '@/data/session'
import { attempt } from '@/kit/toasts'

export function isDark(): boolean {
  const { theme } = document.documentElement.dataset
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}

export function switchTheme(): void {
  void attempt(() => changeProfile({ color_scheme: isDark() ? 'light' : 'dark' }))
}
