import { Copy, Download, FolderInput, RotateCcw, Star, Trash2, X } from 'lucide-react'
import type { FileNode } from '@/api/node'
import type { Place } from '@/data/listing'
import { IconButton } from '@/kit/IconButton'
import { chooseFolder, destroyForGood, folderName, putBack, save, toggleStar, toTrash } from '../acts'
import { t } from '../t'
import s from '../files.module.css'

type Props = { place: Place; nodes: readonly FileNode[]; folder?: FileNode; total: number; clear: () => void }

/** What can be done with the selected rows; as high as what it replaces, so nothing jumps. */
export function SelectionBar({ place, nodes, folder, total, clear }: Props) {
  const is_trash = place.kind === 'trash'
  return (
    <div className={s.selection} role="toolbar" aria-label={t('selection')}>
      <IconButton small icon={X} label={t('clear')} keys="Escape" onPress={clear} />
      <span className="num" role="status"><span className={s.selectedWords}>{t('selected', { n: nodes.length, total })}</span><span className={s.selectedCount} aria-hidden>{nodes.length}</span></span>
      {is_trash ? (
        <>
          <IconButton icon={RotateCcw} label={t('restore')} onPress={() => void putBack(nodes)} />
          <IconButton icon={Trash2} label={t('destroy')} onPress={() => void destroyForGood(nodes)} />
        </>
      ) : (
        <>
          <IconButton icon={Download} label={t('download')} onPress={() => void save(nodes, folder ? folderName(folder) : t('files'))} />
          <IconButton icon={Star} label={t('star')} keys="*" onPress={() => void toggleStar(nodes)} />
          <IconButton icon={FolderInput} label={t('move')} keys="m" onPress={() => void chooseFolder(nodes, 'move', folder)} />
          <IconButton icon={Copy} label={t('copy')} onPress={() => void chooseFolder(nodes, 'copy', folder)} />
          <IconButton icon={Trash2} label={t('delete')} keys="Delete" onPress={() => void toTrash(nodes)} />
        </>
      )}
    </div>
  )
}
