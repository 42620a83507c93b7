// React's only door to the data layer.
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Live } from './live'

export const useLive = <T,>(live: Live<T>): T => useSyncExternalStore(live.watch, live.get)

export type Loaded<T> = { value?: T; error?: unknown; is_loading: boolean; reload: () => void }

/** Something read once for a widget (versions, sessions…); `key` says when to read it again. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [round, setRound] = useState(0)
  const [state, setState] = useState<{ key: string; value?: T; error?: unknown }>({ key: '' })
  const wanted = `${key}#${round}`
  useEffect(() => {
    let is_current = true
    load().then(
      value => is_current && setState({ key: wanted, value }),
      (error: unknown) => is_current && setState({ key: wanted, error }),
    )
    return () => {
      is_current = false
    }
    // `load` is a new function at each draw; `wanted` is what it depends on
  }, [wanted])
  const is_loading = state.key !== wanted
  // a reload keeps showing what it had; another key starts empty
  const is_same_thing = state.key.startsWith(`${key}#`)
  return { value: is_same_thing ? state.value : undefined, error: is_loading ? undefined : state.error, is_loading, reload: () => setRound(n => n + 1) }
}

/** True when `busy` has lasted long enough for a spinner to be worth showing. */
export function useSlow(busy: boolean, wait_ms = 400): boolean {
  const [is_slow, setSlow] = useState(false)
  useEffect(() => {
    if (!busy) return setSlow(false)
    const timer = setTimeout(() => setSlow(true), wait_ms)
    return () => clearTimeout(timer)
  }, [busy, wait_ms])
  return busy && is_slow
}
