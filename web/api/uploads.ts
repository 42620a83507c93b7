// The resumable upload that Nextcloud clients use: open, send parts in any order, ask which are there, assemble.
import { send, sendBytes, ApiError, type Sending } from './client'

export type Target = { account: string; path: string }
export type Upload = Target & { id: string; size_bytes: number; mtime_ms: number }

const escape = (path: string) => path.split('/').map(encodeURIComponent).join('/')
export const fileAddress = ({ account, path }: Target): string =>
  `/remote.php/dav/files/${encodeURIComponent(account)}${escape(path.startsWith('/') ? path : `/${path}`)}`
const uploadAddress = ({ account, id }: Upload) => `/remote.php/dav/uploads/${encodeURIComponent(account)}/${id}`
const destination = (target: Target) => ({ Destination: location.origin + fileAddress(target) })
const mtime = (mtime_ms: number) => ({ 'X-OC-Mtime': String(Math.floor(mtime_ms / 1000)) })

export const partName = (index: number): string => String(index + 1).padStart(5, '0')

/** One request for a small file. `may_replace` says whether a taken name is overwritten or refused with 412. */
export async function putFile(target: Target, file: Blob, mtime_ms: number, may_replace: boolean, sending: Sending): Promise<void> {
  const headers: Record<string, string> = { ...mtime(mtime_ms), 'Content-Type': 'application/octet-stream' }
  if (!may_replace) headers['If-None-Match'] = '*'
  await sendBytes('PUT', fileAddress(target), file, { ...sending, headers })
}

/** Opens the upload; says whether it was there already. */
export async function openUpload(upload: Upload, signal: AbortSignal): Promise<{ resumed: boolean }> {
  try {
    const headers = { ...destination(upload), 'OC-Total-Length': String(upload.size_bytes) }
    await send('MKCOL', uploadAddress(upload), { headers, signal })
    return { resumed: false }
  } catch (error) {
    if (error instanceof ApiError && error.status === 405) return { resumed: true }
    throw error
  }
}

/** The parts that the server has, by name, with their sizes. */
export async function listParts(upload: Upload, signal: AbortSignal): Promise<Map<string, number>> {
  const response = await send('PROPFIND', uploadAddress(upload), { headers: { Depth: '1' }, signal })
  return readParts(await response.text())
}

/** Reads the multistatus of an upload: names are the last piece of each href. */
export function readParts(xml: string): Map<string, number> {
  const parts = new Map<string, number>()
  const document = new DOMParser().parseFromString(xml, 'application/xml')
  for (const response of document.getElementsByTagNameNS('DAV:', 'response')) {
    const href = response.getElementsByTagNameNS('DAV:', 'href')[0]?.textContent ?? ''
    const length = response.getElementsByTagNameNS('DAV:', 'getcontentlength')[0]?.textContent
    const name = decodeURIComponent(href.replace(/\/$/, '').split('/').at(-1) ?? '')
    if (/^\d+$/.test(name) && length) parts.set(name, Number(length))
  }
  return parts
}

export async function putPart(upload: Upload, name: string, bytes: Blob, sending: Sending): Promise<void> {
  const headers = { ...destination(upload), 'OC-Total-Length': String(upload.size_bytes), 'Content-Type': 'application/octet-stream' }
  await sendBytes('PUT', `${uploadAddress(upload)}/${name}`, bytes, { ...sending, headers })
}

/** Assembles the parts into the file; 412 when the name is taken and may not be replaced. */
export async function assemble(upload: Upload, may_replace: boolean, signal: AbortSignal): Promise<void> {
  const headers = { ...destination(upload), ...mtime(upload.mtime_ms), 'OC-Total-Length': String(upload.size_bytes), Overwrite: may_replace ? 'T' : 'F' }
  await send('MOVE', `${uploadAddress(upload)}/.file`, { headers, signal })
}

export async function dropUpload(upload: Upload): Promise<void> {
  await send('DELETE', uploadAddress(upload)).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.status === 404)) throw error
  })
}
