import { Link } from '@/kit/Link'
import { cx } from '@/kit/cx'
import { apps, home, type App } from './apps'
import { Mark } from './Mark'
import { t } from './t'
import s from './Shell.module.css'

/** The apps, always at hand: a labelled column, or a bar at the bottom of a phone. */
export function Rail({ current }: { current?: string }) {
  return (
    <nav className={s.rail} aria-label={t('apps')}>
      <span className={s.mark}><Mark /></span>
      {[home, ...apps].map(app => <RailApp key={app.id} app={app} is_current={app.id === current} />)}
    </nav>
  )
}

function RailApp({ app, is_current }: { app: App; is_current: boolean }) {
  const Icon = app.icon
  return (
    <Link to={app.path} className={cx(s.app, app.at_end && s.atEnd)} aria-current={is_current ? 'page' : undefined}>
      <span className={s.glyph}><Icon size={20} strokeWidth={is_current ? 2.1 : 1.75} aria-hidden /></span>
      <span className="truncate">{app.label()}</span>
    </Link>
  )
}
