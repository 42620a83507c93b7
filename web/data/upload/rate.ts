// How fast it goes and when it will be done: the mean of the last seconds, so that one stall does not make the number jump. Pure.
export type Sample = { at_ms: number; sent_bytes: number }

const WINDOW_MS = 6000

export function addSample(samples: readonly Sample[], sample: Sample): Sample[] {
  return [...samples.filter(old => sample.at_ms - old.at_ms <= WINDOW_MS && old.sent_bytes <= sample.sent_bytes), sample]
}

export function bytesPerSecond(samples: readonly Sample[]): number {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last.at_ms - first.at_ms < 500) return 0
  return ((last.sent_bytes - first.sent_bytes) * 1000) / (last.at_ms - first.at_ms)
}

export function secondsLeft(left_bytes: number, samples: readonly Sample[]): number | undefined {
  const rate = bytesPerSecond(samples)
  return rate > 0 ? left_bytes / rate : undefined
}
