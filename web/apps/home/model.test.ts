import { describe, expect, it } from 'vitest'
import type { FileNode } from '@/api/node'
import { changedToday, dayPart, firstName, shares } from './model'

describe('home', () => {
  it('greets by the hour', () => expect([3, 8, 14, 22].map(dayPart)).toEqual(['evening', 'morning', 'afternoon', 'evening']))
  it('greets by the first name', () => expect(['Camille Moreau', ' Léo ', ''].map(firstName)).toEqual(['Camille', 'Léo', '']))
  it('counts the files of today', () => {
    const now = new Date(2026, 10, 21, 12).getTime()
    const rows = [0, 11, 13, 40].map(hours => ({ updated_ms: now - hours * 3_600_000 }) as FileNode)
    expect(changedToday(rows, now)).toBe(2)
  })
  it('shares the room by the quota, or by what is used', () => {
    const usage = { used_bytes: 100, files_bytes: 60, trash_bytes: 10, versions_bytes: 30 }
    expect(shares(usage).map(share => share.ratio)).toEqual([0.6, 0.3, 0.1])
    expect(shares({ ...usage, quota_bytes: 1000 }).map(share => share.ratio)).toEqual([0.06, 0.03, 0.01])
  })
})
