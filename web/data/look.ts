// Theme, accent and density on <html>. Theme and accent belong to the account, density to the device.
import type { Account } from '@/api/account'
import { Live } from './live'

export type Density = 'normal' | 'compact'
const DENSITY = 'abri.density'

export const density = new Live<Density>(localStorage.getItem(DENSITY) === 'compact' ? 'compact' : 'normal')

export function setDensity(next: Density): void {
  localStorage.setItem(DENSITY, next)
  density.set(next)
  showDensity()
}

export function showDensity(): void {
  document.documentElement.dataset.density = density.get()
}

export function showLook({ color_scheme, accent }: Pick<Account, 'color_scheme' | 'accent'>): void {
  const root = document.documentElement
  if (color_scheme === 'system') delete root.dataset.theme
  else root.dataset.theme = color_scheme
  root.style.setProperty('--hue', String(accent))
}
