import type { ReactNode } from 'react'
import s from './EmptyState.module.css'

export type Drawing = 'folder' | 'trash' | 'clock' | 'lost' | 'cloud'

const SHAPES: Record<Drawing, ReactNode> = {
  folder: <path d="M34 50c0-5 4-9 9-9h17c3 0 5 1 7 3l4 4c1 1 3 2 4 2h32c5 0 9 4 9 9v35c0 5-4 9-9 9H43c-5 0-9-4-9-9Z" />,
  trash: <path d="M48 56h54l-4 42c-.4 5-4 8-9 8H61c-5 0-8.600-3-9-8ZM42 48h66M65 48v-5c0-3 2-5 5-5h10c3 0 5 2 5 5v5M66 68l2 26M84 68l-2 26" />,
  clock: <path d="M75 38a34 34 0 1 0 .1 0ZM75 52v21l14 9" />,
  lost: <path d="M69 42a27 27 0 1 0 .1 0ZM90 90l18 18M60 60l18 18M78 60 60 78" />,
  cloud: <path d="M52 96h50a17 17 0 0 0 2-34 27 27 0 0 0-52-5 20 20 0 0 0 0 39ZM76 84V66M67 74l9-9 9 9" />,
}

/** Nothing here: a drawing, a sentence, a button. */
export function EmptyState({ drawing, title, sentence, children }: { drawing: Drawing; title?: string; sentence?: string; children?: ReactNode }) {
  return (
    <div className={s.empty}>
      <svg className={s.drawing} viewBox="0 0 150 140" aria-hidden>
        <circle cx="75" cy="73" r="58" />
        <circle cx="122" cy="34" r="5" />
        <circle cx="27" cy="108" r="3.500" />
        <g>{SHAPES[drawing]}</g>
      </svg>
      {title && <h2>{title}</h2>}
      {sentence && <p>{sentence}</p>}
      {children && <div className={s.actions}>{children}</div>}
    </div>
  )
}
