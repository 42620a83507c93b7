// What can be done from here: each screen tells, the palette lists, the keys run.
import { useEffect } from 'react'
import type { LucideIcon } from 'lucide-react'
import { Live } from '@/data/live'
import { dialogs } from './dialogs'
import { fits, isSingleKey } from './keys'

export type Command = { id: string; label: string; icon: LucideIcon; keys?: string; run: () => void; is_hidden?: boolean; group?: string }

const SEQUENCE_MS = 1200
const SINGLE_KEYS = 'abri.keys.single'

const sources = new Map<symbol, Command[]>()
export const commands = new Live<readonly Command[]>([])
export const single_keys = new Live(localStorage.getItem(SINGLE_KEYS) !== 'off')

export function allowSingleKeys(on: boolean): void {
  single_keys.set(on)
  localStorage.setItem(SINGLE_KEYS, on ? 'on' : 'off')
}

const publish = () => commands.set([...sources.values()].reverse().flat())

/** These commands exist while the caller is on screen; the most recent screen wins a key. */
export function useCommands(list: Command[]): void {
  useEffect(() => {
    const source = Symbol('commands')
    sources.set(source, list)
    publish()
    return () => {
      sources.delete(source)
      publish()
    }
  })
}

const isTyping = (target: EventTarget | null) =>
  target instanceof Element && target.closest('input:not([type=checkbox]), textarea, select, [contenteditable=true]') !== null

let pending: { chord: string; at_ms: number } | undefined

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.repeat || event.isComposing) return
  const typing = isTyping(event.target)
  const before = pending && performance.now() - pending.at_ms < SEQUENCE_MS ? pending.chord : undefined
  pending = undefined
  for (const command of commands.get()) {
    const { keys } = command
    if (!keys) continue
    const is_single = isSingleKey(keys)
    if (is_single && (typing || !single_keys.get())) continue
    if (typing && !keys.includes('Mod+K')) continue
    // a dialog has the keyboard to itself, but for what opens the palette
    if (dialogs.get().length && !keys.includes('Mod+K')) continue
    const [first, second] = keys.split(' ')
    if (second) {
      if (before === first && fits(second, event)) return run(command, event)
    } else if (!before && fits(first!, event)) return run(command, event)
  }
  if (!typing && !dialogs.get().length && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const starts = commands.get().some(({ keys }) => keys?.includes(' ') && keys.startsWith(`${event.key} `))
    if (starts) pending = { chord: event.key, at_ms: performance.now() }
  }
}

function run(command: Command, event: KeyboardEvent): void {
  event.preventDefault()
  command.run()
}

/** Listens to the keyboard; once, in the shell. */
export function listenToKeys(): () => void {
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

/** Would this key alone run a command (or begin one) on the present screen? */
export const isCommandKey = (event: KeyboardEvent): boolean =>
  (pending !== undefined && performance.now() - pending.at_ms < SEQUENCE_MS) ||
  (single_keys.get() && commands.get().some(({ keys }) => keys !== undefined && isSingleKey(keys) && fits(keys.split(' ')[0]!, event)))
