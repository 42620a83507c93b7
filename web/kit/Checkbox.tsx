import type { ReactNode } from 'react'
import { Check, Minus } from 'lucide-react'
import { Checkbox as AriaCheckbox } from 'react-aria-components/Checkbox'
import { cx } from './cx'
import s from './Field.module.css'

type Props = { isSelected: boolean; onChange: (on: boolean) => void; children: ReactNode }

export function Checkbox({ isSelected, onChange, children }: Props) {
  return (
    <AriaCheckbox isSelected={isSelected} onChange={onChange} className={s.check!}>
      <CheckMark on={isSelected} />
      <span>{children}</span>
    </AriaCheckbox>
  )
}

export function CheckMark({ on, some = false }: { on: boolean; some?: boolean }) {
  return (
    <span className={cx(s.mark, (on || some) && s.markOn)} aria-hidden>
      {some ? <Minus size={13} strokeWidth={3} /> : <Check size={13} strokeWidth={3} />}
    </span>
  )
}
