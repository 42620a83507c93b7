import type { Place } from '@/data/listing'
import type { Listing } from '@/data/listings'
import { Button } from '@/kit/Button'
import { bytes } from '@/kit/i18n/units'
import { emptyTrash } from '../acts'
import { t } from '../t'
import s from '../files.module.css'

/** How much there is here; in the trash, what that means. The selection takes its place without a jump. */
export function Summary({ place, listing }: { place: Place; listing: Listing }) {
  const { rows, is_complete, is_empty_handed } = listing
  if (place.kind === 'trash' && rows.length > 0) {
    return (
      <div className={s.trashNotice}>
        <span>{t('trash.notice')}</span>
        <Button small kind="danger" onPress={() => void emptyTrash()}>{t('empty')}</Button>
      </div>
    )
  }
  const folders = rows.reduce((sum, row) => sum + Number(row.is_folder), 0)
  const size_bytes = rows.reduce((sum, row) => sum + row.size_bytes, 0)
  const says = is_empty_handed || rows.length === 0 ? '' : [
    ...(folders ? [t('count.folders', { n: folders })] : []),
    ...(rows.length > folders ? [t('count.files', { n: rows.length - folders })] : []),
    ...(is_complete ? [bytes(size_bytes)] : ['…']),
  ].join(' · ')
  return <p className={s.summary} role="status">{says}</p>
}
