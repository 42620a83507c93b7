import type { LucideIcon } from 'lucide-react'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'
import s from './Field.module.css'

export type Option<Id extends string> = { id: Id; label: string; icon?: LucideIcon; icon_only?: boolean }
type Props<Id extends string> = { label: string; value: Id; options: Option<Id>[]; onChange: (id: Id) => void }

/** One of a few. */
export function Segmented<Id extends string>({ label, value, options, onChange }: Props<Id>) {
  return (
    <ToggleButtonGroup aria-label={label} className={s.seg!} selectedKeys={[value]} disallowEmptySelection onSelectionChange={keys => onChange([...keys][0] as Id)}>
      {options.map(({ id, label, icon: Icon, icon_only }) => (
        <ToggleButton key={id} id={id} aria-label={icon_only ? label : undefined}>
          {Icon && <Icon size={17} strokeWidth={1.9} aria-hidden />}
          {!icon_only && label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
