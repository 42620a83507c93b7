import { useState, type FormEvent } from 'react'
import { changePassphrase } from '@/api/account'
import { failureCode } from '@/data/failure'
import { me } from '@/data/session'
import { Button } from '@/kit/Button'
import { Card } from '@/kit/Card'
import { sentence } from '@/kit/failure'
import { Notice } from '@/kit/Notice'
import { PassphraseField } from '@/kit/PassphraseField'
import { TextField } from '@/kit/TextField'
import { say } from '@/kit/toasts'
import { t } from '../t'
import s from '../settings.module.css'

export function SecurityPage() {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [code, setCode] = useState<string>()
  const [is_busy, setBusy] = useState(false)

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setCode(undefined)
    try {
      await changePassphrase(current, next)
      setCurrent('')
      setNext('')
      say(t('security.changed'))
    } catch (error) {
      setCode(failureCode(error))
    }
    setBusy(false)
  }

  const is_wrong = code === 'unauthenticated'
  const is_weak = code === 'weak_passphrase'
  return (
    <Card title={t('security.passphrase')} heading="h3">
      <form className={s.plainForm} onSubmit={onSubmit}>
        <input type="text" name="username" autoComplete="username" value={me().name} readOnly hidden />
        {code && !is_wrong && !is_weak && <Notice kind="bad">{sentence(code)}</Notice>}
        <TextField label={t('security.current')} type="password" autoComplete="current-password" isRequired value={current} onChange={setCurrent} error={is_wrong ? t('security.wrong') : undefined} />
        <PassphraseField label={t('security.new')} value={next} onChange={setNext} about={[me().name, me().public_name]} error={is_weak ? sentence(code!) : undefined} />
        <Notice kind="info">{t('security.others')}</Notice>
        <div><Button kind="primary" type="submit" isPending={is_busy} isDisabled={!current || !next}>{t('security.change')}</Button></div>
      </form>
    </Card>
  )
}
