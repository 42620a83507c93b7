import { Switch as AriaSwitch } from 'react-aria-components/Switch'
import s from './Field.module.css'

export function Switch({ label, isSelected, onChange }: { label: string; isSelected: boolean; onChange: (on: boolean) => void }) {
  return (
    <AriaSwitch aria-label={label} isSelected={isSelected} onChange={onChange} className={s.switch!}>
      <span className={s.groove}><i /></span>
    </AriaSwitch>
  )
}
