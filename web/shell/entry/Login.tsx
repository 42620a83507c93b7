import { useState, type FormEvent } from 'react'
import type { Status } from '@/api/account'
import { logIn } from '@/api/account'
import { ApiError } from '@/api/client'
import { failureCode } from '@/data/failure'
import { opened } from '@/data/session'
import { Button } from '@/kit/Button'
import { Checkbox } from '@/kit/Checkbox'
import { sentence } from '@/kit/failure'
import { Notice } from '@/kit/Notice'
import { TextField } from '@/kit/TextField'
import { Frame } from './Frame'
import { t } from './t'
import s from './Frame.module.css'

export default function Login({ status }: { status?: Status }) {
  const [name, setName] = useState('')
  const [passphrase, setPassphrase] = useState('')
  const [stays, setStays] = useState(true)
  const [error, setError] = useState<string>()
  const [is_busy, setBusy] = useState(false)

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    if (is_busy) return
    setBusy(true)
    setError(undefined)
    try {
      opened(await logIn(name.trim(), passphrase, stays))
    } catch (failure) {
      setError(whyNot(failure))
      setBusy(false)
    }
  }

  const organisation = status?.organisation
  return (
    <Frame title={t('login.title')} lead={organisation ? t('login.lead', { organisation }) : t('login.lead.plain')}>
      <form className={s.form} onSubmit={onSubmit}>
        {error && <Notice kind="bad">{error}</Notice>}
        <TextField label={t('name')} name="username" autoComplete="username" autoFocus isRequired value={name} onChange={setName} />
        <TextField label={t('passphrase')} name="password" type="password" autoComplete="current-password" isRequired value={passphrase} onChange={setPassphrase} />
        <Checkbox isSelected={stays} onChange={setStays}>{t('stay')}</Checkbox>
        <Button kind="primary" type="submit" className={s.wide} isPending={is_busy}>{t('login.go')}</Button>
      </form>
    </Frame>
  )
}

function whyNot(failure: unknown): string {
  if (failure instanceof ApiError && failure.status === 401) return t('login.wrong')
  if (failure instanceof ApiError && failure.retry_after_s) return t('throttled', { s: failure.retry_after_s })
  return sentence(failureCode(failure))
}
