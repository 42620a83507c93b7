// The sentence for an error's code.
import { t } from './t'
import type en from './words/en.json'

type ErrorKey = Extract<keyof typeof en, `error.${string}`>
const CODES: Record<string, ErrorKey> = {
  bad_request: 'error.bad_request', checksum: 'error.checksum', conflict: 'error.conflict', exists: 'error.exists', expired: 'error.expired',
  forbidden: 'error.forbidden', invalid_cycle: 'error.invalid_cycle', invalid_name: 'error.invalid_name', locked: 'error.locked',
  missing: 'error.missing', name_taken: 'error.name_taken', network: 'error.network', no_parent: 'error.no_parent', quota: 'error.quota',
  throttled: 'error.throttled', too_large: 'error.too_large', unauthenticated: 'error.unauthenticated', unreadable: 'error.unreadable',
  weak_passphrase: 'error.weak_passphrase',
}

export const sentence = (code: string): string => t(CODES[code] ?? 'error.internal')
