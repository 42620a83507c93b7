// How full the space is: shown from the last visit, read again when something moved.
import { getUsage, type Usage } from '@/api/account'
import { keep, kept } from './database'
import { onChanges } from './changes'
import { Live } from './live'

const REREAD_WAIT_MS = 1500

export const usage = new Live<Usage | undefined>(undefined)
let timer: ReturnType<typeof setTimeout> | undefined

async function read(): Promise<void> {
  try {
    usage.set(await getUsage())
    void keep('usage', usage.get())
  } catch {
    // the next change or visit asks again
  }
}

/** Starts following the use of storage; returns the way to stop. */
export function followUsage(): () => void {
  void kept<Usage>('usage').then(last => !usage.get() && last && usage.set(last))
  void read()
  const stop = onChanges(() => {
    clearTimeout(timer)
    timer = setTimeout(() => void read(), REREAD_WAIT_MS)
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}
