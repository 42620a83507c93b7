// A folder is as large as what is in it, but a change deep inside is no change of the folder itself:
// the folders on screen that lie above a change are read again, once things are quiet.
import { getNode } from '@/api/files'
import { onChanges } from './changes'
import { applyChanges, foldersAbove } from './listings'

const QUIET_MS = 1200
const FOLDERS_PER_ROUND = 20

/** Starts keeping sizes true; returns the way to stop. */
export function followSizes(): () => void {
  const paths = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const read = async () => {
    const folders = foldersAbove([...paths]).slice(0, FOLDERS_PER_ROUND)
    paths.clear()
    const nodes = await Promise.all(folders.map(({ id }) => getNode(id).catch(() => undefined)))
    applyChanges(nodes.flatMap(node => (node ? [{ id: node.id, deleted: false, node }] : [])))
  }
  const stop = onChanges(changes => {
    for (const { node } of changes) if (node?.path) paths.add(node.restore_path ?? node.path)
    clearTimeout(timer)
    timer = setTimeout(() => void read(), QUIET_MS)
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}
