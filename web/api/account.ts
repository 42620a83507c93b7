// Who is here: accounts, sessions, app passwords, the security journal.
import { ask, type Call } from './client'
import type { Document, Many, One } from './document'

export type ColorScheme = 'system' | 'light' | 'dark'
export type Account = {
  name: string
  public_name: string
  email?: string
  locale: string
  tz?: string
  color_scheme: ColorScheme
  accent: number
  admin: boolean
  rev: string
}
export type AccountChange = Partial<Pick<Account, 'public_name' | 'email' | 'locale' | 'tz' | 'color_scheme' | 'accent'>>
export type Status = { setup: boolean; organisation: string; locale: string; version: string }
export type Usage = { used_bytes: number; quota_bytes?: number; files_bytes: number; trash_bytes: number; versions_bytes: number }
export type Session = { id: string; current: boolean; created_at: string; last_seen: string; user_agent: string; address: string }
export type AppPassword = { id: string; label: string; created_at: string; last_used: string | null; last_address: string | null }
export type NewAppPassword = AppPassword & { login: string; password: string }
export type AuditEvent = { id: string; at: string; event: string; address: string; user_agent: string; detail: string }
export type Founder = { token: string; name: string; public_name: string; passphrase: string; locale: string }

type AccountAttributes = Omit<Account, 'rev'>
const account = (answer: One<AccountAttributes>): Account => ({ ...answer.data.attributes, rev: answer.data.meta?.rev ?? '' })
const flat = <A,>(document: Document<A>): A & { id: string } => ({ ...document.attributes, id: document.id })

export const getStatus = () => ask<Status>('GET', '/public/status')
export const checkSetup = (token: string) => ask<void>('GET', '/auth/setup', { query: { token } })
export const setUp = async (founder: Founder) => account(await ask('POST', '/auth/setup', { json: founder, asks_who: true }))
export const logIn = async (name: string, passphrase: string, long_run: boolean) =>
  account(await ask('POST', '/auth/login', { json: { name, passphrase, long_run }, asks_who: true }))
export const logOut = () => ask<void>('DELETE', '/auth/login', { asks_who: true })
export const logOutOthers = () => ask<void>('DELETE', '/auth/login/others')

export const getAccount = async (call: Call = {}) => account(await ask('GET', '/settings/instance', call))

/** Sends back the whole document with its rev, as the dialect wants it. */
export async function changeAccount(now: Account, change: AccountChange): Promise<Account> {
  const { rev, ...attributes } = { ...now, ...change }
  const data = { type: 'io.cozy.settings', id: 'io.cozy.settings.instance', meta: { rev }, attributes }
  return account(await ask('PUT', '/settings/instance', { json: { data } }))
}

export const changePassphrase = (current_passphrase: string, new_passphrase: string) =>
  ask<void>('PUT', '/settings/passphrase', { json: { current_passphrase, new_passphrase }, asks_who: true })

export async function getUsage(): Promise<Usage> {
  type Attributes = { used: string; quota?: string; files?: string; trash?: string; versions?: string }
  const { attributes } = (await ask<One<Attributes>>('GET', '/settings/disk-usage')).data
  return {
    used_bytes: Number(attributes.used),
    quota_bytes: attributes.quota ? Number(attributes.quota) : undefined,
    files_bytes: Number(attributes.files ?? 0),
    trash_bytes: Number(attributes.trash ?? 0),
    versions_bytes: Number(attributes.versions ?? 0),
  }
}

export async function getUploadChunkBytes(): Promise<number> {
  const answer = await ask<One<{ upload_chunk_bytes?: number | string }>>('GET', '/settings/capabilities')
  return Number(answer.data.attributes.upload_chunk_bytes) || 10_000_000
}

export const getSessions = async (): Promise<Session[]> =>
  (await ask<Many<Omit<Session, 'id'>>>('GET', '/settings/sessions')).data.map(flat)
export const revokeSession = (id: string) => ask<void>('DELETE', `/settings/sessions/${encodeURIComponent(id)}`)

export const getAppPasswords = async (): Promise<AppPassword[]> =>
  (await ask<Many<Omit<AppPassword, 'id'>>>('GET', '/settings/app-passwords')).data.map(flat)
export const addAppPassword = async (label: string): Promise<NewAppPassword> =>
  flat((await ask<One<Omit<NewAppPassword, 'id'>>>('POST', '/settings/app-passwords', { json: { label } })).data)
export const revokeAppPassword = (id: string) => ask<void>('DELETE', `/settings/app-passwords/${encodeURIComponent(id)}`)

export type AuditPage = { events: AuditEvent[]; next?: string }
export async function getAudit(next?: string): Promise<AuditPage> {
  const answer = await ask<Many<Omit<AuditEvent, 'id'>>>('GET', next ?? '/settings/audit', next ? {} : { query: { 'page[limit]': 50 } })
  return { events: answer.data.map(flat), next: answer.links?.next }
}
