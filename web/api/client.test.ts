import { describe, expect, it } from 'vitest'
import { readEvents } from './bell'
import { address, errorFrom } from './client'
import { generation, toNode } from './node'
import { fileAddress, partName, readParts } from './uploads'

describe('addresses', () => {
  it('escape their query', () => expect(address('/files/x', { Name: 'a&b é', none: undefined })).toBe('/files/x?Name=a%26b+%C3%A9'))
  it('add to a query that is there', () => expect(address('/files?x=1', { y: 2 })).toBe('/files?x=1&y=2'))
  it('escape each piece of a path', () => expect(fileAddress({ account: 'camille', path: '/Été/a#1?.txt' })).toBe('/remote.php/dav/files/camille/%C3%89t%C3%A9/a%231%3F.txt'))
  it('number parts from one', () => expect([0, 41].map(partName)).toEqual(['00001', '00042']))
})

describe('errors', () => {
  it('have the code of the server', () => expect(errorFrom(409, '{"errors":[{"status":"409","code":"exists","detail":"d"}]}', null)).toMatchObject({ status: 409, code: 'exists', detail: 'd' }))
  it('have a code even without a body', () => expect([401, 404, 423, 507, 500].map(status => errorFrom(status, '<xml/>', null).code)).toEqual(['unauthenticated', 'missing', 'locked', 'quota', 'internal']))
  it('say how long to wait', () => expect(errorFrom(429, '', '30').retry_after_s).toBe(30))
})

describe('the bell', () => {
  it('reads whole events and keeps the rest', () => {
    const { rings, rest } = readEvents('event: moved\nid: a.1\ndata: {"cursor":"a.1"}\n\n: awake\n\nevent: mo')
    expect(rings).toEqual([{ event: 'moved', id: 'a.1', data: '{"cursor":"a.1"}' }])
    expect(rest).toBe('event: mo')
  })
  it('reads CRLF too', () => expect(readEvents('data: x\r\n\r\n').rings).toHaveLength(1))
})

describe('the parts that are there', () => {
  const xml = `<multistatus xmlns="DAV:">
    <response><href>/remote.php/dav/uploads/c/web-1/</href><propstat><prop><resourcetype><collection/></resourcetype></prop></propstat></response>
    <response><href>/remote.php/dav/uploads/c/web-1/00001</href><propstat><prop><getcontentlength>500</getcontentlength></prop></propstat></response>
    <response><href>/remote.php/dav/uploads/c/web-1/.file</href><propstat><prop><getcontentlength>9</getcontentlength></prop></propstat></response>
  </multistatus>`
  it('are named by numbers', () => expect([...readParts(xml)]).toEqual([['00001', 500]]))
})

describe('nodes', () => {
  it('are read from documents', () => {
    const node = toNode({ id: 'x', type: 'io.cozy.files', meta: { rev: '3-abc' }, attributes: { type: 'file', name: 'a.txt', dir_id: 'd', size: '12', created_at: '2026-11-21T10:00:00.000Z', updated_at: '2026-11-21T10:00:00.500Z', cozyMetadata: { favorite: true } } })
    expect(node).toMatchObject({ size_bytes: 12, is_folder: false, starred: true, trashed: false, updated_ms: Date.UTC(2026, 10, 21, 10) + 500 })
  })
  it('have a generation', () => expect([generation('12-abc'), generation('')]).toEqual([12, 0]))
})
