import { useState, type FormEvent } from 'react'
import { KeyRound } from 'lucide-react'
import { addAppPassword, getAppPasswords, revokeAppPassword, type AppPassword } from '@/api/account'
import { useLoaded } from '@/data/hooks'
import { Button } from '@/kit/Button'
import { Card, SettingRow } from '@/kit/Card'
import { confirm } from '@/kit/Dialog'
import { showDialog } from '@/kit/dialogs'
import { EmptyState } from '@/kit/EmptyState'
import { moment, when } from '@/kit/i18n/units'
import { TextField } from '@/kit/TextField'
import { attempt, say } from '@/kit/toasts'
import { t } from '../t'
import { NewPasswordDialog } from './NewPasswordDialog'
import { Wait } from './Wait'
import s from '../settings.module.css'

export function AppPasswordsPage() {
  const passwords = useLoaded('app-passwords', getAppPasswords)
  const revoke = async ({ id, label }: AppPassword) => {
    if (!(await confirm(t('passwords.revoke.title', { label }), t('passwords.revoke.sentence'), t('passwords.revoke')))) return
    await attempt(async () => {
      await revokeAppPassword(id)
      say(t('passwords.revoked', { label }))
      passwords.reload()
    })
  }
  const list = passwords.value ?? []
  return (
    <>
      <Card><NewPassword onMade={passwords.reload} /></Card>
      <Card flush>
        <Wait on={passwords}>
          {list.length === 0 && <EmptyState drawing="cloud" title={t('passwords.none')} sentence={t('passwords.none.sentence')} />}
          {list.map(password => (
            <SettingRow
              key={password.id}
              icon={<KeyRound size={20} strokeWidth={1.7} />}
              name={password.label}
              sentence={<>{password.last_used ? t('passwords.used', { when: when(Date.parse(password.last_used)), address: password.last_address ?? '' }) : t('passwords.unused')}<br />{t('passwords.since', { when: moment(Date.parse(password.created_at)) })}</>}
            >
              <Button kind="outline" small aria-label={`${t('passwords.revoke')} · ${password.label}`} onPress={() => void revoke(password)}>{t('passwords.revoke')}</Button>
            </SettingRow>
          ))}
        </Wait>
      </Card>
    </>
  )
}

function NewPassword({ onMade }: { onMade: () => void }) {
  const [label, setLabel] = useState('')
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    const made = await attempt(() => addAppPassword(label.trim()))
    if (!made) return
    setLabel('')
    onMade()
    await showDialog(close => <NewPasswordDialog made={made} close={close} />, 'large')
  }
  return (
    <form className={s.line} onSubmit={onSubmit}>
      <TextField label={t('passwords.label')} placeholder={t('passwords.label.example')} isRequired value={label} onChange={setLabel} />
      <Button kind="primary" type="submit" isDisabled={!label.trim()}>{t('passwords.create')}</Button>
    </form>
  )
}
