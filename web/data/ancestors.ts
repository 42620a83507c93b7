// The way from the root to a folder. Most of it is already on some screen; the rest is asked once.
import { getNode } from '@/api/files'
import { ROOT, TRASH, type FileNode } from '@/api/node'
import { known } from './listings'

const DEPTH_MAX = 100

/** The folders above `node`, the root first. */
export async function ancestors(node: FileNode): Promise<FileNode[]> {
  const above: FileNode[] = []
  for (let id = node.dir_id; id && node.id !== ROOT && above.length < DEPTH_MAX; ) {
    const parent: FileNode = known(id) ?? (await getNode(id))
    above.unshift(parent)
    if (parent.id === ROOT || parent.id === TRASH) break
    id = parent.dir_id
  }
  return above
}
