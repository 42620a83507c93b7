// Uploads that a reload interrupted: remembered by name, taken up again when the person picks the same file.
import { database } from '../database'

export type KeptUpload = { id: string; name: string; path: string; dir_id: string; dir_path: string; size_bytes: number; mtime_ms: number; started_ms: number }

/** The server forgets an upload left alone for this long. */
const LIFE_MS = 24 * 3600 * 1000

export async function keepUpload(upload: KeptUpload): Promise<void> {
  await (await database())?.put('uploads', upload).catch(() => {})
}

export async function forgetUpload(id: string): Promise<void> {
  await (await database())?.delete('uploads', id).catch(() => {})
}

export async function keptUploads(now_ms = Date.now()): Promise<KeptUpload[]> {
  const db = await database()
  const all = (await db?.getAll('uploads').catch(() => [])) ?? []
  for (const old of all) if (now_ms - old.started_ms > LIFE_MS) void forgetUpload(old.id)
  return all.filter(upload => now_ms - upload.started_ms <= LIFE_MS)
}
