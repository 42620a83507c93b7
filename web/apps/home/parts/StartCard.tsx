import { useState } from 'react'
import { Check, ChevronRight } from 'lucide-react'
import { Button } from '@/kit/Button'
import { Card } from '@/kit/Card'
import { cx } from '@/kit/cx'
import { Link } from '@/kit/Link'
import { t } from '../t'
import s from '../home.module.css'

const DISMISSED = 'abri.home.start'

/** First steps; gone for good once it is closed. */
export function StartCard({ has_files }: { has_files: boolean }) {
  const [is_gone, setGone] = useState(localStorage.getItem(DISMISSED) !== null)
  if (is_gone) return null
  const dismiss = () => {
    localStorage.setItem(DISMISSED, '1')
    setGone(true)
  }
  const steps = [
    { id: 'files', path: '/~/files', is_done: has_files },
    { id: 'devices', path: '/~/settings/app-passwords', is_done: false },
    { id: 'look', path: '/~/settings/appearance', is_done: false },
    { id: 'safety', path: '/~/settings/activity', is_done: false },
  ] as const
  return (
    <Card title={t('start')} action={<Button small onPress={dismiss}>{t('start.dismiss')}</Button>}>
      <ul>
        {steps.map(({ id, path, is_done }) => (
          <li key={id}>
            <Link to={path} className={s.step}>
              <span className={cx(s.tick, is_done && s.ticked)} aria-hidden>{is_done && <Check size={13} strokeWidth={3} />}</span>
              <span>{t(`start.${id}`)}<small>{t(`start.${id}.sentence`)}</small></span>
              <ChevronRight size={16} aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}
