// Who is logged in. The account of the last visit is shown at once and checked behind the scenes.
import { ApiError, NetworkError, watchApi } from '@/api/client'
import { changeAccount, getAccount, getStatus, logOut, type Account, type AccountChange, type Status } from '@/api/account'
import { Live } from './live'
import { wipe } from './database'
import { cancelWrites } from './listing-cache'

export type Session =
  | { is: 'starting' }
  | { is: 'unreachable' }
  | { is: 'setup'; status: Status }
  | { is: 'anonymous'; status?: Status }
  | { is: 'open'; account: Account }

const KEY = 'abri.account'

function remembered(): Account | undefined {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Account | undefined ?? undefined
  } catch {
    return undefined
  }
}

export const session = new Live<Session>({ is: 'starting' })
export const reachable = new Live(true)

export function opened(account: Account): void {
  localStorage.setItem(KEY, JSON.stringify(account))
  session.set({ is: 'open', account })
}

async function closed(): Promise<void> {
  await forget()
  const status = await getStatus().catch(() => undefined)
  session.set(status?.setup ? { is: 'setup', status } : { is: 'anonymous', status })
}

async function forget(): Promise<void> {
  localStorage.removeItem(KEY)
  cancelWrites()
  await wipe()
}

/** Shows the remembered account, then asks the server whether it still holds. */
export async function start(): Promise<void> {
  watchApi({
    unauthenticated: () => {
      if (session.get().is === 'open') session.set({ is: 'anonymous' })
    },
    reachable: yes => reachable.set(yes),
  })
  const account = remembered()
  if (account) session.set({ is: 'open', account })
  try {
    opened(await getAccount({ asks_who: true }))
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await closed()
    else if (!account) session.set({ is: 'unreachable' })
    else if (!(error instanceof NetworkError)) throw error
  }
}

export async function leave(): Promise<void> {
  await logOut()
  await forget()
  // a whole reload: nothing of this account stays in memory
  location.assign('/~/login')
}

/** Changes the account on screen at once; a refusal puts it back. */
export async function changeProfile(change: AccountChange): Promise<void> {
  const now = session.get()
  if (now.is !== 'open') return
  opened({ ...now.account, ...change })
  try {
    const fresh = await getAccount()
    opened(await changeAccount(fresh, change))
  } catch (error) {
    opened(now.account)
    throw error
  }
}

export const me = (): Account => {
  const now = session.get()
  if (now.is !== 'open') throw new Error('nobody is logged in')
  return now.account
}
