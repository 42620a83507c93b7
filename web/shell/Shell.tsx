import { Suspense, useEffect, useRef, useState, type ComponentType } from 'react'
import type { Account } from '@/api/account'
import { follow } from '@/data/changes'
import { followSizes } from '@/data/folder-sizes'
import { useLive } from '@/data/hooks'
import { followUsage } from '@/data/storage'
import { uploads } from '@/data/upload/queue'
import { listenToKeys } from '@/kit/commands'
import { DialogHost } from '@/kit/Dialog'
import { EmptyState } from '@/kit/EmptyState'
import { Link } from '@/kit/Link'
import { Toasts } from '@/kit/Toasts'
import { loadWords } from '@/kit/i18n/words'
import { apps, home } from './apps'
import { loadPalette } from './palette-door'
import { Rail } from './Rail'
import { TopBar } from './TopBar'
import { t } from './t'
import { useShellCommands } from './useShellCommands'
import s from './Shell.module.css'

const loadTray = () => import('./tray/Tray').then(async tray => (await loadWords(), tray.default))
const AHEAD_MS = 800

/** Everything around an app. It never reloads while the person goes from app to app. */
export function Shell({ account, app_id }: { account: Account; app_id?: string }) {
  const app = [home, ...apps].find(each => each.id === app_id)
  const main = useRef<HTMLElement>(null)
  useShellCommands()
  useEffect(() => listenToKeys(), [])
  useEffect(() => {
    const stops = [follow(), followUsage(), followSizes()]
    return () => stops.forEach(stop => stop())
  }, [])
  useEffect(() => {
    void uploads.recall()
    const timer = setTimeout(() => void loadPalette(), AHEAD_MS)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    document.title = app ? `${app.label()} · Abri` : 'Abri'
  }, [app])
  const last_app = useRef(app_id)
  useEffect(() => {
    // a screen reader follows the person into the app
    if (last_app.current !== app_id) main.current?.focus()
    last_app.current = app_id
  }, [app_id])

  const Page = app?.page
  return (
    <div className={s.shell}>
      <a className={s.skip} href="#main">{t('skip')}</a>
      <Rail current={app_id} />
      <TopBar account={account} />
      <main id="main" ref={main} className={s.main} tabIndex={-1}>
        <Suspense fallback={null}>{Page ? <Page /> : <NotFound />}</Suspense>
      </main>
      <TrayHolder />
      <DialogHost />
      <Toasts />
    </div>
  )
}

/** The tray must be there the moment something is dropped: it is fetched ahead, and not by Suspense, which may wait 300 ms. */
function TrayHolder() {
  const [tray, setTray] = useState<{ Tray: ComponentType }>()
  const { tasks, reading } = useLive(uploads.live)
  const is_wanted = tasks.length > 0 || reading > 0
  useEffect(() => {
    if (tray) return
    const timer = setTimeout(() => void loadTray().then(Tray => setTray({ Tray })), is_wanted ? 0 : AHEAD_MS)
    return () => clearTimeout(timer)
  }, [tray, is_wanted])
  return tray && is_wanted ? <tray.Tray /> : null
}

function NotFound() {
  return (
    <div className={s.center}>
      <h1 className="sr">{t('unknown.title')}</h1>
      <EmptyState drawing="lost" title={t('unknown.title')} sentence={t('unknown.sentence')}>
        <Link to="/" className={s.plainLink}>{t('unknown.home')}</Link>
      </EmptyState>
    </div>
  )
}
