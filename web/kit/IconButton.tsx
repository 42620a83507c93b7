import type { LucideIcon } from 'lucide-react'
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip'
import { Button, type ButtonProps } from './Button'
import { cx } from './cx'
import { keyNames } from './keys'
import s from './Button.module.css'

type Props = Omit<ButtonProps, 'children'> & { label: string; icon: LucideIcon; keys?: string; size?: number }

/** A button that is only an icon: its name is a tooltip for the eyes and a label for the ears. */
export function IconButton({ label, icon: Icon, keys, size = 18, className, ...rest }: Props) {
  return (
    <TooltipTrigger delay={500} closeDelay={60}>
      <Button {...rest} aria-label={label} className={cx(s.icon, className)}>
        <Icon size={size} strokeWidth={1.8} aria-hidden />
      </Button>
      <Tooltip className={s.tip!} offset={6}>
        {label}
        {keys && <kbd>{keyNames(keys).join(' ')}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  )
}
