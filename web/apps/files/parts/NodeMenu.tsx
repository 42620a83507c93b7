import { Copy, Download, EllipsisVertical, ExternalLink, FolderInput, History, Info, Pencil, RotateCcw, Star, StarOff, Trash2 } from 'lucide-react'
import { ROOT, type FileNode } from '@/api/node'
import type { Place } from '@/data/listing'
import { useLive } from '@/data/hooks'
import { Live } from '@/data/live'
import { Menu, MenuItem, MenuSeparator, Pop } from '@/kit/Menu'
import { go } from '@/kit/route'
import { RowButton } from '@/kit/RowButton'
import { chooseFolder, destroyForGood, putBack, renaming, save, toggleStar, toTrash } from '../acts'
import { addressOf } from '../model'
import { open } from '../open'
import { t } from '../t'
import { showPanel } from '../view'

type Opened = { node: FileNode; place: Place; anchor: HTMLElement }

/** The row whose menu is open: there is one menu for all rows. */
export const row_menu = new Live<Opened | undefined>(undefined)

/** The three dots of a row. */
export function NodeMenuButton({ node, place, is_current }: { node: FileNode; place: Place; is_current: boolean }) {
  return <RowButton icon={EllipsisVertical} label={`${t('more')} · ${node.name}`} opens_menu in_tab_order={is_current} onPress={anchor => row_menu.set({ node, place, anchor })} />
}

/** Everything that can be done with one row: whatever can be dragged can be chosen here too. */
export function NodeMenu() {
  const opened = useLive(row_menu)
  if (!opened) return null
  const { node, place, anchor } = opened
  return (
    <Pop placement="bottom end" isOpen onOpenChange={open => !open && row_menu.set(undefined)} triggerRef={{ current: anchor }}>
      <Menu label={t('more')} onClose={() => row_menu.set(undefined)}>
        {place.kind === 'trash' ? (
          <>
            <MenuItem icon={RotateCcw} label={t('restore')} onAction={() => void putBack([node])} />
            <MenuItem icon={Info} label={t('details')} keys="i" onAction={() => showPanel(true)} />
            <MenuSeparator />
            <MenuItem icon={Trash2} label={t('destroy')} danger onAction={() => void destroyForGood([node])} />
          </>
        ) : (
          <>
            <MenuItem icon={ExternalLink} label={t('open')} keys="Enter" onAction={() => open(node, place)} />
            <MenuItem icon={Download} label={t('download')} onAction={() => void save([node], node.name)} />
            <MenuSeparator />
            <MenuItem icon={Pencil} label={t('rename')} keys="F2" onAction={() => setTimeout(() => renaming.set(node.id), 60)} />
            <MenuItem icon={FolderInput} label={t('move')} keys="m" onAction={() => void chooseFolder([node], 'move')} />
            <MenuItem icon={Copy} label={t('copy')} onAction={() => void chooseFolder([node], 'copy')} />
            <MenuItem icon={node.starred ? StarOff : Star} label={node.starred ? t('unstar') : t('star')} keys="*" onAction={() => void toggleStar([node])} />
            {place.kind === 'recent' && <MenuItem icon={FolderInput} label={t('show.in.folder')} onAction={() => go(addressOf(node.dir_id || ROOT))} />}
            {!node.is_folder && <MenuItem icon={History} label={t('versions')} onAction={() => showPanel(true)} />}
            <MenuItem icon={Info} label={t('details')} keys="i" onAction={() => showPanel(true)} />
            <MenuSeparator />
            <MenuItem icon={Trash2} label={t('delete')} keys="Delete" danger onAction={() => void toTrash([node])} />
          </>
        )}
      </Menu>
    </Pop>
  )
}
