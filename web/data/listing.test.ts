import { describe, expect, it } from 'vitest'
import { ROOT, TRASH, type FileNode } from '@/api/node'
import { belongs, comparing, fold, newestFirst, slot, sortWord, type Place } from './listing'
import { shardsOf } from './listing-cache'

const HERE: Place = { kind: 'folder', id: 'here' }
const names = new Intl.Collator('fr', { numeric: true, sensitivity: 'base' })
const byName = comparing({ by: 'name', is_down: false }, names)
const node = (id: string, more: Partial<FileNode> = {}): FileNode => ({
  id, rev: '1-a', is_folder: false, name: id, dir_id: 'here', path: `/${id}`, size_bytes: 1, mime: '', class: 'binary', created_ms: 0, updated_ms: 0, starred: false, trashed: false, ...more,
})
const ids = (rows: readonly FileNode[]) => rows.map(row => row.id).join(' ')

describe('order', () => {
  const rows = [node('photo 10'), node('photo 2'), node('Zoo', { is_folder: true }), node('Été'), node('avril')]
  it('folders first, numbers as numbers, accents aside', () => expect(ids([...rows].sort(byName))).toBe('Zoo avril Été photo 2 photo 10'))
  it('turned round, folders stay first', () => expect(ids([...rows].sort(comparing({ by: 'name', is_down: true }, names)))).toBe('Zoo photo 10 photo 2 Été avril'))
  it('by size, then by name', () => expect(ids([node('b', { size_bytes: 5 }), node('c'), node('a')].sort(comparing({ by: 'size', is_down: false }, names)))).toBe('a c b'))
  it('newest first', () => expect(ids([node('old'), node('new', { updated_ms: 9 })].sort(newestFirst))).toBe('new old'))
  it('finds the slot of a newcomer', () => expect(slot([node('a'), node('c')], node('b'), byName)).toBe(1))
  it('is written as the server reads it', () => expect(sortWord({ by: 'updated_at', is_down: true })).toBe('-updated_at'))
})

describe('changes', () => {
  const rows = ['a', 'c', 'e'].map(id => node(id))
  const change = (id: string, more?: Partial<FileNode>) => ({ id, deleted: false, node: node(id, { rev: '2-b', ...more }) })
  it('a newcomer takes its place', () => expect(ids(fold(rows, HERE, [change('d')], byName))).toBe('a c d e'))
  it('a rename moves the row', () => expect(ids(fold(rows, HERE, [change('a', { name: 'z' })], byName))).toBe('c e a'))
  it('what moved elsewhere leaves', () => expect(ids(fold(rows, HERE, [change('c', { dir_id: 'there' })], byName))).toBe('a e'))
  it('what went to the trash leaves', () => expect(ids(fold(rows, HERE, [change('c', { dir_id: TRASH, trashed: true })], byName))).toBe('a e'))
  it('what was destroyed leaves', () => expect(ids(fold(rows, HERE, [{ id: 'e', deleted: true }], byName))).toBe('a c'))
  it('the last of several changes counts', () => expect(ids(fold(rows, HERE, [change('d'), { id: 'd', deleted: true }], byName))).toBe('a c e'))
  it('news from the past are ignored', () => {
    const now = [node('a', { rev: '5-x', name: 'now' })]
    expect(fold(now, HERE, [change('a', { name: 'before' })], byName)[0]!.name).toBe('now')
  })
  it('nothing here changed: the same rows', () => expect(fold(rows, HERE, [change('q', { dir_id: 'there' })], byName)).toBe(rows))
  it('many at once are in order', () => {
    const many = Array.from({ length: 300 }, (_, index) => change(`n${index}`))
    expect(fold(rows, HERE, many, byName).map(row => row.name)).toEqual([...rows, ...many.map(each => each.node)].sort(byName).map(row => row.name))
  })
  it('ten thousand rows are patched quickly', () => {
    const big = Array.from({ length: 10_000 }, (_, index) => node(`f${index}`)).sort(byName)
    const began = performance.now()
    for (let round = 0; round < 10; round++) fold(big, HERE, [change(`x${round}`)], byName)
    expect((performance.now() - began) / 10).toBeLessThan(60)
  })
})

describe('belonging', () => {
  it('to a folder', () => expect([belongs(HERE, node('a')), belongs(HERE, node('a', { dir_id: ROOT }))]).toEqual([true, false]))
  it('to the trash: only what was thrown away, not what is inside', () => expect([belongs({ kind: 'trash' }, node('a', { trashed: true, dir_id: TRASH })), belongs({ kind: 'trash' }, node('a', { trashed: true }))]).toEqual([true, false]))
  it('to the recent files', () => expect([belongs({ kind: 'recent' }, node('a')), belongs({ kind: 'recent' }, node('a', { is_folder: true }))]).toEqual([true, false]))
})

describe('the cache', () => {
  it('packs a thousand rows per record', () => expect(shardsOf('p', undefined, Array.from({ length: 2500 }, (_, i) => node(`${i}`)), 0).map(shard => shard.rows.length)).toEqual([1000, 1000, 500]))
  it('remembers an empty folder', () => expect(shardsOf('p', node('p'), [], 0)).toHaveLength(1))
})
