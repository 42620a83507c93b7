import { ArrowUp, CheckCheck, ClipboardPaste, Copy, Download, FolderInput, FolderPlus, FolderUp, Info, LayoutGrid, Pencil, Scissors, Star, Trash2, Upload, X } from 'lucide-react'
import { useLive } from '@/data/hooks'
import { isRoot, type Place } from '@/data/listing'
import type { Listing } from '@/data/listings'
import { useCommands, type Command } from '@/kit/commands'
import { all, clear, type Selection } from '@/kit/grid/selection'
import { go } from '@/kit/route'
import { chooseFolder, clipboard, destroyForGood, emptyTrash, folderName, hold, newFolder, paste, renaming, save, toggleStar, toTrash } from './acts'
import { addressOf } from './model'
import { pickFiles } from './pick'
import { t } from './t'
import { layout, panel, setLayout, showPanel } from './view'

type Here = { place: Place; listing: Listing; selection: Selection; setSelection: (next: Selection) => void; is_viewing: boolean }

/** What can be done on this screen, with the keys of the house. */
export function useFileCommands({ place, listing, selection, setSelection, is_viewing }: Here): void {
  const held = useLive(clipboard)
  const now_layout = useLive(layout)
  const is_panel_open = useLive(panel)
  const { rows, node } = listing
  const folder = place.kind === 'folder' ? node : undefined
  const selected = rows.filter(row => selection.ids.has(row.id))
  const focused = rows.filter(row => row.id === selection.current)
  // the row with the keyboard counts as selected when nothing is
  const nodes = selected.length ? selected : focused
  const [one] = nodes
  const list: (Command | false | undefined)[] = [
    folder && { id: 'files.upload', label: t('upload.files'), icon: Upload, keys: 'u', run: () => pickFiles(folder, 'files') },
    folder && { id: 'files.upload.folder', label: t('upload.folder'), icon: FolderUp, run: () => pickFiles(folder, 'folder') },
    folder && { id: 'files.new', label: t('new.folder'), icon: FolderPlus, keys: 'n', run: () => void newFolder(folder) },
    folder && held && { id: 'files.paste', label: t('paste'), icon: ClipboardPaste, keys: 'Mod+V', run: () => void paste(folder) },
    folder && !isRoot(place) && { id: 'files.up', label: t('up'), icon: ArrowUp, keys: 'Alt+ArrowUp', run: () => go(addressOf(folder.dir_id)) },
    { id: 'files.layout', label: t(now_layout === 'list' ? 'layout.tiles' : 'layout.list'), icon: LayoutGrid, keys: 'v', run: () => setLayout(now_layout === 'list' ? 'tiles' : 'list') },
    { id: 'files.details', label: t('details'), icon: Info, keys: 'i', run: () => showPanel(!is_panel_open) },
    { id: 'files.all', label: t('select.all'), icon: CheckCheck, keys: 'Mod+A', run: () => setSelection(all(selection, rows.map(row => row.id))), is_hidden: true },
    selected.length > 0 && { id: 'files.clear', label: t('clear'), icon: X, keys: 'Escape', run: () => setSelection(clear(selection)), is_hidden: true },
    ...(one ? (place.kind === 'trash' ? inTrash(nodes) : onNodes(nodes, one)) : []),
    place.kind === 'trash' && rows.length > 0 && { id: 'files.empty', label: t('empty'), icon: Trash2, run: () => void emptyTrash() },
  ]
  useCommands(is_viewing ? [] : list.filter(command => !!command))

  function onNodes(some: typeof nodes, first: NonNullable<typeof one>): (Command | false)[] {
    const act = (id: string, label: string, icon: Command['icon'], keys: string | undefined, run: () => void): Command => ({ id: `files.${id}`, label, icon, keys, run })
    return [
      some.length === 1 && act('rename', t('rename'), Pencil, 'F2', () => renaming.set(first.id)),
      act('download', t('download'), Download, undefined, () => void save(some, folder ? folderName(folder) : t('files'))),
      act('star', t('star'), Star, '*', () => void toggleStar(some)),
      act('move', t('move'), FolderInput, 'm', () => void chooseFolder(some, 'move', folder)),
      act('hold', t('copy'), Copy, 'Mod+C', () => hold(some, false)),
      act('cut', t('cut'), Scissors, 'Mod+X', () => hold(some, true)),
      act('trash', t('delete'), Trash2, 'Delete', () => void toTrash(some)),
    ]
  }

  function inTrash(some: typeof nodes): Command[] {
    return [{ id: 'files.destroy', label: t('destroy'), icon: Trash2, keys: 'Delete', run: () => void destroyForGood(some) }]
  }
}
