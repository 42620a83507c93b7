import { describe, expect, it } from 'vitest'
import { fits, isSingleKey, type Stroke } from './keys'

const stroke = (key: string, held: Partial<Stroke> = {}): Stroke => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held })

describe('keys', () => {
  it('Mod is Ctrl or ⌘', () => {
    expect(fits('Mod+K', stroke('k', { ctrlKey: true }))).toBe(true)
    expect(fits('Mod+K', stroke('k', { metaKey: true }))).toBe(true)
    expect(fits('Mod+K', stroke('k'))).toBe(false)
  })
  it('a plain letter does not fire with Ctrl', () => expect(fits('n', stroke('n', { ctrlKey: true }))).toBe(false))
  it('a plain letter does not fire with Shift', () => expect(fits('n', stroke('N', { shiftKey: true }))).toBe(false))
  it('signs do not mind Shift', () => expect(fits('?', stroke('?', { shiftKey: true }))).toBe(true))
  it('named keys', () => expect(fits('Alt+ArrowUp', stroke('ArrowUp', { altKey: true }))).toBe(true))
  it('knows the single keys that people may switch off', () => expect(['n', 'g h', '?', 'F2', 'Mod+K', 'Delete'].map(isSingleKey)).toEqual([true, true, true, false, false, false]))
})
