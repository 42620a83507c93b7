// One folder (or the trash, or the recent files) in memory: its order, and how changes fold into it. Pure.
import type { Sort } from '@/api/files'
import { generation, ROOT, TRASH, type FileNode } from '@/api/node'

export type Place = { kind: 'folder'; id: string } | { kind: 'trash' } | { kind: 'recent' }
export type Order = { by: 'name' | 'updated_at' | 'size'; is_down: boolean }
export type Compare = (a: FileNode, b: FileNode) => number
export type Fold = { id: string; deleted: boolean; node?: FileNode }

export const placeKey = (place: Place): string => (place.kind === 'folder' ? place.id : place.kind)
export const placeOf = (folder_id: string): Place => (folder_id === TRASH ? { kind: 'trash' } : { kind: 'folder', id: folder_id })
export const isRoot = (place: Place): boolean => place.kind === 'folder' && place.id === ROOT
export const sortWord = ({ by, is_down }: Order): Sort => `${is_down ? '-' : ''}${by}` as Sort

/** The order of a listing: folders first, then the wanted column, then the name, then the id so that it is total. */
export function comparing(order: Order, names: Intl.Collator): Compare {
  const sign = order.is_down ? -1 : 1
  return (a, b) => {
    if (a.is_folder !== b.is_folder) return a.is_folder ? -1 : 1
    const by_column = order.by === 'size' ? a.size_bytes - b.size_bytes : order.by === 'updated_at' ? a.updated_ms - b.updated_ms : 0
    return sign * (by_column || names.compare(a.name, b.name)) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  }
}

export const newestFirst: Compare = (a, b) => b.updated_ms - a.updated_ms || (a.id < b.id ? -1 : 1)

/** Where `node` goes in rows that are already in order. */
export function slot(rows: readonly FileNode[], node: FileNode, compare: Compare): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(rows[middle]!, node) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Does this node belong on the screen of that place? */
export function belongs(place: Place, node: FileNode): boolean {
  if (place.kind === 'folder') return !node.trashed && node.dir_id === place.id
  if (place.kind === 'recent') return !node.trashed && !node.is_folder
  return node.trashed && node.dir_id === TRASH
}

const MANY = 64

/** The rows after some changes; the same array when nothing on this screen moved. */
export function fold(rows: readonly FileNode[], place: Place, changes: readonly Fold[], compare: Compare): readonly FileNode[] {
  const known = new Map(rows.map(row => [row.id, row]))
  const gone = new Set<string>()
  const placed = new Map<string, FileNode>()
  for (const { id, deleted, node } of changes) {
    const before = placed.get(id) ?? known.get(id)
    // an older revision than the one on screen is news from the past
    if (node && before && generation(node.rev) < generation(before.rev)) continue
    if (deleted || !node || !belongs(place, node)) {
      placed.delete(id)
      if (known.has(id)) gone.add(id)
    } else {
      placed.set(id, node)
      if (known.has(id)) gone.add(id)
    }
  }
  if (!gone.size && !placed.size) return rows
  const kept = gone.size ? rows.filter(row => !gone.has(row.id)) : [...rows]
  if (placed.size > MANY) return [...kept, ...placed.values()].sort(compare)
  for (const node of placed.values()) kept.splice(slot(kept, node, compare), 0, node)
  return kept
}
