// Short news at the bottom of the screen, with at most one thing to press.
import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components/Toast'
import { sentence } from './failure'
import { t } from './t'
import { failureCode } from '@/data/failure'
import { undo, type Undoable } from '@/data/undo'

export type Toast = { text: string; action?: string; run?: () => void; is_bad?: boolean }

const UNDO_MS = 8000
const NEWS_MS = 5000

export const toasts = new ToastQueue<Toast>({ maxVisibleToasts: 2 })

export function say(text: string): void {
  toasts.add({ text }, { timeout: NEWS_MS })
}

/** Says why something failed. */
export function regret(error: unknown): void {
  toasts.add({ text: sentence(failureCode(error)), is_bad: true }, { timeout: UNDO_MS })
}

export async function takeBack(step?: Undoable): Promise<void> {
  try {
    if (await undo(step)) say(t('undone'))
  } catch (error) {
    regret(error)
  }
}

/** Says what was done and offers to take it back. */
export function sayUndoable(text: string, step: Undoable): void {
  toasts.add({ text, action: t('undo'), run: () => void takeBack(step) }, { timeout: UNDO_MS })
}

/** Runs something that the person asked for; a failure becomes a sentence on screen. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    regret(error)
    return undefined
  }
}
