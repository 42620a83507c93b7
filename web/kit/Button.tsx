import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import { cx } from './cx'
import s from './Button.module.css'

export type ButtonProps = Omit<AriaButtonProps, 'className' | 'children' | 'style'> & {
  kind?: 'primary' | 'outline' | 'danger' | 'plain'
  small?: boolean
  on?: boolean
  className?: string
  children?: ReactNode
}

export function Button({ kind = 'plain', small, on, className, ...rest }: ButtonProps) {
  return <AriaButton {...rest} className={cx(s.button, s[kind], small && s.small, on && s.on, className)} />
}
