import { describe, expect, it, vi } from 'vitest'
import { Live } from './live'
import { didUndoable, undo } from './undo'

describe('undo', () => {
  it('takes back the newest, each once', async () => {
    const said: string[] = []
    const step = (name: string) => ({ undo: async () => void said.push(name) })
    const first = step('first')
    didUndoable(first)
    didUndoable(step('second'))
    didUndoable(step('third'))
    expect(await undo()).toBe(true)
    expect(await undo(first)).toBe(true)
    expect(await undo(first)).toBe(false)
    expect(await undo()).toBe(true)
    expect(await undo()).toBe(false)
    expect(said).toEqual(['third', 'first', 'second'])
  })
})

describe('a live value', () => {
  it('tells its watchers, only when it changed', () => {
    const live = new Live(1)
    const tell = vi.fn()
    const stop = live.watch(tell)
    live.set(1)
    live.update(n => n + 1)
    stop()
    live.set(5)
    expect(tell).toHaveBeenCalledTimes(1)
    expect(live.get()).toBe(5)
  })
})
