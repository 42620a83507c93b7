import '@/kit/tokens.css'
import '@/kit/font.css'
import '@/kit/base.css'
import { createRoot } from 'react-dom/client'
import { pickLanguage } from '@/kit/i18n/locale'
import { setLanguage } from '@/kit/i18n/words'
import { showDensity, showLook } from '@/data/look'
import { session, start } from '@/data/session'
import { Root } from './Root'
import { followAccount } from './account-look'

const started = start()
showDensity()
const now = session.get()
if (now.is === 'open') showLook(now.account)
await setLanguage(pickLanguage(now.is === 'open' ? [now.account.locale] : navigator.languages))
followAccount()
createRoot(document.getElementById('app')!).render(<Root />)
await started
