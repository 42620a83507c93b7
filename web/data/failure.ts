// The one word that says why something failed; kit has a sentence for each.
import { ApiError, NetworkError } from '@/api/client'
import { PartlyRefused } from './actions'

export function failureCode(error: unknown): string {
  if (error instanceof ApiError || error instanceof PartlyRefused) return error.code
  return error instanceof NetworkError ? 'network' : 'internal'
}
