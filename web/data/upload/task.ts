// One file on its way. Pure: what it is, and what the tray says of many of them.
export type TaskState =
  | 'queued' // its turn will come
  | 'sending'
  | 'waiting' // the line is broken; a try is planned
  | 'paused'
  | 'conflict' // the name is taken; somebody must say what to do
  | 'failed'
  | 'lost' // a reload took the file from us; it must be picked again
  | 'done'
  | 'skipped'
export type Choice = 'both' | 'replace' | 'skip'

export type Task = {
  readonly id: string
  readonly batch: number
  readonly name: string
  /** Where it goes: a folder, and the way from there. */
  readonly dir_id: string
  readonly dir_path: string
  readonly path: string
  readonly size_bytes: number
  readonly mtime_ms: number
  /** What the browser says it is; empty when it does not know. */
  readonly mime: string
  file?: File
  state: TaskState
  sent_bytes: number
  error?: string
  choice?: Choice
  /** What it is called in the end, when both are kept. */
  final_name?: string
}

export type Totals = {
  files: number
  done: number
  failed: number
  conflicts: number
  lost: number
  active: number
  paused: number
  waiting: number
  total_bytes: number
  sent_bytes: number
}

const OVER: ReadonlySet<TaskState> = new Set(['done', 'skipped', 'failed', 'lost'])
export const isOver = (task: Task): boolean => OVER.has(task.state)

export function totals(tasks: Iterable<Task>): Totals {
  const sum: Totals = { files: 0, done: 0, failed: 0, conflicts: 0, lost: 0, active: 0, paused: 0, waiting: 0, total_bytes: 0, sent_bytes: 0 }
  for (const task of tasks) {
    sum.files++
    if (task.state === 'done' || task.state === 'skipped') sum.done++
    else if (task.state === 'failed') sum.failed++
    else if (task.state === 'lost') sum.lost++
    else sum.active++
    if (task.state === 'conflict') sum.conflicts++
    if (task.state === 'paused') sum.paused++
    if (task.state === 'waiting') sum.waiting++
    if (task.state === 'failed' || task.state === 'lost' || task.state === 'skipped') continue
    sum.total_bytes += task.size_bytes
    sum.sent_bytes += task.sent_bytes
  }
  return sum
}

/** What the person should see first: what needs them, what moves, what waits, what is over. */
const RANK: Record<TaskState, number> = { conflict: 0, failed: 1, lost: 1, sending: 2, waiting: 2, paused: 3, done: 4, skipped: 4, queued: 5 }

export function foremost(tasks: Iterable<Task>, count: number): Task[] {
  const ranked: Task[][] = [[], [], [], [], [], []]
  for (const task of tasks) ranked[RANK[task.state]]!.push(task)
  // of the finished ones, the latest
  ranked[4]!.reverse()
  return ranked.flat().slice(0, count)
}
