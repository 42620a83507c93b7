// Dialogs are asked for from anywhere and drawn in one place; each answers its asker.
import type { ReactNode } from 'react'
import { Live } from '@/data/live'

export type DialogSize = 'small' | 'large' | 'palette'
export type OpenDialog = { id: number; size: DialogSize; draw: (close: () => void) => ReactNode; closed: () => void }

export const dialogs = new Live<readonly OpenDialog[]>([])
let count = 0

export function closeDialog(id: number): void {
  const found = dialogs.get().find(dialog => dialog.id === id)
  dialogs.update(all => all.filter(dialog => dialog.id !== id))
  found?.closed()
}

/** Opens a dialog; the promise is kept when it is closed, however that happens. */
export function showDialog(draw: OpenDialog['draw'], size: DialogSize = 'small'): Promise<void> {
  return new Promise(closed => {
    const id = ++count
    dialogs.update(all => [...all, { id, size, closed, draw: () => draw(() => closeDialog(id)) }])
  })
}
