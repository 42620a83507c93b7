import type { CSSProperties } from 'react'
import { useSlow } from '@/data/hooks'
import { t } from './t'
import s from './ProgressBar.module.css'

/** A spinner, only once the wait is long enough to be noticed. */
export function Spinner() {
  return useSlow(true) ? <div className={s.spinner} role="status" aria-label={t('loading')} /> : null
}

const WIDTHS = ['38%', '52%', '30%', '46%', '34%', '58%', '41%', '27%']

/** Grey rows where rows will be. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  if (!useSlow(true, 120)) return null
  return (
    <div className={s.bones} role="status" aria-label={t('loading')}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={s.bone} style={{ '--w': WIDTHS[index % WIDTHS.length] } as CSSProperties} />
      ))}
    </div>
  )
}
