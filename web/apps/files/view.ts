// How this device likes to see files.
import { Live } from '@/data/live'

export type Layout = 'list' | 'tiles'
const LAYOUT = 'abri.files.layout'
const PANEL = 'abri.files.panel'

export const layout = new Live<Layout>(localStorage.getItem(LAYOUT) === 'tiles' ? 'tiles' : 'list')
export const panel = new Live(localStorage.getItem(PANEL) === 'open')

export function setLayout(next: Layout): void {
  layout.set(next)
  localStorage.setItem(LAYOUT, next)
}

export function showPanel(is_open: boolean): void {
  panel.set(is_open)
  localStorage.setItem(PANEL, is_open ? 'open' : 'closed')
}
