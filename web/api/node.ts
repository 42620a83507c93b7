// A file or a folder, as the screens want it: numbers are numbers, times are milliseconds.
import type { Document } from './document'

export const ROOT = 'io.cozy.files.root-dir'
export const TRASH = 'io.cozy.files.trash-dir'

export type FileClass = 'image' | 'video' | 'audio' | 'text' | 'pdf' | 'spreadsheet' | 'slide' | 'zip' | 'code' | 'binary'
export type FileNode = {
  id: string
  rev: string
  is_folder: boolean
  name: string
  dir_id: string
  path: string
  size_bytes: number
  mime: string
  class: FileClass
  created_ms: number
  updated_ms: number
  starred: boolean
  trashed: boolean
  restore_path?: string
  sha256?: string
  md5?: string
  etag?: string
}

export type NodeAttributes = {
  type: 'directory' | 'file'
  name: string
  dir_id: string
  path?: string
  size?: string
  mime?: string
  class?: FileClass
  created_at: string
  updated_at: string
  cozyMetadata?: { favorite?: boolean }
  trashed?: boolean
  restore_path?: string
  sha256?: string
  md5sum?: string
  etag?: string
}

export function toNode({ id, attributes: a, meta }: Document<NodeAttributes>): FileNode {
  return {
    id,
    rev: meta?.rev ?? '',
    is_folder: a.type === 'directory',
    name: a.name,
    dir_id: a.dir_id,
    path: a.path ?? '',
    size_bytes: Number(a.size ?? 0),
    mime: a.mime ?? '',
    class: a.class ?? 'binary',
    created_ms: Date.parse(a.created_at),
    updated_ms: Date.parse(a.updated_at),
    starred: a.cozyMetadata?.favorite ?? false,
    trashed: a.trashed ?? a.restore_path !== undefined,
    restore_path: a.restore_path,
    sha256: a.sha256,
    md5: a.md5sum,
    etag: a.etag,
  }
}

/** `12-abc…` → 12: a later revision of a document has a higher generation. */
export const generation = (rev: string): number => Number.parseInt(rev, 10) || 0
