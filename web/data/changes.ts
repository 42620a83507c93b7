// Keeps the screens true: the bell says that the space moved, we read what moved from our own cursor.
import { ApiError } from '@/api/client'
import { listen } from '@/api/bell'
import { getChanges, type Change } from '@/api/files'
import { applyChanges, reloadAll } from './listings'
import { reachable } from './session'

const CHANGES_PER_READ = 500
const RETRY_MS = [500, 1000, 2000, 5000, 10_000, 20_000]
/** A comment comes every 25 s: silence for longer means that the line is dead. */
const SILENCE_MS_MAX = 60_000
/** A hidden tab gives its connection back: browsers allow six to one host over HTTP/1.1. */
const HIDDEN_WAIT_MS = 30_000

type Watcher = (changes: readonly Change[]) => void
const watchers = new Set<Watcher>()
/** Calls back after the listings were patched: storage use and such are read again. */
export const onChanges = (watcher: Watcher): (() => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

let cursor: string | undefined
let reading: Promise<void> | undefined
let is_asked_again = false

/** Reads up to the present; called again while reading, it reads once more afterwards. */
export function catchUp(): Promise<void> {
  if (reading) {
    is_asked_again = true
    return reading
  }
  reading = readAll().finally(() => {
    reading = undefined
    if (is_asked_again) {
      is_asked_again = false
      void catchUp()
    }
  })
  return reading
}

async function readAll(): Promise<void> {
  try {
    for (;;) {
      const answer = await getChanges(cursor ?? 'now', CHANGES_PER_READ)
      const is_first = cursor === undefined
      cursor = answer.cursor
      if (!is_first && answer.changes.length) {
        applyChanges(answer.changes)
        for (const tell of watchers) tell(answer.changes)
      }
      if (!answer.pending) return
    }
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'expired')) return
    // the space was restored from a backup: nothing that we hold can be trusted
    cursor = undefined
    reloadAll()
    is_asked_again = true
  }
}

/** Follows the bell for as long as somebody looks. Returns the way to stop. */
export function follow(): () => void {
  const end = new AbortController()
  let line = new AbortController()
  let hide_timer: ReturnType<typeof setTimeout> | undefined
  let wake = () => {}

  const onVisibility = () => {
    clearTimeout(hide_timer)
    if (document.hidden) hide_timer = setTimeout(() => line.abort(), HIDDEN_WAIT_MS)
    else wake()
  }
  const onOnline = () => wake()
  document.addEventListener('visibilitychange', onVisibility)
  addEventListener('online', onOnline)

  const sleep = (wait_ms: number) => new Promise<void>(resolve => {
    wake = resolve
    setTimeout(resolve, wait_ms)
  })
  const whileHidden = () => new Promise<void>(resolve => {
    wake = resolve
  })

  void (async () => {
    await catchUp()
    for (let failures = 0; !end.signal.aborted; ) {
      if (document.hidden) await whileHidden()
      line = new AbortController()
      const signal = AbortSignal.any([end.signal, line.signal])
      let silence = setTimeout(() => line.abort(), SILENCE_MS_MAX)
      const onAlive = () => {
        failures = 0
        clearTimeout(silence)
        silence = setTimeout(() => line.abort(), SILENCE_MS_MAX)
      }
      await listen(signal, () => void catchUp(), onAlive).catch(() => {})
      clearTimeout(silence)
      if (end.signal.aborted) return
      await sleep(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]!)
      if (!reachable.get()) void catchUp()
    }
  })()

  return () => {
    end.abort()
    cursor = undefined
    clearTimeout(hide_timer)
    document.removeEventListener('visibilitychange', onVisibility)
    removeEventListener('online', onOnline)
  }
}
