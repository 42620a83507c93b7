import { Upload } from 'lucide-react'
import type { Place } from '@/data/listing'
import { Button } from '@/kit/Button'
import { EmptyState } from '@/kit/EmptyState'
import { t } from '../t'

export function Empty({ place, onUpload }: { place: Place; onUpload: () => void }) {
  if (place.kind === 'trash') return <EmptyState drawing="trash" title={t('none.trash')} sentence={t('none.trash.sentence')} />
  if (place.kind === 'recent') return <EmptyState drawing="clock" title={t('none.recent')} />
  return (
    <EmptyState drawing="folder" title={t('none')} sentence={t('none.sentence')}>
      <Button kind="primary" onPress={onUpload}><Upload size={17} aria-hidden />{t('upload.files')}</Button>
    </EmptyState>
  )
}
