import type { FileNode } from '@/api/node'
import type { Place } from '@/data/listing'
import { go, withQuery } from '@/kit/route'
import { save } from './acts'
import { addressOf, previewOf } from './model'
import { showPanel } from './view'

/** Opens a folder, shows a file, downloads what cannot be shown. In the trash it only says what it is. */
export function open(node: FileNode, place: Place): void {
  if (place.kind === 'trash') showPanel(true)
  else if (node.is_folder) go(addressOf(node.id))
  else if (previewOf(node) === 'none') void save([node], node.name)
  else go(withQuery(new URL(location.href), 'view', node.id))
}
