// Arithmetic of an upload. Pure.

export const fileKey = (path: string, size_bytes: number, mtime_ms: number): string => `${path}\n${size_bytes}\n${Math.floor(mtime_ms / 1000)}`

/** 53 bits of a text (cyrb53): enough to name one account's uploads, and there without a secure context. */
function hash53(text: string, seed: number): number {
  let high = 0xdeadbeef ^ seed
  let low = 0x41c6ce57 ^ seed
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}

/** The upload's id follows from the file: the same file for the same place finds its own parts again, even after a reload. */
export function uploadId(path: string, size_bytes: number, mtime_ms: number): string {
  const key = fileKey(path, size_bytes, mtime_ms)
  return `web-${hash53(key, 1).toString(36)}-${hash53(key, 2).toString(36)}`
}

export type Part = { name: string; start: number; end: number }

export const partsOf = (size_bytes: number, part_bytes: number, nameOf: (index: number) => string): Part[] =>
  Array.from({ length: Math.ceil(size_bytes / part_bytes) }, (_, index) => ({
    name: nameOf(index),
    start: index * part_bytes,
    end: Math.min(size_bytes, (index + 1) * part_bytes),
  }))

/** The parts still to send: one that arrived short, or was cut for another part size, is sent again. */
export const missing = (parts: readonly Part[], there: ReadonlyMap<string, number>): Part[] =>
  parts.filter(part => there.get(part.name) !== part.end - part.start)

export const bytesOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + part.end - part.start, 0)

/** `photo.jpg`, 2 → `photo (2).jpg`; `archive.tar.gz` keeps both endings together. */
export function numbered(name: string, count: number): string {
  const match = /^(.+?)(\.tar\.[a-z0-9]+|\.[^.\s]{1,12})?$/i.exec(name)
  return match ? `${match[1]} (${count})${match[2] ?? ''}` : `${name} (${count})`
}

const RETRY_MS = [1000, 2000, 4000, 8000, 15_000, 30_000]

/** How long to wait before the next try; what the server asks for wins. */
export const backoff = (attempt: number, retry_after_s?: number): number =>
  retry_after_s ? retry_after_s * 1000 : RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!
