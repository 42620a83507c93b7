import { useState, type FormEvent } from 'react'
import { useLive } from '@/data/hooks'
import { changeProfile, session } from '@/data/session'
import { Avatar } from '@/kit/Avatar'
import { Button } from '@/kit/Button'
import { Card, SettingRow } from '@/kit/Card'
import { LANGUAGES, locale, type Language } from '@/kit/i18n/locale'
import { Segmented } from '@/kit/Segmented'
import { TextField } from '@/kit/TextField'
import { attempt, say } from '@/kit/toasts'
import { t } from '../t'
import s from '../settings.module.css'

const NAMES: Record<Language, string> = { fr: 'Français', en: 'English' }

export function ProfilePage() {
  const now = useLive(session)
  if (now.is !== 'open') return null
  const { account } = now
  return (
    <>
      <Card flush>
        <SettingRow icon={<Avatar name={account.public_name || account.name} size={44} />} name={account.public_name || account.name} sentence={t('profile.login', { name: account.name })} />
        <ProfileForm key={account.rev} public_name={account.public_name} email={account.email ?? ''} />
      </Card>
      <Card flush>
        <SettingRow name={t('language')} sentence={t('language.sentence')}>
          <Segmented label={t('language')} value={locale()} onChange={language => void attempt(() => changeProfile({ locale: language }))} options={LANGUAGES.map(id => ({ id, label: NAMES[id] }))} />
        </SettingRow>
      </Card>
    </>
  )
}

function ProfileForm(saved: { public_name: string; email: string }) {
  const [public_name, setPublicName] = useState(saved.public_name)
  const [email, setEmail] = useState(saved.email)
  const is_same = public_name === saved.public_name && email === saved.email
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    await attempt(async () => {
      await changeProfile({ public_name: public_name.trim(), email: email.trim() })
      say(t('saved'))
    })
  }
  return (
    <form className={s.form} onSubmit={onSubmit}>
      <TextField label={t('profile.public_name')} autoComplete="name" isRequired value={public_name} onChange={setPublicName} />
      <TextField label={t('profile.email')} type="email" autoComplete="email" hint={t('profile.email.hint')} value={email} onChange={setEmail} />
      <div><Button kind="primary" type="submit" isDisabled={is_same}>{t('save')}</Button></div>
    </form>
  )
}
