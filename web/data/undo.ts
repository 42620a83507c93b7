// The last things done, each with its inverse. Ctrl+Z runs the newest.
export type Undoable = { undo: () => Promise<void> }

const UNDO_STEPS_MAX = 50
const done: Undoable[] = []

export function didUndoable(step: Undoable): void {
  done.push(step)
  if (done.length > UNDO_STEPS_MAX) done.shift()
}

/** Takes back `step`, or the newest one. Says whether there was anything to take back. */
export async function undo(step: Undoable | undefined = done.at(-1)): Promise<boolean> {
  const at = step ? done.indexOf(step) : -1
  if (at === -1) return false
  done.splice(at, 1)
  await step!.undo()
  return true
}
