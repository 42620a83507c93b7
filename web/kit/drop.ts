// A place to drop things on: knows when something acceptable hovers over it.
import { useRef, useState, type DragEvent } from 'react'

export type DropRule = {
  /** The effect to show, or nothing when this may not be dropped here. */
  accepts: (event: DragEvent) => 'copy' | 'move' | undefined
  onDrop: (event: DragEvent) => void
  /** Called after something hovered for a while: folders open themselves. */
  onLinger?: () => void
}

const LINGER_MS = 700

export const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')

export function useDrop(rule: DropRule | undefined) {
  const [is_over, setOver] = useState(false)
  const depth = useRef(0)
  const linger = useRef<ReturnType<typeof setTimeout>>(undefined)
  const leave = () => {
    depth.current = 0
    clearTimeout(linger.current)
    setOver(false)
  }
  if (!rule) return { is_over: false, props: {} }
  return {
    is_over,
    props: {
      'data-drop': is_over || undefined,
      onDragEnter: (event: DragEvent) => {
        if (!rule.accepts(event)) return
        event.preventDefault()
        event.stopPropagation()
        if (depth.current++ === 0) {
          setOver(true)
          if (rule.onLinger) linger.current = setTimeout(rule.onLinger, LINGER_MS)
        }
      },
      onDragOver: (event: DragEvent) => {
        const effect = rule.accepts(event)
        if (!effect) return
        event.preventDefault()
        event.stopPropagation()
        event.dataTransfer.dropEffect = effect
      },
      onDragLeave: (event: DragEvent) => {
        if (!rule.accepts(event)) return
        event.stopPropagation()
        if (--depth.current <= 0) leave()
      },
      onDrop: (event: DragEvent) => {
        if (!rule.accepts(event)) return
        event.preventDefault()
        event.stopPropagation()
        leave()
        rule.onDrop(event)
      },
    },
  }
}
