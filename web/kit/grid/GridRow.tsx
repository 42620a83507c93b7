import { useRef, type CSSProperties, type DragEvent, type MouseEvent, type PointerEvent, type ReactNode } from 'react'
import { useDrop, type DropRule } from '../drop'
import { extend, focus, toggle, type Selection } from './selection'
import s from './Grid.module.css'

export type RowState = { is_selected: boolean; is_current: boolean; is_selecting: boolean; toggle: () => void }
export type RowDraw<T> = (row: T, state: RowState) => ReactNode
export type RowHandlers<T> = {
  is_draggable?: (row: T) => boolean
  onDragStart?: (row: T, event: DragEvent<HTMLElement>) => void
  onDragEnd?: () => void
  /** What may be dropped on this row; nothing when it is not a place to drop on. */
  dropOn?: (row: T) => DropRule | undefined
  onContextMenu?: (row: T, event: MouseEvent<HTMLElement>) => void
}

type Props<T> = {
  row: T
  id: string
  index: number
  top_px: number
  height_px: number
  lane: number
  lanes: number
  is_current: boolean
  selection: Selection
  order: readonly string[]
  onSelection: (next: Selection) => void
  onOpen: (row: T) => void
  draw: RowDraw<T>
  handlers?: RowHandlers<T>
}

const LONG_PRESS_MS = 450
const isControl = (target: EventTarget) => target instanceof Element && target.closest('button, a, input, [data-control]') !== null

export function GridRow<T>(props: Props<T>) {
  const { row, id, selection, order, onSelection, handlers } = props
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; was_long: boolean; x: number; y: number }>(undefined)
  const drop = useDrop(handlers?.dropOn?.(row))
  const is_selected = selection.ids.has(id)
  const is_selecting = selection.ids.size > 0

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.pointerType === 'mouse' || isControl(event.target)) return
    const mine = { timer: setTimeout(() => {
      mine.was_long = true
      onSelection(toggle(selection, id))
    }, LONG_PRESS_MS), was_long: false, x: event.clientX, y: event.clientY }
    press.current = mine
  }
  const onPointerMove = (event: PointerEvent) => {
    const began = press.current
    if (began && Math.hypot(event.clientX - began.x, event.clientY - began.y) > 10) clearTimeout(began.timer)
  }
  const onPointerEnd = () => clearTimeout(press.current?.timer)

  const onClick = (event: MouseEvent<HTMLElement>) => {
    const was_long = press.current?.was_long
    press.current = undefined
    if (was_long || isControl(event.target) || event.defaultPrevented) return
    if (event.shiftKey) onSelection(extend(selection, order, id, event.ctrlKey || event.metaKey))
    else if (event.ctrlKey || event.metaKey || is_selecting) onSelection(toggle(selection, id))
    else {
      onSelection(focus(selection, id))
      props.onOpen(row)
    }
  }

  const is_draggable = handlers?.is_draggable?.(row) ?? false
  return (
    <div
      role="row" tabIndex={props.is_current ? 0 : -1} className={s.row} data-row={id}
      aria-rowindex={props.index + 1} aria-selected={is_selected} data-selected={is_selected || undefined} data-selecting={is_selecting || undefined}
      style={{ '--top': `${props.top_px}px`, '--height': `${props.height_px}px`, '--lane': props.lane, '--lanes': props.lanes } as CSSProperties}
      draggable={is_draggable || undefined}
      onDragStart={event => handlers?.onDragStart?.(row, event)}
      onDragEnd={handlers?.onDragEnd}
      onClick={onClick} onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerEnd} onPointerCancel={onPointerEnd}
      onContextMenu={event => handlers?.onContextMenu?.(row, event)}
      onFocus={event => event.target === event.currentTarget && !props.is_current && onSelection(focus(selection, id))}
      {...drop.props}
    >
      {props.draw(row, { is_selected, is_selecting, is_current: props.is_current, toggle: () => onSelection(toggle(selection, id)) })}
    </div>
  )
}
