import { useSyncExternalStore } from 'react'

const PHONE = '(max-width: 720px)'
const PHONE_ROW_PX = 64

const watch = (tell: () => void) => {
  const queries = [matchMedia(PHONE), matchMedia('(pointer: coarse)')]
  for (const query of queries) query.addEventListener('change', tell)
  return () => queries.forEach(query => query.removeEventListener('change', tell))
}

/** The height of a row as the tokens have it; on a phone a row has two lines. `density` is there to be drawn again. */
export function useRowHeight(density: string): number {
  return useSyncExternalStore(watch, () => {
    if (matchMedia(PHONE).matches) return PHONE_ROW_PX
    const token = getComputedStyle(document.documentElement).getPropertyValue('--row')
    return Number.parseFloat(token) || (density === 'compact' ? 36 : 48)
  })
}
