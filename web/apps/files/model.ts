// What Files knows without asking anybody. Pure.
import { ROOT, TRASH, type FileNode } from '@/api/node'
import type { Place } from '@/data/listing'

export type Here = { place: Place; view?: string }

/** The place and the open file that an address stands for. */
export function hereAt({ pathname, searchParams }: URL): Here {
  const wanted = decodeURIComponent(pathname.split('/')[3] ?? '')
  const view = searchParams.get('view') ?? undefined
  if (wanted === 'trash' || wanted === TRASH) return { place: { kind: 'trash' }, view }
  if (wanted === 'recent') return { place: { kind: 'recent' }, view }
  return { place: { kind: 'folder', id: wanted || ROOT }, view }
}

export const addressOf = (folder_id: string): string =>
  folder_id === ROOT ? '/~/files' : folder_id === TRASH ? '/~/files/trash' : `/~/files/${encodeURIComponent(folder_id)}`

export type Preview = 'image' | 'text' | 'pdf' | 'video' | 'audio' | 'none'

const IMAGES = /^image\/(jpeg|png|gif|webp|avif|svg\+xml|bmp|x-icon)$/
const TEXT_BYTES_MAX = 2_000_000

/** How a file can be shown here; `none` is downloaded instead. */
export function previewOf({ class: kind, mime, size_bytes }: Pick<FileNode, 'class' | 'mime' | 'size_bytes'>): Preview {
  if (IMAGES.test(mime)) return 'image'
  if (mime === 'application/pdf' || kind === 'pdf') return 'pdf'
  if (kind === 'video' || kind === 'audio') return kind
  if ((kind === 'text' || kind === 'code' || mime.startsWith('text/')) && size_bytes <= TEXT_BYTES_MAX) return 'text'
  return 'none'
}

/** May these go into that folder? Not into themselves, nor where they already are. */
export function mayMove(nodes: readonly FileNode[], folder: Pick<FileNode, 'id' | 'path'>): boolean {
  return nodes.every(node =>
    node.id !== folder.id && node.dir_id !== folder.id && !(node.is_folder && node.path !== '' && `${folder.path}/`.startsWith(`${node.path}/`)))
}

/** `report.pdf` → `report (copy).pdf`, then `report (copy 2).pdf`: a name that is free among `taken`. */
export function copyName(name: string, taken: ReadonlySet<string>, copy_word: string): string {
  if (!taken.has(name)) return name
  const match = /^(.+?)(\.tar\.[a-z0-9]+|\.[^.\s]{1,12})?$/i.exec(name)
  const [stem, ending] = match ? [match[1]!, match[2] ?? ''] : [name, '']
  for (let count = 1; ; count++) {
    const wanted = `${stem} (${copy_word}${count > 1 ? ` ${count}` : ''})${ending}`
    if (!taken.has(wanted)) return wanted
  }
}

/** The part of a name that renaming should select: without the ending, but for folders and dot files. */
export function stemLength(name: string, is_folder: boolean): number {
  const dot = name.lastIndexOf('.')
  return is_folder || dot <= 0 ? name.length : dot
}

export type NameFault = 'empty' | 'slash' | 'dots' | 'long'
const NAME_BYTES_MAX = 255

/** Why a name cannot be used; nothing when it can. */
export function nameFault(name: string): NameFault | undefined {
  if (!name.trim()) return 'empty'
  if (name.includes('/') || name.includes('\0')) return 'slash'
  if (name === '.' || name === '..') return 'dots'
  return new TextEncoder().encode(name).length > NAME_BYTES_MAX ? 'long' : undefined
}

/** The neighbour to show next in the viewer; it goes round. */
export function neighbour(rows: readonly FileNode[], id: string, step: 1 | -1): FileNode | undefined {
  const files = rows.filter(row => !row.is_folder)
  const at = files.findIndex(row => row.id === id)
  return at === -1 || files.length < 2 ? undefined : files[(at + step + files.length) % files.length]
}
