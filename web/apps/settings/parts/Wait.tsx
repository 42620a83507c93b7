import type { ReactNode } from 'react'
import { failureCode } from '@/data/failure'
import type { Loaded } from '@/data/hooks'
import { Button } from '@/kit/Button'
import { sentence } from '@/kit/failure'
import { Notice } from '@/kit/Notice'
import { Skeleton } from '@/kit/Waiting'
import { t } from '../t'
import s from '../settings.module.css'

/** What is being read: grey rows, then the thing, or why not. */
export function Wait({ on, children }: { on: Loaded<unknown>; children: ReactNode }) {
  if (on.error) {
    return (
      <div className={s.pad}>
        <Notice kind="bad">{sentence(failureCode(on.error))} <Button small onPress={on.reload}>{t('again')}</Button></Notice>
      </div>
    )
  }
  return on.value === undefined ? <div className={s.pad}><Skeleton rows={3} /></div> : children
}
