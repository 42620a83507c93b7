// A long list or a wall of tiles: only what is seen is drawn, ten thousand rows cost as much as twenty.
// A click opens; the box, Ctrl, Shift or a long press selects.
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { collator } from '../i18n/units'
import { GridRow, type RowDraw, type RowHandlers } from './GridRow'
import { survive, type Selection } from './selection'
import { useGridKeys } from './useGridKeys'
import { useViewport } from './useViewport'
import { scrollFor, visible, type Box } from './window'
import s from './Grid.module.css'

type Props<T> = {
  label: string
  rows: readonly T[]
  idOf: (row: T) => string
  nameOf: (row: T) => string
  selection: Selection
  onSelection: (next: Selection) => void
  onOpen: (row: T) => void
  /** The wished width of a tile; without it, a list. */
  tile_px?: number
  row_px: number
  head?: ReactNode
  empty?: ReactNode
  draw: RowDraw<T>
  handlers?: RowHandlers<T>
  onEnd?: () => void
}

const TILE_TEXT_PX = 64

export function Grid<T>(props: Props<T>) {
  const { rows, idOf, selection, onSelection, tile_px, onEnd } = props
  const { ref, viewport } = useViewport()
  const [wanted_focus, setWantedFocus] = useState<string>()
  const order = useMemo(() => rows.map(idOf), [rows, idOf])
  const lanes = tile_px ? Math.max(2, Math.floor(viewport.width_px / tile_px)) : 1
  const row_px = tile_px ? (viewport.width_px / lanes) * 0.72 + TILE_TEXT_PX : props.row_px
  const box: Box = { count: rows.length, lanes, row_px, ...viewport }
  const [start, end] = visible(box)

  const before = useRef(order)
  useLayoutEffect(() => {
    if (before.current === order) return
    const next = survive(selection, before.current, order)
    // the focused row left: the keyboard must not fall to the page
    const had_focus = ref.current?.contains(document.activeElement) || document.activeElement === document.body
    before.current = order
    if (next === selection) return
    onSelection(next)
    if (had_focus && next.current !== selection.current) setWantedFocus(next.current)
  }, [order, selection, onSelection, ref])

  const reveal = (id: string) => {
    const to = scrollFor(order.indexOf(id), box)
    if (ref.current && to !== ref.current.scrollTop) ref.current.scrollTop = to
    setWantedFocus(id)
  }

  useEffect(() => {
    if (wanted_focus === undefined) return
    const row = ref.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(wanted_focus)}"]`)
    if (!row) return
    row.focus({ preventScroll: true })
    setWantedFocus(undefined)
  }, [wanted_focus, start, end, ref])

  useEffect(() => {
    if (end >= rows.length) onEnd?.()
  }, [end, rows.length, onEnd])

  const onKeyDown = useGridKeys({
    order, lanes, selection, onSelection, collator,
    names: () => rows.map(props.nameOf),
    page_rows: Math.max(1, Math.floor(viewport.view_px / row_px) - 1),
    onFocus: reveal,
    onOpen: id => props.onOpen(rows[order.indexOf(id)]!),
  })

  const current = selection.current !== undefined && order.includes(selection.current) ? selection.current : order[0]
  const current_at = current === undefined ? -1 : order.indexOf(current)
  const drawn: number[] = Array.from({ length: end - start }, (_, step) => start + step)
  // the row with the keyboard stays in the page when it is scrolled away
  if (current_at !== -1 && (current_at < start || current_at >= end)) drawn.push(current_at)

  return (
    <div className={s.grid} role="grid" aria-label={props.label} aria-multiselectable aria-rowcount={rows.length + (props.head ? 1 : 0)} onKeyDown={onKeyDown} data-tiles={tile_px ? '' : undefined}>
      {props.head}
      <div ref={ref} className={s.scroll} role="rowgroup" tabIndex={-1}>
        {rows.length === 0 && props.empty && <div role="row" className={s.empty}><div role="gridcell">{props.empty}</div></div>}
        <div className={s.canvas} role="presentation" style={{ blockSize: Math.ceil(rows.length / lanes) * row_px }}>
          {drawn.map(index => (
            <GridRow
              key={order[index]} row={rows[index]!} id={order[index]!} index={index + (props.head ? 1 : 0)}
              top_px={Math.floor(index / lanes) * row_px} height_px={row_px} lane={index % lanes} lanes={lanes}
              is_current={order[index] === current} selection={selection} order={order}
              onSelection={onSelection} onOpen={props.onOpen} draw={props.draw} handlers={props.handlers}
            />
          ))}
        </div>
      </div>
    </div>
  )
}
