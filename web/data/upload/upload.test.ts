import { describe, expect, it } from 'vitest'
import { partName } from '@/api/uploads'
import { join } from './folders'
import { backoff, bytesOf, missing, numbered, partsOf, uploadId } from './plan'
import { addSample, bytesPerSecond, secondsLeft, type Sample } from './rate'
import { foremost, totals, type Task, type TaskState } from './task'
import { pickedFiles } from './tree'

const task = (name: string, state: TaskState, more: Partial<Task> = {}): Task => ({ id: name, batch: 1, name, path: name, dir_id: 'd', dir_path: '/', size_bytes: 100, mtime_ms: 0, mime: '', state, sent_bytes: 0, ...more })

describe('parts', () => {
  const parts = partsOf(2500, 1000, partName)
  it('cover the file, the last one shorter', () => expect(parts.map(({ name, start, end }) => `${name} ${start}-${end}`)).toEqual(['00001 0-1000', '00002 1000-2000', '00003 2000-2500']))
  it('that are there are not sent again', () => expect(missing(parts, new Map([['00001', 1000]])).map(part => part.name)).toEqual(['00002', '00003']))
  it('that arrived short are sent again', () => expect(missing(parts, new Map([['00001', 999], ['00003', 500]])).map(part => part.name)).toEqual(['00001', '00002']))
  it('know their bytes', () => expect(bytesOf(parts)).toBe(2500))
})

describe('an upload', () => {
  it('has the same id after a reload', () => expect(uploadId('/a/é.bin', 5, 7000)).toBe(uploadId('/a/é.bin', 5, 7999)))
  it('has another id for another file', () => expect(new Set([uploadId('/a', 5, 0), uploadId('/b', 5, 0), uploadId('/a', 6, 0), uploadId('/a', 5, 9000)]).size).toBe(4))
  it('has an id that the server takes', () => expect(uploadId('/😀', 1, 1)).toMatch(/^[A-Za-z0-9-]+$/))
  it('waits longer each time, or as the server says', () => expect([backoff(0), backoff(2), backoff(99), backoff(0, 7)]).toEqual([1000, 4000, 30_000, 7000]))
})

describe('names', () => {
  it.each([['photo.jpg', 'photo (2).jpg'], ['sources.tar.gz', 'sources (2).tar.gz'], ['LISEZMOI', 'LISEZMOI (2)'], ['.env', '.env (2)'], ['v1.2 notes', 'v1.2 notes (2)']])('%s → %s', (name, wanted) => expect(numbered(name, 2)).toBe(wanted))
  it('join without doubling the slash', () => expect([join('/', 'a'), join('/x', 'a/b')]).toEqual(['/a', '/x/a/b']))
  it('of a picked folder keep its structure and leave the litter', () => {
    const file = (path: string) => Object.defineProperty(new File([''], path.split('/').at(-1)!), 'webkitRelativePath', { value: path })
    expect([...pickedFiles([file('été/a.txt'), file('été/.DS_Store')])].map(found => found.path)).toEqual(['été/a.txt'])
  })
})

describe('speed', () => {
  const run = (points: [number, number][]) => points.reduce<Sample[]>((all, [at_ms, sent_bytes]) => addSample(all, { at_ms, sent_bytes }), [])
  it('is the mean of the last seconds', () => expect(bytesPerSecond(run([[0, 0], [1000, 500], [2000, 4000]]))).toBe(2000))
  it('forgets what is old', () => expect(bytesPerSecond(run([[0, 0], [60_000, 100], [61_000, 1100]]))).toBe(1000))
  it('starts again when an upload starts again', () => expect(run([[0, 900], [1000, 100]])).toHaveLength(1))
  it('tells the time left', () => expect(secondsLeft(10_000, run([[0, 0], [1000, 1000]]))).toBe(10))
  it('says nothing before it knows', () => expect(secondsLeft(10, run([[0, 0]]))).toBeUndefined())
})

describe('the tray', () => {
  const tasks = [task('q', 'queued'), task('d', 'done', { sent_bytes: 100 }), task('s', 'sending', { sent_bytes: 50 }), task('c', 'conflict'), task('f', 'failed'), task('d2', 'done', { sent_bytes: 100 })]
  it('shows first what needs somebody', () => expect(foremost(tasks, 5).map(each => each.id)).toEqual(['c', 'f', 's', 'd2', 'd']))
  it('counts', () => expect(totals(tasks)).toMatchObject({ files: 6, done: 2, failed: 1, conflicts: 1, active: 3, total_bytes: 500, sent_bytes: 250 }))
})
