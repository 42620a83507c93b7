import { useEffect, useState } from 'react'
import { ChevronDown, ChevronUp, Pause, Play, X } from 'lucide-react'
import { useLive } from '@/data/hooks'
import { uploads, type Uploads } from '@/data/upload/queue'
import { foremost } from '@/data/upload/task'
import { announce } from '@/kit/announce'
import { Button } from '@/kit/Button'
import { IconButton } from '@/kit/IconButton'
import { ProgressBar } from '@/kit/ProgressBar'
import { ConflictWatch } from './Conflict'
import { headline, subline } from './headline'
import { TrayRow } from './TrayRow'
import { t } from './t'
import s from './Tray.module.css'

const ROWS_SHOWN = 60

/** All uploads of this tab, on whatever screen; open from the very drop. */
export default function Tray() {
  const now = useLive(uploads.live)
  const [is_open, setOpen] = useState(true)
  const { totals, reading, is_held } = now
  const is_busy = totals.active > 0 || reading > 0
  useGuards(now, is_busy)
  const rows = foremost(now.tasks, ROWS_SHOWN)
  const ratio = totals.total_bytes ? totals.sent_bytes / totals.total_bytes : totals.files && totals.done / totals.files
  return (
    <aside className={s.tray} aria-label={t('uploads')}>
      <ConflictWatch tasks={now.tasks} />
      <header className={s.head}>
        <div className={s.title}>
          <h2>{headline(now)}</h2>
          <small className="num">{subline(now)}</small>
        </div>
        {totals.active > 0 && (
          <IconButton small icon={is_held ? Play : Pause} size={16} label={is_held ? t('resume.all') : t('pause.all')} onPress={() => (is_held ? uploads.resume() : uploads.pause())} />
        )}
        <IconButton small icon={is_open ? ChevronDown : ChevronUp} size={16} label={is_open ? t('fold') : t('unfold')} aria-expanded={is_open} onPress={() => setOpen(!is_open)} />
        <IconButton small icon={X} size={16} label={is_busy ? t('cancel.all') : t('dismiss')} onPress={() => uploads.cancelAll()} />
      </header>
      {is_busy && (
        <div className={s.total}>
          <ProgressBar value={reading && !totals.files ? undefined : ratio} label={t('total')} tone={is_held || totals.waiting ? 'quiet' : undefined} />
        </div>
      )}
      {is_open && (
        <>
          <ul className={s.list}>{rows.map(task => <TrayRow key={task.id} task={task} />)}</ul>
          {now.tasks.length > rows.length && <p className={s.more}>{t('more', { n: now.tasks.length - rows.length })}</p>}
          {totals.failed > 1 && <div className={s.foot}><Button small onPress={() => uploads.retryFailed()}>{t('retry.all', { n: totals.failed })}</Button></div>}
        </>
      )}
    </aside>
  )
}

/** Tells the ears when it begins and ends, and asks before the page is left with work in progress. */
function useGuards(now: Uploads, is_busy: boolean): void {
  const { totals, reading } = now
  const news = reading && !totals.files ? t('reading') : is_busy ? t('uploading', { n: totals.files }) : totals.failed ? t('failed', { n: totals.failed }) : totals.done ? t('finished', { n: totals.done }) : ''
  useEffect(() => {
    if (!news) return
    const timer = setTimeout(() => announce(news), 600)
    return () => clearTimeout(timer)
  }, [news])
  useEffect(() => {
    if (!is_busy) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [is_busy])
}
