import type { ReactNode } from 'react'
import { CircleAlert, Info } from 'lucide-react'
import { cx } from './cx'
import s from './Field.module.css'

/** A sentence in a tinted box; bad news is said aloud. */
export function Notice({ kind, children }: { kind: 'bad' | 'info' | 'warn'; children: ReactNode }) {
  const Icon = kind === 'info' ? Info : CircleAlert
  return (
    <div className={cx(s.notice, s[kind])} role={kind === 'bad' ? 'alert' : undefined}>
      <Icon size={17} strokeWidth={1.9} aria-hidden />
      <div>{children}</div>
    </div>
  )
}
