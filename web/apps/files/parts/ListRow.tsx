import { Download, RotateCcw, Star } from 'lucide-react'
import type { FileNode } from '@/api/node'
import { useLive } from '@/data/hooks'
import type { Place } from '@/data/listing'
import { CheckMark } from '@/kit/Checkbox'
import { FileIcon } from '@/kit/FileIcon'
import type { RowState } from '@/kit/grid/GridRow'
import { bytes, moment, when } from '@/kit/i18n/units'
import { Picture } from '@/kit/Picture'
import { RowButton } from '@/kit/RowButton'
import { putBack, renaming, save } from '../acts'
import { t } from '../t'
import { NodeMenuButton } from './NodeMenu'
import { RenameField } from './RenameField'
import s from '../files.module.css'

type Props = RowState & { node: FileNode; place: Place }

export function ListRow({ node, place, is_selected, is_current, toggle }: Props) {
  const is_renaming = useLive(renaming) === node.id
  return (
    <div className={s.cells} role="presentation">
      <span role="gridcell" data-c="box" data-control onClick={toggle}><CheckMark on={is_selected} /></span>
      <span role="gridcell" data-c="name" className={s.name}>
        <span className={s.thumb}><Picture node={node} fallback={<FileIcon node={node} size={30} />} /></span>
        {is_renaming ? <RenameField node={node} /> : <span className="truncate">{node.name}</span>}
        {node.starred && <Star size={14} className={s.star} role="img" aria-label={t('starred')} />}
      </span>
      <span role="gridcell" data-c="time" className="num"><time dateTime={new Date(node.updated_ms).toISOString()} title={moment(node.updated_ms)}>{when(node.updated_ms)}</time></span>
      <span role="gridcell" data-c="size" className="num">{bytes(node.size_bytes)}</span>
      <span role="gridcell" data-c="acts">
        {place.kind === 'trash'
          ? <RowButton icon={RotateCcw} in_tab_order={is_current} label={`${t('restore')} · ${node.name}`} onPress={() => void putBack([node])} />
          : <RowButton icon={Download} in_tab_order={is_current} label={`${t('download')} · ${node.name}`} onPress={() => void save([node], node.name)} />}
        <NodeMenuButton node={node} place={place} is_current={is_current} />
      </span>
    </div>
  )
}
