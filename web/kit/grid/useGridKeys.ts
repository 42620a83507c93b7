// The keyboard of a grid: arrows, pages, type-ahead, selection.
import { useRef, type KeyboardEvent } from 'react'
import { isCommandKey } from '../commands'
import { all, clear, extend, focus, stepTo, toggle, typedTo, type Selection, type Step } from './selection'

export type GridKeys = {
  order: readonly string[]
  names: () => readonly string[]
  selection: Selection
  lanes: number
  page_rows: number
  collator: () => Intl.Collator
  onSelection: (next: Selection) => void
  onFocus: (id: string) => void
  onOpen: (id: string) => void
}

const STEPS: Record<string, Step> = {
  ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right', Home: 'home', End: 'end', PageUp: 'pageUp', PageDown: 'pageDown',
}
const TYPING_MS = 900

export function useGridKeys(grid: GridKeys) {
  const typed = useRef({ text: '', at_ms: 0 })
  return (event: KeyboardEvent): void => {
    const { order, selection, lanes, onSelection, onFocus } = grid
    if (event.target instanceof Element && event.target.closest('input, textarea, [role=menu]')) return
    if (!order.length || event.altKey) return
    const on_row = event.target instanceof Element && event.target.getAttribute('role') === 'row'
    const at = Math.max(0, order.indexOf(selection.current ?? ''))
    const mod = event.ctrlKey || event.metaKey
    const step = STEPS[event.key]
    if (step && (lanes > 1 || (step !== 'left' && step !== 'right'))) {
      const id = order[stepTo(at, step, order.length, lanes, grid.page_rows)]!
      onSelection(event.shiftKey ? extend(selection, order, id) : focus(selection, id))
      onFocus(id)
    } else if (mod && event.key.toLowerCase() === 'a') onSelection(all(selection, order))
    else if (event.key === 'Escape' && selection.ids.size) onSelection(clear(selection))
    else if (event.key === 'Enter' && on_row && !mod && selection.current) grid.onOpen(selection.current)
    else if (event.key === ' ' && on_row && !isTyping(typed.current) && selection.current) {
      onSelection(event.shiftKey ? extend(selection, order, selection.current) : toggle(selection, selection.current))
    } else if (event.key.length === 1 && !mod && on_row) {
      const is_on = isTyping(typed.current)
      // a letter that is a command of the screen (N, U…) is left to it; Shift begins a name all the same
      if (!is_on && isCommandKey(event.nativeEvent)) return
      const text = is_on ? typed.current.text + event.key : event.key
      const found = typedTo(grid.names(), at, text, grid.collator())
      typed.current = { text, at_ms: performance.now() }
      if (found !== -1) {
        onSelection(focus(selection, order[found]!))
        onFocus(order[found]!)
      }
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
}

const isTyping = (typed: { text: string; at_ms: number }) => typed.text !== '' && performance.now() - typed.at_ms < TYPING_MS
