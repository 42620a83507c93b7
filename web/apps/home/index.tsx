import { Folder, Settings, type LucideIcon } from 'lucide-react'
import { useLive } from '@/data/hooks'
import { listing } from '@/data/listings'
import { session } from '@/data/session'
import { AppTile } from '@/kit/AppTile'
import { today } from '@/kit/i18n/units'
import { Link } from '@/kit/Link'
import { changedToday, dayPart, firstName } from './model'
import { RecentCard } from './parts/RecentCard'
import { StartCard } from './parts/StartCard'
import { StorageCard } from './parts/StorageCard'
import { t } from './t'
import s from './home.module.css'

type Tile = { path: string; label: 'app.files' | 'app.settings'; icon: LucideIcon; hue: number; chroma?: number }
const TILES: Tile[] = [
  { path: '/~/files', label: 'app.files', icon: Folder, hue: 255 },
  { path: '/~/settings/profile', label: 'app.settings', icon: Settings, hue: 260, chroma: 0.03 },
]

export default function Home() {
  const now = useLive(session)
  const recent = useLive(listing({ kind: 'recent' }))
  const name = now.is === 'open' ? firstName(now.account.public_name || now.account.name) : ''
  const changed = changedToday(recent.rows, Date.now())
  return (
    <div className={s.home}>
      <div className={s.sky} aria-hidden />
      <div className={s.in}>
        <div className={s.stack}>
          <header className={s.hello}>
            <p className={s.date}>{today()}</p>
            <h1>{t(`hello.${dayPart(new Date().getHours())}`, { name })}</h1>
            <p>{recent.is_empty_handed ? '\u00a0' : t('summary', { n: changed })}</p>
          </header>
          <nav aria-label={t('apps')}>
            <ul className={s.apps}>
              {TILES.map(({ path, label, ...tile }) => (
                <li key={path}><Link to={path} className={s.app}><AppTile {...tile} /><span>{t(label)}</span></Link></li>
              ))}
            </ul>
          </nav>
          <RecentCard listing={recent} />
        </div>
        <div className={s.stack}>
          <StorageCard />
          <StartCard has_files={recent.rows.length > 0} />
        </div>
      </div>
    </div>
  )
}
