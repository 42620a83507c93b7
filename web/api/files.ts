// Files and folders.
import { ask, send, type Call } from './client'
import type { Document, One } from './document'
import { toNode, type FileNode, type NodeAttributes } from './node'

export type Sort = 'name' | '-name' | 'updated_at' | '-updated_at' | 'size' | '-size'
export type Page = { node?: FileNode; rows: FileNode[]; next?: string; count?: number }
export type Version = { id: string; size_bytes: number; updated_ms: number }
export type Operation =
  | { op: 'trash' | 'restore' | 'destroy'; id: string }
  | { op: 'move' | 'copy'; id: string; dir_id: string; name?: string }
  | { op: 'update'; id: string; attributes: { name?: string; cozyMetadata?: { favorite: boolean } } }
export type Outcome = { status: string; data?: FileNode; code?: string }
export type Change = { id: string; deleted: boolean; node?: FileNode }
export type Changes = { cursor: string; pending: number; changes: Change[] }

type Node = Document<NodeAttributes>
type Listing = { data: Node | Node[]; included?: Node[]; links?: { next?: string }; meta?: { count?: number } }

const at = (id: string) => `/files/${encodeURIComponent(id)}`
const one = async (answer: Promise<One<NodeAttributes>>): Promise<FileNode> => toNode((await answer).data)

function page({ data, included, links, meta }: Listing): Page {
  const rows = Array.isArray(data) ? data : (included ?? [])
  return { node: Array.isArray(data) ? undefined : toNode(data), rows: rows.map(toNode), next: links?.next, count: meta?.count }
}

export const getNode = (id: string, call: Call = {}) => one(ask('GET', at(id), { ...call, query: { 'page[limit]': 1 } }))
export const getNodeAt = (path: string) => one(ask('GET', '/files/metadata', { query: { Path: path, 'page[limit]': 1 } }))

/** One page of a folder; `next` is the address the page before gave. */
export const getPage = async (id: string, sort: Sort, limit: number, next?: string): Promise<Page> =>
  page(await ask<Listing>('GET', next ?? at(id), next ? {} : { query: { 'page[limit]': limit, sort } }))

export const getTrash = async (limit: number, next?: string): Promise<Page> =>
  page(await ask<Listing>('GET', next ?? '/files/trash', next ? {} : { query: { 'page[limit]': limit } }))

export const getRecent = async (limit: number): Promise<FileNode[]> =>
  page(await ask<Listing>('GET', '/files/_recent', { query: { 'page[limit]': limit } })).rows

export const addFolder = (dir_id: string, name: string) =>
  one(ask('POST', at(dir_id), { query: { Type: 'directory', Name: name } }))

export type NodeChange = { name?: string; dir_id?: string; cozyMetadata?: { favorite: boolean } }
export const changeNode = (id: string, attributes: NodeChange) =>
  one(ask('PATCH', at(id), { json: { data: { type: 'io.cozy.files', id, attributes } } }))

export const emptyTrash = () => ask<void>('DELETE', '/files/trash')

/** Runs many operations at once; each stands for itself, so the outcomes come back one by one. */
export async function batch(operations: Operation[]): Promise<Outcome[]> {
  type Result = { status: string; data?: Node; errors?: { code?: string }[] }
  const { results } = await ask<{ results: Result[] }>('POST', '/files/_batch', { json: { operations } })
  return results.map(({ status, data, errors }) => ({ status: String(status), data: data ? toNode(data) : undefined, code: errors?.[0]?.code }))
}

/** A secret address of the bytes, good for ten minutes: it needs no header, so `<img>` and `<video>` may use it. */
export async function getSecretAddress(id: string): Promise<string> {
  const { links } = await ask<{ links: { related: string } }>('POST', '/files/downloads', { query: { Id: id } })
  return onOurOrigin(links.related)
}

export async function getArchiveAddress(name: string, ids: string[]): Promise<string> {
  const json = { data: { type: 'io.cozy.archives', attributes: { name, ids } } }
  const { links } = await ask<{ links: { related: string } }>('POST', '/files/archive', { json })
  return onOurOrigin(links.related)
}

/** The server may not know the name that it is reached by: only the path of what it says is used. */
function onOurOrigin(link: string): string {
  const url = new URL(link, location.origin)
  return url.pathname + url.search
}

export const getBytes = async (id: string, call: Call = {}): Promise<Blob> =>
  (await send('GET', `/files/download/${encodeURIComponent(id)}`, call)).blob()

export async function getVersions(id: string): Promise<Version[]> {
  type Attributes = { size: string; updated_at: string }
  const { data } = await ask<{ data: Document<Attributes>[] }>('GET', `${at(id)}/versions`)
  return data.map(version => ({
    id: version.id.split('/').at(-1)!,
    size_bytes: Number(version.attributes.size),
    updated_ms: Date.parse(version.attributes.updated_at),
  }))
}
export const getVersionBytes = async (id: string, version: string): Promise<Blob> =>
  (await send('GET', `/files/download/${encodeURIComponent(id)}/${encodeURIComponent(version)}`)).blob()
export const revert = (id: string, version: string) =>
  one(ask('POST', `/files/revert/${encodeURIComponent(id)}/${encodeURIComponent(version)}`))

/** What changed since a cursor (`now` for just the cursor). */
export async function getChanges(since: string, limit: number): Promise<Changes> {
  type Row = { id: string; deleted?: boolean; doc?: Node | null }
  type Answer = { last_seq: string | number; pending: number; results: Row[] }
  const answer = await ask<Answer>('GET', '/files/_changes', { query: { since, limit, include_docs: true } })
  return {
    cursor: String(answer.last_seq),
    pending: answer.pending ?? 0,
    changes: answer.results.map(({ id, deleted, doc }) => ({ id, deleted: deleted ?? false, node: doc?.attributes ? toNode(doc) : undefined })),
  }
}
