// All uploads of this tab: a few at once, tried again until they are through, whatever screen is open.
import { getUploadChunkBytes } from '@/api/account'
import { ApiError, NetworkError } from '@/api/client'
import type { FileNode } from '@/api/node'
import { failureCode } from '../failure'
import { Live } from '../live'
import { me, session } from '../session'
import { folderMaker, type FolderMaker } from './folders'
import { keptUploads } from './kept'
import { backoff, fileKey } from './plan'
import { addSample, type Sample } from './rate'
import { isOver, totals, type Choice, type Task, type Totals } from './task'
import { discard, forget, NameTaken, remember, transfer, Unreadable } from './transfer'
import { entriesOf, pickedFiles, walk, type Found } from './tree'

export type Uploads = { tasks: readonly Task[]; totals: Totals; samples: readonly Sample[]; reading: number; is_held: boolean }

const AT_ONCE = 3
const TRIES_MAX = 12
const DRAW_MS = 120

type Batch = { makeFolder: FolderMaker; choice?: Choice }

class UploadQueue {
  readonly live = new Live<Uploads>({ tasks: [], totals: totals([]), samples: [], reading: 0, is_held: false })
  readonly #tasks = new Map<string, Task>()
  readonly #batches = new Map<number, Batch>()
  readonly #running = new Map<string, AbortController>()
  #samples: Sample[] = []
  #count = 0
  #reading = 0
  #draw?: ReturnType<typeof setTimeout>
  #part_bytes?: Promise<number>

  /** Everything dropped, onto a folder. The tray opens before the tree is read. */
  drop(folder: FileNode, transfer_: DataTransfer): void {
    const entries = entriesOf(transfer_)
    if (entries.length) void this.#read(folder, walk(entries))
  }

  pick(folder: FileNode, files: Iterable<File>): void {
    const found = [...pickedFiles(files)]
    if (found.length) void this.#read(folder, (async function* () {
      yield found
    })())
  }

  async #read(folder: FileNode, steps: AsyncGenerator<Found[]>): Promise<void> {
    const number = ++this.#count
    const batch: Batch = { makeFolder: folderMaker(folder.id, folder.path || '/') }
    this.#batches.set(number, batch)
    this.#reading++
    this.#show(true)
    try {
      for await (const step of steps) {
        for (const found of step) this.#add(number, folder, found)
        this.#show()
        this.#pump()
      }
    } finally {
      this.#reading--
      this.#show(true)
      this.#pump()
    }
  }

  #add(batch: number, folder: FileNode, { path, file }: Found): void {
    if (!file) {
      // folders are made at once, so that they show up and empty ones are not lost; files wait for their own anyway
      void this.#batches.get(batch)!.makeFolder(path).catch(() => {})
      return
    }
    const lost = this.#lostTwin(folder, path, file)
    if (lost) {
      lost.file = file
      lost.state = 'queued'
      return
    }
    const id = `${batch}:${path}`
    this.#tasks.set(id, {
      id, batch, path, file, name: path.split('/').at(-1)!, dir_id: folder.id, dir_path: folder.path || '/',
      size_bytes: file.size, mtime_ms: file.lastModified, mime: file.type, state: 'queued', sent_bytes: 0,
    })
  }

  #lostTwin(folder: FileNode, path: string, file: File): Task | undefined {
    const key = fileKey(path, file.size, file.lastModified)
    for (const task of this.#tasks.values()) {
      if (task.state === 'lost' && task.dir_id === folder.id && fileKey(task.path, task.size_bytes, task.mtime_ms) === key) return task
    }
    return undefined
  }

  /** Shows what a reload interrupted. */
  async recall(): Promise<void> {
    const kept = await keptUploads()
    for (const { id, started_ms: _, ...upload } of kept) {
      const task_id = `kept:${id}`
      const number = ++this.#count
      this.#batches.set(number, { makeFolder: folderMaker(upload.dir_id, upload.dir_path) })
      this.#tasks.set(task_id, { ...upload, id: task_id, batch: number, mime: '', state: 'lost', sent_bytes: 0 })
    }
    if (kept.length) this.#show(true)
  }

  /** The person picked a file for an interrupted upload; says whether it is the same one. */
  giveBack(task: Task, file: File): boolean {
    if (file.size !== task.size_bytes || Math.floor(file.lastModified / 1000) !== Math.floor(task.mtime_ms / 1000)) return false
    task.file = file
    this.#set(task, 'queued')
    this.#pump()
    return true
  }

  pause(task?: Task): void {
    for (const each of task ? [task] : this.#tasks.values()) {
      if (isOver(each) || each.state === 'conflict') continue
      each.state = 'paused'
      this.#running.get(each.id)?.abort()
    }
    this.#show(true)
  }

  resume(task?: Task): void {
    for (const each of task ? [task] : this.#tasks.values()) {
      if (each.state === 'paused' || each.state === 'waiting' || (task && each.state === 'failed')) each.state = 'queued'
    }
    this.#show(true)
    this.#pump()
  }

  retryFailed(): void {
    for (const task of this.#tasks.values()) if (task.state === 'failed') task.state = 'queued'
    this.#show(true)
    this.#pump()
  }

  cancel(task: Task): void {
    this.#tasks.delete(task.id)
    this.#running.get(task.id)?.abort()
    if (!isOver(task) || task.state === 'lost' || task.state === 'failed') void discard(task, me().name)
    this.#show(true)
    this.#pump()
  }

  cancelAll(): void {
    for (const task of this.#tasks.values()) if (task.state !== 'done') this.cancel(task)
    this.clear()
  }

  /** Takes what is over out of the tray. */
  clear(): void {
    for (const task of this.#tasks.values()) if (task.state === 'done' || task.state === 'skipped') this.#tasks.delete(task.id)
    this.#samples = []
    this.#show(true)
  }

  answer(task: Task, choice: Choice, for_all: boolean): void {
    const batch = this.#batches.get(task.batch)
    if (for_all && batch) batch.choice = choice
    for (const each of for_all ? this.#tasks.values() : [task]) {
      if (each.state !== 'conflict' || each.batch !== task.batch) continue
      each.choice = choice
      if (choice === 'skip') this.#skip(each)
      else each.state = 'queued'
    }
    this.#show(true)
    this.#pump()
  }

  #skip(task: Task): void {
    task.state = 'skipped'
    void discard(task, me().name)
  }

  #pump(): void {
    if (session.get().is !== 'open') return
    for (const task of this.#tasks.values()) {
      if (this.#running.size >= AT_ONCE) return
      if (task.state === 'queued' && !this.#running.has(task.id) && task.file) void this.#run(task, task.file)
    }
  }

  async #run(task: Task, file: File): Promise<void> {
    const control = new AbortController()
    this.#running.set(task.id, control)
    task.choice ??= this.#batches.get(task.batch)?.choice
    task.error = undefined
    try {
      for (let attempt = 0; ; attempt++) {
        this.#set(task, 'sending')
        try {
          await this.#send(task, file, control.signal)
          this.#set(task, 'done')
          return
        } catch (error) {
          if (control.signal.aborted || !mayRetry(error) || (attempt >= TRIES_MAX && !(error instanceof NetworkError))) throw error
          this.#set(task, 'waiting')
          await this.#sleep(backoff(attempt, error instanceof ApiError ? error.retry_after_s : undefined), control.signal)
          if (control.signal.aborted) throw error
        }
      }
    } catch (error) {
      this.#failed(task, error, control.signal.aborted)
    } finally {
      this.#running.delete(task.id)
      this.#show()
      this.#pump()
    }
  }

  async #send(task: Task, file: File, signal: AbortSignal): Promise<void> {
    const account = me().name
    this.#part_bytes ??= getUploadChunkBytes()
    this.#part_bytes.catch(() => (this.#part_bytes = undefined))
    const part_bytes = await this.#part_bytes
    await this.#batches.get(task.batch)!.makeFolder(task.path.split('/').slice(0, -1).join('/'))
    const is_large = file.size > part_bytes
    if (is_large) await remember(task, account)
    await transfer(task, file, { account, part_bytes, signal, onSent: sent => this.#sent(task, sent) })
    if (is_large) await forget(task, account)
    task.sent_bytes = task.size_bytes
    // the file may be large and the tray may stay open for days
    task.file = undefined
  }

  #failed(task: Task, error: unknown, was_aborted: boolean): void {
    if (was_aborted) return
    task.sent_bytes = 0
    if (error instanceof NameTaken) {
      const choice = this.#batches.get(task.batch)?.choice
      if (choice === 'skip') this.#skip(task)
      else if (choice && task.choice !== choice) {
        task.choice = choice
        task.state = 'queued'
      } else task.state = 'conflict'
    } else if (error instanceof ApiError && error.status === 401) {
      // waits for the person to log in again
      task.state = 'queued'
    } else {
      task.error = error instanceof Unreadable ? 'unreadable' : failureCode(error)
      task.state = 'failed'
    }
  }

  /** Waits, but not longer than until the line is back. */
  #sleep(wait_ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer)
        removeEventListener('online', wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, wait_ms)
      addEventListener('online', wake)
      signal.addEventListener('abort', wake)
    })
  }

  #sent(task: Task, sent_bytes: number): void {
    task.sent_bytes = Math.min(sent_bytes, task.size_bytes)
    this.#show()
  }

  #set(task: Task, state: Task['state']): void {
    task.state = state
    this.#show()
  }

  /** Draws at most eight times a second, whatever arrives. */
  #show(now = false): void {
    if (now) {
      clearTimeout(this.#draw)
      this.#draw = undefined
      return this.#publish()
    }
    this.#draw ??= setTimeout(() => {
      this.#draw = undefined
      this.#publish()
    }, DRAW_MS)
  }

  #publish(): void {
    const tasks = [...this.#tasks.values()]
    const sum = totals(tasks)
    this.#samples = sum.active > sum.paused ? addSample(this.#samples, { at_ms: performance.now(), sent_bytes: sum.sent_bytes }) : []
    const is_held = sum.active > 0 && sum.paused === sum.active
    this.live.set({ tasks, totals: sum, samples: this.#samples, reading: this.#reading, is_held })
  }

  isBusy(): boolean {
    const { totals: sum, reading } = this.live.get()
    return reading > 0 || sum.active > 0
  }

  /** Logged in again, or the line is back: go on. */
  wake(): void {
    this.#pump()
  }
}

function mayRetry(error: unknown): boolean {
  if (error instanceof NetworkError) return true
  return error instanceof ApiError && (error.status >= 500 && error.status !== 507 || [408, 423, 425, 429].includes(error.status))
}

export const uploads = new UploadQueue()

session.watch(() => uploads.wake())
