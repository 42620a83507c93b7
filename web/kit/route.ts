// Where the person is: the address bar, nothing else.
import { useSyncExternalStore } from 'react'

const watch = (tell: () => void) => {
  addEventListener('popstate', tell)
  return () => removeEventListener('popstate', tell)
}
const here = () => location.pathname + location.search

/** Path and query of the page, drawn again when they change. */
export const useAddress = (): URL => new URL(useSyncExternalStore(watch, here), location.origin)

const mayMove = () => 'startViewTransition' in document && !matchMedia('(prefers-reduced-motion: reduce)').matches

const appOf = (path: string) => path.split('/')[2] ?? ''

/** Goes to a screen without a page load; only a change of app is animated. */
export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === here()) return
  const step = () => {
    if (how === 'push') history.pushState(null, '', to)
    else history.replaceState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }
  const changes_app = appOf(new URL(to, location.origin).pathname) !== appOf(location.pathname)
  if (changes_app && mayMove()) document.startViewTransition(step)
  else step()
}

/** The same screen with one thing in its query changed (`undefined` takes it out). */
export function withQuery(address: URL, key: string, value: string | undefined): string {
  const next = new URL(address)
  if (value === undefined) next.searchParams.delete(key)
  else next.searchParams.set(key, value)
  return next.pathname + next.search
}
