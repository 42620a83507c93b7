// Listings between two visits: arrays of up to a thousand rows per record, because a record per row is 40 times slower.
import type { FileNode } from '@/api/node'
import { database, type Shard } from './database'

const SHARD_ROWS = 1000
const SHARDS_MAX = 400
const IDLE_WAIT_MS = 800

const waiting = new Map<string, ReturnType<typeof setTimeout>>()

export async function readCached(place: string): Promise<{ node?: FileNode; rows: FileNode[] } | undefined> {
  const db = await database()
  const shards = await db?.getAllFromIndex('shards', 'place', place).catch(() => [])
  if (!shards?.length) return undefined
  shards.sort((a, b) => a.index - b.index)
  return { node: shards[0]!.node, rows: shards.flatMap(shard => shard.rows) }
}

/** Writes soon, once, however often it is called: a burst of changes is one write. */
export function writeCached(place: string, node: FileNode | undefined, rows: readonly FileNode[]): void {
  clearTimeout(waiting.get(place))
  waiting.set(place, setTimeout(() => {
    waiting.delete(place)
    void write(place, node, rows)
  }, IDLE_WAIT_MS))
}

export const shardsOf = (place: string, node: FileNode | undefined, rows: readonly FileNode[], now_ms: number): Shard[] =>
  Array.from({ length: Math.max(1, Math.ceil(rows.length / SHARD_ROWS)) }, (_, index) => ({
    key: `${place}/${index}`,
    place,
    index,
    used_ms: now_ms,
    node: index === 0 ? node : undefined,
    rows: rows.slice(index * SHARD_ROWS, (index + 1) * SHARD_ROWS),
  }))

async function write(place: string, node: FileNode | undefined, rows: readonly FileNode[]): Promise<void> {
  const db = await database()
  if (!db) return
  try {
    const transaction = db.transaction('shards', 'readwrite')
    const store = transaction.objectStore('shards')
    for (const key of await store.index('place').getAllKeys(place)) await store.delete(key)
    for (const shard of shardsOf(place, node, rows, Date.now())) await store.put(shard)
    let surplus = (await store.count()) - SHARDS_MAX
    for (let cursor = surplus > 0 ? await store.index('used').openCursor() : null; cursor && surplus > 0; surplus--) {
      await cursor.delete()
      cursor = await cursor.continue()
    }
    await transaction.done
  } catch {
    // a full disk or a closed database only costs us the cache
  }
}

/** Nothing may be written after the cache was wiped. */
export function cancelWrites(): void {
  for (const timer of waiting.values()) clearTimeout(timer)
  waiting.clear()
}
