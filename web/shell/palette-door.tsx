import type { ComponentType } from 'react'
import { dialogs, showDialog } from '@/kit/dialogs'
import { attempt } from '@/kit/toasts'

let Palette: ComponentType<{ close: () => void }> | undefined

/** Fetched ahead when the page is idle: what is typed right after Ctrl+K must not be lost. */
export async function loadPalette(): Promise<void> {
  Palette ??= (await import('./Palette')).default
}

const isOpen = () => dialogs.get().some(dialog => dialog.size === 'palette')

/** Opens the palette, once. */
export async function showPalette(): Promise<void> {
  if (!Palette) await attempt(loadPalette)
  const Here = Palette
  if (Here && !isOpen()) void showDialog(close => <Here close={close} />, 'palette')
}
