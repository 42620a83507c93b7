// The folders of the side tree and of the move dialog, read when they are opened.
import { getPage } from '@/api/files'
import { ROOT, type FileNode } from '@/api/node'
import { collator } from '@/kit/i18n/units'
import { onChanges } from './changes'
import { Live } from './live'

const PAGE_ROWS = 500

export type FolderTree = ReadonlyMap<string, readonly FileNode[]>
export const tree = new Live<FolderTree>(new Map())

/** Reads the folders inside a folder; folders come first, so it stops at the first file. */
async function read(id: string): Promise<FileNode[]> {
  const folders: FileNode[] = []
  for (let next: string | undefined, is_first = true; is_first || next; is_first = false) {
    const page = await getPage(id, 'name', PAGE_ROWS, next)
    folders.push(...page.rows.filter(row => row.is_folder))
    next = page.rows.at(-1)?.is_folder ? page.next : undefined
  }
  return folders
}

export async function openFolder(id: string): Promise<void> {
  const folders = await read(id).catch(() => undefined)
  if (!folders) return
  const names = collator()
  folders.sort((a, b) => names.compare(a.name, b.name))
  tree.update(now => new Map(now).set(id, folders))
}

export async function openFolderOnce(id: string): Promise<void> {
  if (!tree.get().has(id)) await openFolder(id)
}

/** Keeps the open folders true; returns the way to stop. */
export function followTree(): () => void {
  void openFolder(ROOT)
  return onChanges(changes => {
    const open = tree.get()
    const shown = new Map([...open].flatMap(([parent, folders]) => folders.map(folder => [folder.id, parent] as const)))
    const stale = new Set<string>()
    for (const { id, node } of changes) {
      const before = shown.get(id)
      if (before) stale.add(before)
      if (node?.is_folder && open.has(node.dir_id)) stale.add(node.dir_id)
    }
    for (const id of stale) void openFolder(id)
  })
}
