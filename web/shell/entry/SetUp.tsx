import { useState, type FormEvent } from 'react'
import { checkSetup, setUp } from '@/api/account'
import { failureCode } from '@/data/failure'
import { useLoaded } from '@/data/hooks'
import { opened } from '@/data/session'
import { Button } from '@/kit/Button'
import { EmptyState } from '@/kit/EmptyState'
import { sentence } from '@/kit/failure'
import { locale } from '@/kit/i18n/locale'
import { Notice } from '@/kit/Notice'
import { PassphraseField } from '@/kit/PassphraseField'
import { go } from '@/kit/route'
import { TextField } from '@/kit/TextField'
import { setupToken } from '../screens'
import { Frame } from './Frame'
import { t } from './t'
import s from './Frame.module.css'

const FIELD_OF: Record<string, 'name' | 'passphrase' | undefined> = { invalid_name: 'name', name_taken: 'name', weak_passphrase: 'passphrase' }
/** A login name from a display name: `Camille Moreau` → `camille.moreau`. */
const suggest = (public_name: string) => public_name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '.').replace(/^\.+|\.+$/g, '')

export default function SetUp() {
  const [token] = useState(() => setupToken(location.hash))
  const { error, is_loading } = useLoaded(token, () => checkSetup(token))
  if (is_loading) return <Frame title={t('setup.title')}>{null}</Frame>
  if (error && failureCode(error) === 'expired') return <Expired />
  return <SetUpForm token={token} />
}

function Expired() {
  return (
    <Frame title={t('setup.expired.title')}>
      <EmptyState drawing="lost" sentence={t('setup.expired.sentence')}>
        <Button kind="primary" onPress={() => go('/~/login', 'replace')}>{t('setup.expired.login')}</Button>
      </EmptyState>
    </Frame>
  )
}

function SetUpForm({ token }: { token: string }) {
  const [public_name, setPublicName] = useState('')
  const [chosen_name, setChosenName] = useState<string>()
  const [passphrase, setPassphrase] = useState('')
  const [code, setCode] = useState<string>()
  const [is_busy, setBusy] = useState(false)
  const name = chosen_name ?? suggest(public_name)
  const errorOf = (field: 'name' | 'passphrase') => (code && FIELD_OF[code] === field ? sentence(code) : undefined)

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    if (is_busy) return
    setBusy(true)
    setCode(undefined)
    try {
      const account = await setUp({ token, name, public_name: public_name.trim() || name, passphrase, locale: locale() })
      go('/', 'replace')
      opened(account)
    } catch (failure) {
      setCode(failureCode(failure))
      setBusy(false)
    }
  }

  return (
    <Frame title={t('setup.title')} lead={t('setup.lead')}>
      <form className={s.form} onSubmit={onSubmit}>
        {code && !FIELD_OF[code] && <Notice kind="bad">{sentence(code)}</Notice>}
        <TextField label={t('public_name')} hint={t('public_name.hint')} name="name" autoComplete="name" autoFocus isRequired value={public_name} onChange={setPublicName} />
        <TextField label={t('name')} hint={t('setup.name.hint')} error={errorOf('name')} name="username" autoComplete="username" isRequired value={name} onChange={text => { setChosenName(text.toLowerCase()); setCode(undefined) }} />
        <PassphraseField label={t('passphrase')} error={errorOf('passphrase')} value={passphrase} onChange={text => { setPassphrase(text); setCode(undefined) }} about={[name, public_name]} />
        <Button kind="primary" type="submit" className={s.wide} isPending={is_busy} isDisabled={!name || !passphrase}>{t('setup.go')}</Button>
      </form>
    </Frame>
  )
}
