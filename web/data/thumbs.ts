// Small pictures of images, drawn in the browser once and kept: 320 px wide, keyed by content.
import { getBytes } from '@/api/files'
import type { FileNode } from '@/api/node'
import { database } from './database'

const WIDTH_PX = 320
const SOURCE_BYTES_MAX = 12_000_000
const AT_ONCE = 2
const THUMBS_MAX = 2000
const DRAWABLE = /^image\/(jpeg|png|webp|gif|avif|bmp)$/

export const mayHaveThumb = (node: FileNode): boolean =>
  !node.is_folder && node.size_bytes > 0 && node.size_bytes <= SOURCE_BYTES_MAX && DRAWABLE.test(node.mime)

const keyOf = (node: FileNode) => node.sha256 ?? node.md5 ?? `${node.id}@${node.rev}`
const urls = new Map<string, Promise<string | undefined>>()
const queue: (() => void)[] = []
let running = 0

async function turn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>(resolve => queue.push(resolve))
  running++
  try {
    return await work()
  } finally {
    running--
    // the newest first: it is what the person looks at now
    queue.pop()?.()
  }
}

async function draw(node: FileNode): Promise<Blob> {
  const bitmap = await createImageBitmap(await getBytes(node.id))
  const scale = Math.min(1, WIDTH_PX / bitmap.width)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/webp', 0.82)
  })
}

async function make(node: FileNode): Promise<string | undefined> {
  const key = keyOf(node)
  const db = await database()
  const stored = await db?.get('thumbs', key).catch(() => undefined)
  if (stored) return URL.createObjectURL(stored.blob)
  const blob = await turn(() => draw(node))
  void store(key, blob)
  return URL.createObjectURL(blob)
}

async function store(key: string, blob: Blob): Promise<void> {
  const db = await database()
  try {
    await db?.put('thumbs', { key, used_ms: Date.now(), blob })
    const surplus = ((await db?.count('thumbs')) ?? 0) - THUMBS_MAX
    if (surplus > 0) for (const old of await db!.getAllKeysFromIndex('thumbs', 'used', null, surplus)) await db!.delete('thumbs', old)
  } catch {
    // no room: it will be drawn again
  }
}

/** The address of the small picture, or nothing when there is none to be had. */
export function thumb(node: FileNode): Promise<string | undefined> {
  const key = keyOf(node)
  let url = urls.get(key)
  if (!url) {
    url = make(node).catch(() => {
      urls.delete(key)
      return undefined
    })
    urls.set(key, url)
  }
  return url
}
