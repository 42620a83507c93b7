import type { Status } from '@/api/account'
import { Button } from '@/kit/Button'
import { Frame } from './Frame'
import { t } from './t'
import s from './Frame.module.css'

/** Somebody came before the owner opened the set-up link. */
export default function SetUpNeeded({ status }: { status: Status }) {
  return (
    <Frame title={t('needed.title')} lead={status.organisation}>
      <p>{t('needed.sentence')}</p>
      <Button kind="primary" className={s.wide} onPress={() => location.reload()}>{t('needed.again')}</Button>
    </Frame>
  )
}
