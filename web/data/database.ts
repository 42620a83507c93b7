// What is kept in the browser between two visits. Everything here can be thrown away at any time.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { FileNode } from '@/api/node'
import type { KeptUpload } from './upload/kept'

export type Shard = { key: string; place: string; index: number; used_ms: number; node?: FileNode; rows: FileNode[] }
export type Thumb = { key: string; used_ms: number; blob: Blob }

interface Schema extends DBSchema {
  shards: { key: string; value: Shard; indexes: { place: string; used: number } }
  values: { key: string; value: unknown }
  thumbs: { key: string; value: Thumb; indexes: { used: number } }
  uploads: { key: string; value: KeptUpload }
}

const NAME = 'abri'
const VERSION = 1

let opening: Promise<IDBPDatabase<Schema> | undefined> | undefined

/** The database, or nothing where the browser refuses one (private windows): then we live without a cache. */
export function database(): Promise<IDBPDatabase<Schema> | undefined> {
  opening ??= openDB<Schema>(NAME, VERSION, {
    upgrade(db) {
      const shards = db.createObjectStore('shards', { keyPath: 'key' })
      shards.createIndex('place', 'place')
      shards.createIndex('used', 'used_ms')
      db.createObjectStore('values')
      db.createObjectStore('thumbs', { keyPath: 'key' }).createIndex('used', 'used_ms')
      db.createObjectStore('uploads', { keyPath: 'id' })
    },
  }).catch(() => undefined)
  return opening
}

export async function keep(key: string, value: unknown): Promise<void> {
  await (await database())?.put('values', value, key).catch(() => {})
}

export async function kept<T>(key: string): Promise<T | undefined> {
  return (await (await database())?.get('values', key).catch(() => undefined)) as T | undefined
}

/** Logging out leaves nothing behind. */
export async function wipe(): Promise<void> {
  const db = await database()
  if (!db) return
  await Promise.all((['shards', 'values', 'thumbs', 'uploads'] as const).map(store => db.clear(store)))
}
