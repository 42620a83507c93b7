// Makes the folders that files wait for, each once, however many files want it.
import { ApiError } from '@/api/client'
import { addFolder, getNodeAt } from '@/api/files'

export type FolderMaker = (path: string) => Promise<string>

export const join = (dir_path: string, path: string): string => `${dir_path === '/' ? '' : dir_path}/${path}`

/** A function from a relative folder path to its id; the empty path is the folder dropped on. */
export function folderMaker(dir_id: string, dir_path: string): FolderMaker {
  const ids = new Map<string, Promise<string>>()
  const make = async (path: string): Promise<string> => {
    if (!path) return dir_id
    const cut = path.lastIndexOf('/')
    const parent = await ensure(cut === -1 ? '' : path.slice(0, cut))
    try {
      return (await addFolder(parent, path.slice(cut + 1))).id
    } catch (error) {
      // already there: the dropped folder is merged into it
      if (!(error instanceof ApiError && error.code === 'exists')) throw error
      const node = await getNodeAt(join(dir_path, path))
      if (!node.is_folder) throw error
      return node.id
    }
  }
  const ensure = (path: string): Promise<string> => {
    let id = ids.get(path)
    if (!id) {
      id = make(path)
      // a failure is not remembered: the next try may have a line again
      id.catch(() => ids.delete(path))
      ids.set(path, id)
    }
    return id
  }
  return ensure
}
