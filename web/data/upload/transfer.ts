// Sends one file: small ones in one request, larger ones in parts of which the server keeps what arrived.
import { ApiError, NetworkError } from '@/api/client'
import { getNodeAt } from '@/api/files'
import { assemble, dropUpload, listParts, openUpload, partName, putFile, putPart, type Upload } from '@/api/uploads'
import { join } from './folders'
import { forgetUpload, keepUpload } from './kept'
import { bytesOf, missing, numbered, partsOf, uploadId } from './plan'
import type { Task } from './task'

export type Transfer = { account: string; part_bytes: number; signal: AbortSignal; onSent: (sent_bytes: number) => void }

/** The name is taken and nobody has said yet what to do. */
export class NameTaken extends Error {}
/** The file is no longer what it was when it was picked. */
export class Unreadable extends Error {}

const NAMES_TRIED_MAX = 100

export const finalPath = (task: Task, name: string): string => {
  const cut = task.path.lastIndexOf('/')
  return join(task.dir_path, task.path.slice(0, cut + 1) + name)
}

/** Sends the file under the first name that is free, or over the taken one, as the person chose. */
export async function transfer(task: Task, file: File, how: Transfer): Promise<void> {
  const upload = describe(task, how.account)
  for (let count = 1; count <= NAMES_TRIED_MAX; count++) {
    const name = task.choice === 'both' && count > 1 ? numbered(task.name, count) : task.name
    const target = { ...upload, path: finalPath(task, name) }
    try {
      if (file.size <= how.part_bytes) await sendWhole(target, file, task.choice === 'replace', how)
      else await sendParts(target, file, task.choice === 'replace', how)
      task.final_name = name
      return
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw await explain(error, file)
      if (task.choice !== 'both') throw new NameTaken()
    }
  }
  throw new ApiError(409, 'exists')
}

export const describe = (task: Task, account: string): Upload => ({
  account,
  id: uploadId(join(task.dir_path, task.path), task.size_bytes, task.mtime_ms),
  path: join(task.dir_path, task.path),
  size_bytes: task.size_bytes,
  mtime_ms: task.mtime_ms,
})

async function sendWhole(upload: Upload, file: File, may_replace: boolean, { signal, onSent }: Transfer): Promise<void> {
  await putFile(upload, file, upload.mtime_ms, may_replace, { signal, onSent })
}

async function sendParts(upload: Upload, file: File, may_replace: boolean, how: Transfer): Promise<void> {
  // ask before sending gigabytes for nothing
  if (!may_replace && (await isTaken(upload.path))) throw new ApiError(412, 'exists')
  const parts = partsOf(file.size, how.part_bytes, partName)
  const { resumed } = await openUpload(upload, how.signal)
  const todo = resumed ? missing(parts, await listParts(upload, how.signal)) : parts
  let sent = file.size - bytesOf(todo)
  how.onSent(sent)
  for (const part of todo) {
    const bytes = file.slice(part.start, part.end)
    await putPart(upload, part.name, bytes, { signal: how.signal, onSent: part_sent => how.onSent(sent + part_sent) })
    sent += part.end - part.start
    how.onSent(sent)
  }
  await assemble(upload, may_replace, how.signal)
}

async function isTaken(path: string): Promise<boolean> {
  try {
    await getNodeAt(path)
    return true
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false
    throw error
  }
}

/** A file that changed on disk looks like a broken line to the browser: read a byte to tell them apart. */
async function explain(error: unknown, file: File): Promise<unknown> {
  if (!(error instanceof NetworkError) || file.size === 0) return error
  try {
    await file.slice(0, 1).arrayBuffer()
    return error
  } catch {
    return new Unreadable()
  }
}

export async function remember(task: Task, account: string): Promise<void> {
  const { name, path, dir_id, dir_path, size_bytes, mtime_ms } = task
  const { id } = describe(task, account)
  await keepUpload({ id, name, path, dir_id, dir_path, size_bytes, mtime_ms, started_ms: Date.now() })
}

export const forget = (task: Task, account: string): Promise<void> => forgetUpload(describe(task, account).id)

/** Gives back the room that parts of a given-up upload take on the server. */
export async function discard(task: Task, account: string): Promise<void> {
  await forget(task, account)
  await dropUpload(describe(task, account)).catch(() => {})
}
