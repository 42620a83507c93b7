import { useId } from 'react'
import { strength } from './strength'
import { t } from './t'
import { TextField } from './TextField'
import s from './PassphraseField.module.css'

type Props = { label: string; error?: string; value: string; onChange: (text: string) => void; about: readonly string[] }

const SAYS = ['strength.hint', 'strength.weak', 'strength.fair', 'strength.good', 'strength.strong'] as const

/** A new passphrase, with an honest word on how hard it is to guess. */
export function PassphraseField({ about, ...field }: Props) {
  const id = useId()
  const level = strength(field.value, about)
  return (
    <div className={s.passphrase}>
      <TextField {...field} type="password" name="new-password" autoComplete="new-password" isRequired aria-describedby={id} />
      <div className={s.bars} aria-hidden>{[1, 2, 3, 4].map(bar => <i key={bar} data-on={bar <= level ? level : undefined} />)}</div>
      <p id={id} aria-live="polite">{t(SAYS[level])}</p>
    </div>
  )
}
