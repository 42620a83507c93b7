// Dragging files inside the page and from the desktop onto folders.
import type { DragEvent } from 'react'
import { TRASH, type FileNode } from '@/api/node'
import { uploads } from '@/data/upload/queue'
import { hasFiles, type DropRule } from '@/kit/drop'
import { go } from '@/kit/route'
import { copyInto, moveInto, toTrash } from './acts'
import { addressOf, mayMove } from './model'
import s from './files.module.css'

const TYPE = 'application/x-abri-files'
let dragged: readonly FileNode[] = []

const isOurs = (event: DragEvent) => event.dataTransfer.types.includes(TYPE)

export function startDrag(nodes: readonly FileNode[], event: DragEvent): void {
  dragged = nodes
  event.dataTransfer.effectAllowed = 'copyMove'
  event.dataTransfer.setData(TYPE, '')
  event.dataTransfer.setData('text/plain', nodes.map(node => node.name).join('\n'))
  const image = stack(nodes)
  document.body.append(image)
  event.dataTransfer.setDragImage(image, 18, 18)
  // the browser takes its picture at the end of this turn
  setTimeout(() => image.remove())
}

export const endDrag = (): void => {
  dragged = []
}

/** The rows in hand, as a card with their number. */
function stack(nodes: readonly FileNode[]): HTMLElement {
  const image = document.createElement('div')
  image.className = s.dragged!
  image.dataset.many = String(nodes.length > 1)
  image.textContent = nodes[0]!.name
  const count = document.createElement('b')
  count.textContent = String(nodes.length)
  image.append(count)
  return image
}

/** A folder as a place to drop on: files from the desktop are uploaded, ours are moved (copied with Ctrl). */
export function onFolder(folder: FileNode, opens = false): DropRule {
  return {
    accepts: event => {
      if (isOurs(event)) return mayMove(dragged, folder) ? (event.ctrlKey ? 'copy' : 'move') : undefined
      return hasFiles(event) ? 'copy' : undefined
    },
    onDrop: event => {
      if (!isOurs(event)) return uploads.drop(folder, event.dataTransfer)
      if (event.ctrlKey) void copyInto(dragged, folder)
      else void moveInto(dragged, folder)
    },
    onLinger: opens ? () => go(addressOf(folder.id)) : undefined,
  }
}

export const onTrash: DropRule = {
  accepts: event => (isOurs(event) && dragged.every(node => node.dir_id !== TRASH) ? 'move' : undefined),
  onDrop: () => void toTrash(dragged),
}

/** Files dropped beside every target must not make the browser leave the page. */
export function guardPage(): () => void {
  const stop = (event: Event) => event.preventDefault()
  addEventListener('dragover', stop)
  addEventListener('drop', stop)
  return () => {
    removeEventListener('dragover', stop)
    removeEventListener('drop', stop)
  }
}
