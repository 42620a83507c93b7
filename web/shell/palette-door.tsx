import { lazy, Suspense } from 'react'
import { dialogs, showDialog } from '@/kit/dialogs'

const Palette = lazy(() => import('./Palette'))

/** Opens the palette, once; its code comes with the first use. */
export function showPalette(): void {
  if (dialogs.get().some(dialog => dialog.size === 'palette')) return
  void showDialog(close => <Suspense fallback={null}><Palette close={close} /></Suspense>, 'palette')
}
