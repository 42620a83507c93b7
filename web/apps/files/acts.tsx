// What a person asks for, said back to them: every act ends in a toast, and in an undo where there is one.
import { lazy, Suspense } from 'react'
import type { FileNode } from '@/api/node'
import { copy, destroy, destroyAll, download, makeFolder, move, rename, restore, star, trash } from '@/data/actions'
import { listing } from '@/data/listings'
import { placeOf } from '@/data/listing'
import { Live } from '@/data/live'
import type { Undoable } from '@/data/undo'
import { confirm } from '@/kit/Dialog'
import { showDialog } from '@/kit/dialogs'
import { attempt, say, sayUndoable } from '@/kit/toasts'
import { copyName } from './model'
import { t } from './t'

const FolderDialog = lazy(() => import('./parts/FolderDialog'))
const NewFolderDialog = lazy(() => import('./parts/NewFolderDialog'))

export type Clipboard = { is_cut: boolean; nodes: readonly FileNode[] }

export const renaming = new Live<string | undefined>(undefined)
export const clipboard = new Live<Clipboard | undefined>(undefined)

/** `« a.txt »` for one, `3 items` for several. */
const named = (nodes: readonly FileNode[]) => (nodes.length === 1 ? t('quoted', { name: nodes[0]!.name }) : t('items', { n: nodes.length }))

async function undoably(text: string, work: () => Promise<Undoable>): Promise<void> {
  const step = await attempt(work)
  if (step) sayUndoable(text, step)
}

export const toTrash = (nodes: readonly FileNode[]) => undoably(t('did.trash', { what: named(nodes), n: nodes.length }), () => trash(nodes))
export const putBack = (nodes: readonly FileNode[]) => undoably(t('did.restore', { what: named(nodes), n: nodes.length }), () => restore(nodes))
export const moveInto = (nodes: readonly FileNode[], folder: FileNode) =>
  undoably(t('did.move', { what: named(nodes), n: nodes.length, folder: folderName(folder) }), () => move(nodes, folder.id))

export const folderName = (folder: FileNode): string => (folder.path === '/' || folder.path === '' ? t('mine') : folder.name)

export async function copyInto(nodes: readonly FileNode[], folder: FileNode): Promise<void> {
  const taken = new Set(listing(placeOf(folder.id)).get().rows.map(row => row.name))
  const nameOf = (node: FileNode) => {
    const name = copyName(node.name, taken, t('copy.word'))
    taken.add(name)
    return name
  }
  await undoably(t('did.copy', { what: named(nodes), n: nodes.length, folder: folderName(folder) }), () => copy(nodes, folder.id, nameOf))
}

export async function destroyForGood(nodes: readonly FileNode[]): Promise<void> {
  if (!(await confirm(t('destroy.title', { what: named(nodes) }), t('destroy.sentence'), t('destroy')))) return
  await attempt(async () => {
    await destroy(nodes)
    say(t('did.destroy', { what: named(nodes), n: nodes.length }))
  })
}

export async function emptyTrash(): Promise<void> {
  if (!(await confirm(t('empty.title'), t('empty.sentence'), t('empty')))) return
  await attempt(async () => {
    await destroyAll()
    say(t('did.empty'))
  })
}

export async function renameTo(node: FileNode, name: string): Promise<void> {
  renaming.set(undefined)
  if (name === node.name) return
  const step = await attempt(() => rename(node, name))
  if (step) sayUndoable(t('did.rename', { name }), step)
}

export async function newFolder(folder: FileNode): Promise<FileNode | undefined> {
  let made: FileNode | undefined
  await showDialog(close => (
    <Suspense fallback={null}>
      <NewFolderDialog
        close={close}
        create={async name => {
          const { node, step } = await makeFolder(folder.id, name)
          made = node
          sayUndoable(t('did.folder', { name }), step)
        }}
      />
    </Suspense>
  ))
  return made
}

export const toggleStar = (nodes: readonly FileNode[]) => attempt(() => star(nodes, !nodes.every(node => node.starred)))
export const save = (nodes: readonly FileNode[], name: string) => attempt(() => download(nodes, name))

/** Asks where, then moves or copies. */
export function chooseFolder(nodes: readonly FileNode[], act: 'move' | 'copy', start?: FileNode): Promise<void> {
  return showDialog(close => (
    <Suspense fallback={null}>
      <FolderDialog
        title={t(act === 'move' ? 'move.title' : 'copy.title', { what: named(nodes) })}
        action={t(act === 'move' ? 'move.here' : 'copy.here')}
        nodes={act === 'move' ? nodes : []}
        start={start}
        close={close}
        onChoose={folder => void (act === 'move' ? moveInto(nodes, folder) : copyInto(nodes, folder))}
      />
    </Suspense>
  ), 'large')
}

export function hold(nodes: readonly FileNode[], is_cut: boolean): void {
  clipboard.set({ is_cut, nodes })
  say(t(is_cut ? 'did.cut' : 'did.hold', { what: named(nodes), n: nodes.length }))
}

export async function paste(folder: FileNode): Promise<void> {
  const held = clipboard.get()
  if (!held) return
  if (held.is_cut) {
    clipboard.set(undefined)
    await moveInto(held.nodes.filter(node => node.dir_id !== folder.id), folder)
  } else await copyInto(held.nodes, folder)
}
