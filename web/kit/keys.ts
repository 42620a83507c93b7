// Keys as they are written in the code (`Mod+K`, `F2`, `g h`), matched and shown. Pure.
import { t } from './t'

export type Stroke = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

/** Does the key pressed fit one chord? `Mod` is Ctrl or ⌘. Letters ignore Shift unless it is asked for. */
export function fits(chord: string, stroke: Stroke): boolean {
  const pieces = chord.split('+')
  const key = pieces.pop()!
  const has = (name: string) => pieces.includes(name)
  if (has('Mod') !== (stroke.ctrlKey || stroke.metaKey) || has('Alt') !== stroke.altKey) return false
  const is_sign = key.length === 1 && !/[a-z0-9]/i.test(key)
  if (!is_sign && has('Shift') !== stroke.shiftKey) return false
  return stroke.key.toLowerCase() === (key === 'Space' ? ' ' : key.toLowerCase())
}

/** A single character without Ctrl: the kind that people may switch off (WCAG 2.1.4). */
export const isSingleKey = (keys: string): boolean => keys.split(' ').every(chord => chord.length === 1)

const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform)

/** The caps to draw for some keys, in the language of the page. */
export function keyNames(keys: string): string[] {
  const named: Record<string, () => string> = {
    Mod: () => (isMac() ? '⌘' : t('keys.ctrl')), Shift: () => t('keys.shift'), Alt: () => t('keys.alt'), Delete: () => t('keys.delete'),
    Escape: () => t('keys.escape'), Enter: () => t('keys.enter'), Space: () => t('keys.space'), ArrowUp: () => '↑', ArrowDown: () => '↓',
    ArrowLeft: () => '←', ArrowRight: () => '→',
  }
  return keys.split(' ').flatMap((chord, index) => [
    ...(index ? [t('keys.then')] : []),
    ...chord.split('+').map(key => named[key]?.() ?? (key.length === 1 ? key.toUpperCase() : key)),
  ])
}
