// The one way to the server: every call carries the shell's header, every failure becomes an ApiError or a NetworkError.
export type Query = Record<string, string | number | boolean | undefined>
export type Call = {
  query?: Query
  json?: unknown
  body?: BodyInit
  headers?: Record<string, string>
  signal?: AbortSignal
  /** A 401 is an answer here (wrong passphrase), not the end of the session. */
  asks_who?: boolean
}
export type Watcher = { unauthenticated: () => void; reachable: (yes: boolean) => void }

const SHELL_HEADERS = { 'X-Abri-Shell': '1' }
const THROTTLE_WAIT_S_MAX = 10
const THROTTLE_TRIES_MAX = 2

/** The server said no; `code` is the stable word to translate. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail = '',
    readonly retry_after_s?: number,
  ) {
    super(`${status} ${code} ${detail}`)
  }
}

/** The server could not be reached, or the connection broke. */
export class NetworkError extends Error {}

let watcher: Watcher = { unauthenticated: () => {}, reachable: () => {} }
export const watchApi = (next: Watcher): void => {
  watcher = next
}

const FALLBACK_CODE: Record<number, string> = {
  400: 'bad_request', 401: 'unauthenticated', 403: 'forbidden', 404: 'missing', 409: 'exists', 410: 'expired',
  412: 'conflict', 413: 'quota', 423: 'locked', 429: 'throttled', 507: 'quota',
}

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value))
  const text = search.toString()
  return text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path
}

/** What an error answer means; the body may be our JSON, WebDAV's XML or nothing. */
export function errorFrom(status: number, body: string, retry_after: string | null): ApiError {
  let code = FALLBACK_CODE[status] ?? 'internal'
  let detail = ''
  try {
    const first = (JSON.parse(body) as { errors?: { code?: string; detail?: string }[] }).errors?.[0]
    code = first?.code ?? code
    detail = first?.detail ?? ''
  } catch {
    // not JSON: the status says enough
  }
  return new ApiError(status, code, detail, retry_after ? Number(retry_after) || undefined : undefined)
}

const pause = (wait_ms: number) => new Promise(resolve => setTimeout(resolve, wait_ms))

/** The raw answer of a call that succeeded. A throttled read is asked again when the server says so. */
export async function send(method: string, path: string, call: Call = {}): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await attemptOnce(method, path, call)
    if (response.ok) return response
    const error = errorFrom(response.status, await response.text(), response.headers.get('Retry-After'))
    const wait_s = error.retry_after_s ?? 1
    if (error.status === 429 && method === 'GET' && attempt <= THROTTLE_TRIES_MAX && wait_s <= THROTTLE_WAIT_S_MAX) {
      await pause(wait_s * 1000)
      continue
    }
    if (error.status === 401 && !call.asks_who) watcher.unauthenticated()
    throw error
  }
}

async function attemptOnce(method: string, path: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = { ...SHELL_HEADERS, ...call.headers }
  if (call.json !== undefined) headers['Content-Type'] = 'application/json'
  try {
    const response = await fetch(address(path, call.query), {
      method,
      headers,
      body: call.json === undefined ? call.body : JSON.stringify(call.json),
      signal: call.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    })
    watcher.reachable(true)
    return response
  } catch (cause) {
    if (call.signal?.aborted) throw cause
    watcher.reachable(false)
    throw new NetworkError('unreachable', { cause })
  }
}

/** The JSON of an answer; `undefined` for an empty one. */
export async function ask<T>(method: string, path: string, call: Call = {}): Promise<T> {
  const response = await send(method, path, call)
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch (cause) {
    // the connection broke in the middle of the body
    throw new NetworkError('cut', { cause })
  }
}

export type Sending = { headers?: Record<string, string>; signal: AbortSignal; onSent: (sent_bytes: number) => void }

/** Sends bytes with progress, which `fetch` cannot tell. Resolves with the status and the answer's headers. */
export function sendBytes(method: string, path: string, body: Blob, sending: Sending): Promise<{ status: number; header: (name: string) => string | null }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    request.open(method, path)
    for (const [name, value] of Object.entries({ ...SHELL_HEADERS, ...sending.headers })) request.setRequestHeader(name, value)
    request.upload.onprogress = event => sending.onSent(event.loaded)
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    request.onerror = () => {
      watcher.reachable(false)
      reject(new NetworkError('unreachable'))
    }
    request.onload = () => {
      watcher.reachable(true)
      if (request.status >= 200 && request.status < 300) return resolve({ status: request.status, header: name => request.getResponseHeader(name) })
      if (request.status === 401) watcher.unauthenticated()
      reject(errorFrom(request.status, request.responseText, request.getResponseHeader('Retry-After')))
    }
    request.onloadend = () => sending.signal.removeEventListener('abort', abort)
    if (sending.signal.aborted) return reject(new DOMException('aborted', 'AbortError'))
    sending.signal.addEventListener('abort', abort)
    request.send(body)
  })
}
