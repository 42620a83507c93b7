// The account decides language, theme and accent; this applies them whenever it changes.
import { locale, pickLanguage } from '@/kit/i18n/locale'
import { setLanguage } from '@/kit/i18n/words'
import { showLook } from '@/data/look'
import { session } from '@/data/session'

export function followAccount(): void {
  session.watch(() => {
    const now = session.get()
    if (now.is !== 'open') return
    showLook(now.account)
    const wanted = pickLanguage([now.account.locale])
    if (wanted !== locale()) void setLanguage(wanted)
  })
}
