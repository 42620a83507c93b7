import { describe, expect, it } from 'vitest'
import { ROOT, TRASH, type FileNode } from '@/api/node'
import { addressOf, copyName, hereAt, mayMove, nameFault, neighbour, previewOf, stemLength } from './model'

const node = (id: string, more: Partial<FileNode> = {}): FileNode => ({
  id, rev: '1-a', is_folder: false, name: id, dir_id: 'd', path: `/d/${id}`, size_bytes: 1, mime: '', class: 'binary', created_ms: 0, updated_ms: 0, starred: false, trashed: false, ...more,
})
const at = (path: string) => hereAt(new URL(path, 'http://abri.test'))

describe('addresses', () => {
  it('of places', () => expect([at('/~/files').place, at('/~/files/trash').place, at('/~/files/recent').place, at('/~/files/x').place]).toEqual([{ kind: 'folder', id: ROOT }, { kind: 'trash' }, { kind: 'recent' }, { kind: 'folder', id: 'x' }]))
  it('with an open file', () => expect(at('/~/files/x?view=y').view).toBe('y'))
  it('go there and back', () => expect([ROOT, TRASH, 'abc'].map(id => at(addressOf(id)).place)).toEqual([{ kind: 'folder', id: ROOT }, { kind: 'trash' }, { kind: 'folder', id: 'abc' }]))
})

describe('previews', () => {
  it.each([['image/png', 'image', 'image'], ['image/tiff', 'image', 'none'], ['application/pdf', 'pdf', 'pdf'], ['video/mp4', 'video', 'video'], ['audio/flac', 'audio', 'audio'], ['text/markdown', 'text', 'text'], ['application/zip', 'zip', 'none']] as const)('%s', (mime, kind, wanted) =>
    expect(previewOf({ mime, class: kind, size_bytes: 10 })).toBe(wanted))
  it('very long texts are downloaded', () => expect(previewOf({ mime: 'text/plain', class: 'text', size_bytes: 9e6 })).toBe('none'))
})

describe('moving', () => {
  const folder = node('f', { is_folder: true, path: '/d/f' })
  it('not where it is', () => expect(mayMove([node('a')], { id: 'd', path: '/d' })).toBe(false))
  it('not into itself or below', () => {
    expect(mayMove([folder], folder)).toBe(false)
    expect(mayMove([folder], { id: 'g', path: '/d/f/g' })).toBe(false)
  })
  it('beside a folder of a longer name', () => expect(mayMove([folder], { id: 'ff', path: '/d/ff' })).toBe(true))
})

describe('names', () => {
  it('copies get a free name', () => expect([copyName('a.txt', new Set(), 'copie'), copyName('a.txt', new Set(['a.txt']), 'copie'), copyName('a.txt', new Set(['a.txt', 'a (copie).txt']), 'copie')]).toEqual(['a.txt', 'a (copie).txt', 'a (copie 2).txt']))
  it('renaming selects the stem', () => expect([stemLength('a.txt', false), stemLength('.env', false), stemLength('v1.2', true)]).toEqual([1, 4, 4]))
  it('that cannot be', () => expect(['', ' ', 'a/b', '..', 'é'.repeat(128), 'fine'].map(nameFault)).toEqual(['empty', 'empty', 'slash', 'dots', 'long', undefined]))
})

describe('the viewer', () => {
  const rows = [node('f', { is_folder: true }), node('a'), node('b')]
  it('goes round the files', () => expect([neighbour(rows, 'a', 1)?.id, neighbour(rows, 'b', 1)?.id, neighbour(rows, 'a', -1)?.id]).toEqual(['b', 'a', 'b']))
  it('has no neighbour when it is alone', () => expect(neighbour(rows.slice(0, 2), 'a', 1)).toBeUndefined())
})
