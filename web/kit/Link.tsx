import type { MouseEvent, ReactNode } from 'react'
import { go } from './route'

type Props = { to: string; className?: string; children: ReactNode; 'aria-current'?: 'page'; 'aria-label'?: string; draggable?: boolean; onGo?: () => void }

/** A link to a screen of ours: a real address for new tabs, no page load for a plain click. */
export function Link({ to, onGo, children, ...rest }: Props) {
  const onClick = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    onGo?.()
    go(to)
  }
  return <a href={to} onClick={onClick} {...rest}>{children}</a>
}
