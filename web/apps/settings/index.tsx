import type { ComponentType } from 'react'
import { Activity, KeyRound, LockKeyhole, MonitorSmartphone, Palette, User, type LucideIcon } from 'lucide-react'
import { useCommands } from '@/kit/commands'
import { Link } from '@/kit/Link'
import { go, useAddress } from '@/kit/route'
import { pageAt, PAGES, type PageId } from './model'
import { ActivityPage } from './parts/ActivityPage'
import { AppearancePage } from './parts/AppearancePage'
import { AppPasswordsPage } from './parts/AppPasswordsPage'
import { ProfilePage } from './parts/ProfilePage'
import { SecurityPage } from './parts/SecurityPage'
import { SessionsPage } from './parts/SessionsPage'
import { t } from './t'
import s from './settings.module.css'

const SCREENS: Record<PageId, { icon: LucideIcon; page: ComponentType }> = {
  profile: { icon: User, page: ProfilePage },
  security: { icon: LockKeyhole, page: SecurityPage },
  sessions: { icon: MonitorSmartphone, page: SessionsPage },
  'app-passwords': { icon: KeyRound, page: AppPasswordsPage },
  appearance: { icon: Palette, page: AppearancePage },
  activity: { icon: Activity, page: ActivityPage },
}
const addressOf = (id: PageId) => `/~/settings/${id}`

export default function Settings() {
  const current = pageAt(useAddress().pathname)
  const { page: Page } = SCREENS[current]
  useCommands(PAGES.map(id => ({ id: `settings.${id}`, label: `${t('settings')} · ${t(`page.${id}`)}`, icon: SCREENS[id].icon, run: () => go(addressOf(id)) })))
  return (
    <div className={s.wrap}>
      <nav className={s.nav} aria-label={t('settings')}>
        <h1>{t('settings')}</h1>
        <ul>
          {PAGES.map(id => {
            const Icon = SCREENS[id].icon
            return (
              <li key={id}>
                <Link to={addressOf(id)} className={s.entry} aria-current={id === current ? 'page' : undefined}>
                  <Icon size={18} strokeWidth={1.8} aria-hidden />
                  {t(`page.${id}`)}
                </Link>
              </li>
            )
          })}
        </ul>
      </nav>
      <section className={s.body} aria-labelledby="settings-page">
        <header>
          <h2 id="settings-page">{t(`page.${current}`)}</h2>
          <p className={s.lead}>{t(`lead.${current}`)}</p>
        </header>
        <Page />
      </section>
    </div>
  )
}
