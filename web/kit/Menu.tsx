import type { ReactNode } from 'react'
import type { LucideIcon } from 'lucide-react'
import { Menu as AriaMenu, MenuItem as AriaMenuItem, MenuTrigger } from 'react-aria-components/Menu'
import { Popover, type PopoverProps } from 'react-aria-components/Popover'
import { Separator } from 'react-aria-components/Separator'
import { cx } from './cx'
import { Keys } from './Keys'
import s from './Menu.module.css'

export { MenuTrigger }

export const Pop = (props: Omit<PopoverProps, 'className'>) => <Popover offset={6} {...props} className={s.pop!} />

export function Menu({ label, children, onClose }: { label: string; children: ReactNode; onClose?: () => void }) {
  return <AriaMenu aria-label={label} className={s.menu!} onClose={onClose} autoFocus={onClose ? 'first' : undefined}>{children}</AriaMenu>
}

type ItemProps = { icon?: LucideIcon; label: string; keys?: string; danger?: boolean; href?: string; onAction?: () => void }

export function MenuItem({ icon: Icon, label, keys, danger, ...rest }: ItemProps) {
  return (
    <AriaMenuItem {...rest} textValue={label} className={cx(s.item, danger && s.danger)}>
      {Icon && <Icon size={17} strokeWidth={1.8} aria-hidden />}
      <span>{label}</span>
      {keys && <Keys of={keys} />}
    </AriaMenuItem>
  )
}

export const MenuSeparator = () => <Separator className={s.separator!} />
