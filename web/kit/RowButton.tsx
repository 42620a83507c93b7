import type { MouseEvent } from 'react'
import type { LucideIcon } from 'lucide-react'
import { cx } from './cx'
import s from './Button.module.css'

type Props = { icon: LucideIcon; label: string; in_tab_order: boolean; opens_menu?: boolean; className?: string; onPress: (button: HTMLElement) => void }

/** A small icon button for rows that come and go by the hundred: native, because a tooltip and a trigger each cost more than the row. */
export function RowButton({ icon: Icon, label, in_tab_order, opens_menu, className, onPress }: Props) {
  const onClick = (event: MouseEvent<HTMLElement>) => onPress(event.currentTarget)
  return (
    <button type="button" aria-label={label} title={label} tabIndex={in_tab_order ? 0 : -1} aria-haspopup={opens_menu ? 'menu' : undefined} className={cx(s.rowButton, className)} onClick={onClick}>
      <Icon size={16} strokeWidth={1.8} aria-hidden />
    </button>
  )
}
