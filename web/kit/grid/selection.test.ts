import { describe, expect, it } from 'vitest'
import { all, clear, extend, focus, NOTHING, only, stepTo, survive, toggle, typedTo } from './selection'

const ORDER = ['a', 'b', 'c', 'd', 'e']
const ids = (selection: { ids: ReadonlySet<string> }) => [...selection.ids].sort().join('')

describe('selection', () => {
  it('toggles', () => expect(ids(toggle(toggle(toggle(NOTHING, 'a'), 'c'), 'a'))).toBe('c'))
  it('extends from the anchor, both ways', () => {
    expect(ids(extend(only('c'), ORDER, 'e'))).toBe('cde')
    expect(ids(extend(extend(only('c'), ORDER, 'e'), ORDER, 'a'))).toBe('abc')
  })
  it('extends from the row with the keyboard when nothing was selected', () => expect(ids(extend(focus(NOTHING, 'b'), ORDER, 'd'))).toBe('bcd'))
  it('keeps the rest when asked', () => expect(ids(extend({ ids: new Set(['a']), anchor: 'c' }, ORDER, 'd', true))).toBe('acd'))
  it('all and none', () => {
    expect(ids(all(NOTHING, ORDER))).toBe('abcde')
    expect(clear(only('b'))).toMatchObject({ current: 'b' })
  })
  it('forgets rows that left and moves the keyboard to the next one', () => {
    const next = survive({ ids: new Set(['b', 'c']), current: 'b', anchor: 'b' }, ORDER, ['a', 'c', 'd', 'e'])
    expect([ids(next), next.current, next.anchor]).toEqual(['c', 'c', undefined])
  })
  it('moves the keyboard up when the last row left', () => expect(survive(only('e'), ORDER, ['a', 'b']).current).toBe('b'))
  it('is the same object when nothing changed', () => {
    const before = only('a')
    expect(survive(before, ORDER, ['a', 'z'])).toBe(before)
  })
})

describe('steps', () => {
  it('walks a list', () => expect([stepTo(0, 'down', 5, 1, 3), stepTo(4, 'down', 5, 1, 3), stepTo(0, 'up', 5, 1, 3), stepTo(0, 'pageDown', 5, 1, 3)]).toEqual([1, 4, 0, 3]))
  it('walks tiles', () => expect([stepTo(1, 'down', 7, 3, 2), stepTo(1, 'up', 7, 3, 2), stepTo(5, 'down', 7, 3, 2), stepTo(2, 'right', 7, 3, 2)]).toEqual([4, 1, 6, 3]))
  it('goes to the ends', () => expect([stepTo(3, 'home', 9, 1, 3), stepTo(3, 'end', 9, 1, 3)]).toEqual([0, 8]))
})

describe('typing a name', () => {
  const names = ['Administratif', 'Budget', 'budget 2', 'Recette', 'Réunion']
  const find = (at: number, typed: string) => typedTo(names, at, typed, new Intl.Collator('fr', { sensitivity: 'base' }))
  it('finds by beginning, without accents or case', () => expect(find(0, 'reu')).toBe(4))
  it('walks with one repeated letter', () => expect([find(0, 'r'), find(3, 'rr')]).toEqual([3, 4]))
  it('goes round', () => expect(find(4, 'a')).toBe(0))
  it('says when there is none', () => expect(find(0, 'z')).toBe(-1))
})
