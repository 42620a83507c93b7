import type { FileNode } from '@/api/node'
import { uploads } from '@/data/upload/queue'

/** Opens the browser's own file chooser and uploads what was chosen. */
export function pickFiles(folder: FileNode, what: 'files' | 'folder'): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.webkitdirectory = what === 'folder'
  input.addEventListener('change', () => uploads.pick(folder, input.files ?? []))
  input.click()
}
