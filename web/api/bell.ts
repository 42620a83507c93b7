// The bell: a stream that only says "something moved". Read with fetch, so that it carries the shell's header
// (EventSource cannot, and on plain HTTP the cookie counts only with that header).
import { send, NetworkError } from './client'

export type Ring = { event: string; data: string; id: string }

/** The complete events of a text/event-stream buffer and what is left over. */
export function readEvents(buffer: string): { rings: Ring[]; rest: string } {
  const blocks = buffer.replaceAll('\r\n', '\n').split('\n\n')
  const rest = blocks.pop()!
  const rings = blocks.map(block => {
    const ring: Ring = { event: 'message', data: '', id: '' }
    for (const line of block.split('\n')) {
      const [, field, value] = /^(event|data|id): ?(.*)$/.exec(line) ?? []
      if (field === 'data') ring.data += ring.data ? `\n${value}` : value
      else if (field) ring[field as 'event' | 'id'] = value!
    }
    return ring
  })
  return { rings: rings.filter(ring => ring.data), rest }
}

/** Listens until the stream ends or is aborted; `onAlive` also for the comments that keep it awake. */
export async function listen(signal: AbortSignal, onRing: (ring: Ring) => void, onAlive: () => void): Promise<void> {
  const response = await send('GET', '/realtime/bell', { headers: { Accept: 'text/event-stream' }, signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let buffer = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onAlive()
      const { rings, rest } = readEvents(buffer + value)
      buffer = rest
      for (const ring of rings) onRing(ring)
    }
  } catch (cause) {
    throw new NetworkError('bell cut', { cause })
  }
}
