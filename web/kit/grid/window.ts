// Which rows of a long list are drawn. Pure.
export type Box = { count: number; lanes: number; row_px: number; view_px: number; scroll_px: number }

const MARGIN_ROWS = 6

/** First and last+1 index to draw, with some rows to spare on both sides. */
export function visible({ count, lanes, row_px, view_px, scroll_px }: Box): [start: number, end: number] {
  const first = Math.max(0, Math.floor(scroll_px / row_px) - MARGIN_ROWS)
  const last = Math.ceil((scroll_px + view_px) / row_px) + MARGIN_ROWS
  return [Math.min(count, first * lanes), Math.min(count, last * lanes)]
}

/** Where to scroll so that a row is fully seen; the same place when it is. */
export function scrollFor(index: number, { lanes, row_px, view_px, scroll_px }: Box): number {
  const start = Math.floor(index / lanes) * row_px
  if (start < scroll_px) return start
  if (start + row_px > scroll_px + view_px) return start + row_px - view_px
  return scroll_px
}
