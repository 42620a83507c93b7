import { Button } from '@/kit/Button'
import { emptyTrash } from '../acts'
import { t } from '../t'
import s from '../files.module.css'

export function TrashNotice({ is_empty }: { is_empty: boolean }) {
  if (is_empty) return null
  return (
    <div className={s.trashNotice}>
      <span>{t('trash.notice')}</span>
      <Button small kind="danger" onPress={() => void emptyTrash()}>{t('empty')}</Button>
    </div>
  )
}
