import { describe, expect, it } from 'vitest'
import { scrollFor, visible } from './window'

const box = { count: 10_000, lanes: 1, row_px: 48, view_px: 480, scroll_px: 0 }

describe('what is drawn', () => {
  it('at the top', () => expect(visible(box)).toEqual([0, 16]))
  it('in the middle', () => expect(visible({ ...box, scroll_px: 48_000 })).toEqual([994, 1016]))
  it('never past the end', () => expect(visible({ ...box, scroll_px: 480_000 })).toEqual([9994, 10_000]))
  it('in rows of tiles', () => expect(visible({ ...box, lanes: 5, row_px: 200 })).toEqual([0, 45]))
  it('draws few rows of many', () => expect(visible({ ...box, count: 1_000_000, scroll_px: 4_800_000 }).reduce((a, b) => b - a)).toBeLessThan(30))
})

describe('bringing a row into view', () => {
  it('stays when it is seen', () => expect(scrollFor(3, box)).toBe(0))
  it('down to it', () => expect(scrollFor(20, box)).toBe(21 * 48 - 480))
  it('up to it', () => expect(scrollFor(2, { ...box, scroll_px: 4800 })).toBe(96))
})
