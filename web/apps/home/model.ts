// What Home says. Pure.
import type { Usage } from '@/api/account'
import type { FileNode } from '@/api/node'

export type DayPart = 'morning' | 'afternoon' | 'evening'
export const dayPart = (hour: number): DayPart => (hour < 5 ? 'evening' : hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening')

/** The first name, as one greets. */
export const firstName = (public_name: string): string => public_name.trim().split(/\s+/)[0] ?? ''

export type Share = { id: 'files' | 'versions' | 'trash'; bytes: number; ratio: number }

/** What takes the room, against the quota when there is one, else against itself. */
export function shares({ used_bytes, quota_bytes, files_bytes, trash_bytes, versions_bytes }: Usage): Share[] {
  const whole = quota_bytes || used_bytes || 1
  const parts: [Share['id'], number][] = [['files', files_bytes], ['versions', versions_bytes], ['trash', trash_bytes]]
  return parts.map(([id, bytes]) => ({ id, bytes, ratio: Math.min(1, bytes / whole) }))
}

const DAY_MS = 86_400_000
export const changedToday = (rows: readonly FileNode[], now_ms: number): number => {
  const midnight = new Date(now_ms).setHours(0, 0, 0, 0)
  return rows.filter(row => row.updated_ms >= midnight && row.updated_ms < midnight + DAY_MS).length
}
