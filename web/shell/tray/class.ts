import type { FileClass } from '@/api/node'
import type { Task } from '@/data/upload/task'

/** The kind of a file that the server has not seen yet, by what the browser says of it. */
export function classOf(task: Task): FileClass {
  const [kind, detail] = task.mime.split('/')
  if (kind === 'image' || kind === 'video' || kind === 'audio' || kind === 'text') return kind
  if (detail === 'pdf') return 'pdf'
  return detail?.includes('zip') ? 'zip' : 'binary'
}
