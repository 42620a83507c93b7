// The two lines at the top of the tray.
import type { Uploads } from '@/data/upload/queue'
import { bytesPerSecond, secondsLeft } from '@/data/upload/rate'
import { bytes, duration } from '@/kit/i18n/units'
import { t } from './t'

export function headline({ totals, reading }: Uploads): string {
  if (reading && !totals.files) return t('reading')
  if (totals.active) return t('uploading', { n: totals.active + totals.done })
  if (totals.failed) return t('failed', { n: totals.failed })
  if (totals.lost) return t('interrupted', { n: totals.lost })
  return t('finished', { n: totals.done })
}

export function subline({ totals, samples, reading, is_held }: Uploads): string {
  if (reading) return t('found', { n: totals.files })
  if (!totals.active) return bytes(totals.sent_bytes)
  if (totals.conflicts === totals.active) return t('state.conflict')
  if (is_held) return t('held')
  if (totals.waiting && totals.waiting + totals.paused + totals.conflicts >= Math.min(totals.active, 3)) return t('state.waiting')
  const left_s = secondsLeft(totals.total_bytes - totals.sent_bytes, samples)
  const sent = t('sent', { sent: bytes(totals.sent_bytes), total: bytes(totals.total_bytes) })
  return left_s === undefined ? sent : t('remaining', { time: duration(left_s), rate: bytes(bytesPerSecond(samples)) })
}
