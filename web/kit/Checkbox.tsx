import type { ReactNode } from 'react'
import { Check } from 'lucide-react'
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

export function CheckMark({ on }: { on: boolean }) {
  return (
    <span className={cx(s.mark, on && s.markOn)} aria-hidden>
      <Check size={13} strokeWidth={3} />
    </span>
  )
}
