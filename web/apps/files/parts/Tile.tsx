import { Star } from 'lucide-react'
import type { FileNode } from '@/api/node'
import { useLive } from '@/data/hooks'
import type { Place } from '@/data/listing'
import { CheckMark } from '@/kit/Checkbox'
import { FileIcon } from '@/kit/FileIcon'
import type { RowState } from '@/kit/grid/GridRow'
import { bytes, when } from '@/kit/i18n/units'
import { Picture } from '@/kit/Picture'
import { renaming } from '../acts'
import { t } from '../t'
import { NodeMenuButton } from './NodeMenu'
import { RenameField } from './RenameField'
import s from '../files.module.css'

export function Tile({ node, place, is_selected, is_current, toggle }: RowState & { node: FileNode; place: Place }) {
  const is_renaming = useLive(renaming) === node.id
  return (
    <div role="gridcell" className={s.tile} data-selected={is_selected || undefined}>
      <span className={s.tileBox} data-control onClick={toggle}><CheckMark on={is_selected} /></span>
      <span className={s.tilePreview}><Picture node={node} fallback={<FileIcon node={node} size={node.is_folder ? 76 : 60} />} /></span>
      <span className={s.tileName}>
        <span>
          {is_renaming ? <RenameField node={node} /> : <b className="truncate">{node.name}</b>}
          <small className="num">{bytes(node.size_bytes)} · {when(node.updated_ms)}</small>
        </span>
        {node.starred && <Star size={14} className={s.star} role="img" aria-label={t('starred')} />}
        <NodeMenuButton node={node} place={place} is_current={is_current} />
      </span>
    </div>
  )
}
