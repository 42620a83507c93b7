import { lazy, Suspense, useEffect } from 'react'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { useLive } from '@/data/hooks'
import { session } from '@/data/session'
import { useLocale } from '@/kit/i18n/locale'
import { loadWords } from '@/kit/i18n/words'
import { go, useAddress } from '@/kit/route'
import { apps } from './apps'
import { loginAddress, screenAt } from './screens'
import { Shell } from './Shell'
import { Unreachable } from './Unreachable'

const Login = lazy(() => import('./entry/Login').then(async page => (await loadWords(), page)))
const SetUp = lazy(() => import('./entry/SetUp').then(async page => (await loadWords(), page)))
const SetUpNeeded = lazy(() => import('./entry/SetUpNeeded').then(async page => (await loadWords(), page)))

const RAC_LOCALES = { fr: 'fr-FR', en: 'en-US' }

export function Root() {
  const language = useLocale()
  return (
    <I18nProvider locale={RAC_LOCALES[language]}>
      <Suspense fallback={null}>
        <Screen key={language} />
      </Suspense>
    </I18nProvider>
  )
}

function Screen() {
  const address = useAddress()
  const now = useLive(session)
  const screen = screenAt(address, apps.map(app => app.id))
  const wants_login = now.is === 'anonymous' && screen.kind !== 'login' && screen.kind !== 'setup'
  const is_done_with_login = now.is === 'open' && screen.kind === 'login' ? screen.next : undefined

  useEffect(() => {
    if (wants_login) go(loginAddress(address), 'replace')
    else if (is_done_with_login) go(is_done_with_login, 'replace')
  })

  if (screen.kind === 'setup') return <SetUp />
  if (now.is === 'setup') return <SetUpNeeded status={now.status} />
  if (now.is === 'unreachable') return <Unreachable />
  if (now.is === 'anonymous' && screen.kind === 'login') return <Login status={now.status} />
  if (now.is !== 'open' || screen.kind === 'login') return null
  return <Shell account={now.account} app_id={screen.kind === 'app' ? screen.id : undefined} />
}
