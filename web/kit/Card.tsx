import type { ReactNode } from 'react'
import { cx } from './cx'
import s from './Card.module.css'

type CardProps = { title?: string; heading?: 'h2' | 'h3'; action?: ReactNode; children: ReactNode; flush?: boolean }

export function Card({ title, heading: Heading = 'h2', action, children, flush }: CardProps) {
  return (
    <section className={cx(s.card, flush && s.flush)}>
      {title && (
        <div className={s.head}>
          <Heading>{title}</Heading>
          {action}
        </div>
      )}
      {children}
    </section>
  )
}

/** One setting: its name, a sentence, its control. */
export function SettingRow({ icon, name, sentence, children }: { icon?: ReactNode; name: ReactNode; sentence?: ReactNode; children?: ReactNode }) {
  return (
    <div className={s.row}>
      {icon && <span className={s.icon} aria-hidden>{icon}</span>}
      <div className={s.text}>
        <div className={s.name}>{name}</div>
        {sentence && <div className={s.sentence}>{sentence}</div>}
      </div>
      {children && <div className={s.control}>{children}</div>}
    </div>
  )
}

export function Tag({ tone, children }: { tone: 'ok' | 'warn' | 'bad' | 'accent'; children: ReactNode }) {
  return <span className={cx(s.tag, s[tone])}>{children}</span>
}
