// Which screen an address stands for. Pure.
export type Screen = { kind: 'app'; id: string } | { kind: 'login'; next: string } | { kind: 'setup' } | { kind: 'unknown' }

/** Only a path of ours may be gone to after login: `//evil.example` and `https:` are not. */
export function safeReturn(wanted: string | null): string {
  return wanted && /^\/(~\/|$|\?)/.test(wanted) && !wanted.startsWith('/~/login') && !wanted.startsWith('/~/setup') ? wanted : '/'
}

export function screenAt({ pathname, searchParams }: URL, app_ids: readonly string[]): Screen {
  if (pathname === '/') return { kind: 'app', id: 'home' }
  const [, tilde, first] = pathname.split('/')
  if (tilde !== '~') return { kind: 'unknown' }
  if (!first) return { kind: 'app', id: 'home' }
  if (first === 'login') return { kind: 'login', next: safeReturn(searchParams.get('then')) }
  if (first === 'setup') return { kind: 'setup' }
  return app_ids.includes(first) ? { kind: 'app', id: first } : { kind: 'unknown' }
}

export const loginAddress = ({ pathname, search }: URL): string =>
  pathname === '/' && !search ? '/~/login' : `/~/login?then=${encodeURIComponent(pathname + search)}`

/** `#TOKEN` or `#token=TOKEN`, as a set-up link may come. */
export const setupToken = (hash: string): string => decodeURIComponent(hash.replace(/^#(token=)?/, ''))
