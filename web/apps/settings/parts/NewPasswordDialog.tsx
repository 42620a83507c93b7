import { KeyRound } from 'lucide-react'
import type { NewAppPassword } from '@/api/account'
import { Button } from '@/kit/Button'
import { CopyButton } from '@/kit/CopyButton'
import { DialogFrame } from '@/kit/Dialog'
import { Notice } from '@/kit/Notice'
import { t } from '../t'
import s from '../settings.module.css'

/** Shown once: what to type into the other program, and where. */
export function NewPasswordDialog({ made, close }: { made: NewAppPassword; close: () => void }) {
  const dav = `${location.origin}/remote.php/dav/files/${encodeURIComponent(made.login)}/`
  const rows = [
    [t('passwords.login'), made.login],
    [t('passwords.password'), made.password],
    [t('passwords.server'), location.origin],
    [t('passwords.dav'), dav],
  ] as const
  return (
    <DialogFrame title={t('passwords.made', { label: made.label })} icon={<KeyRound size={24} aria-hidden />} close={close} actions={<Button kind="primary" onPress={close}>{t('done')}</Button>}>
      <Notice kind="warn">{t('passwords.once')}</Notice>
      <dl className={s.secrets}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd><code data-secret={name}>{value}</code><CopyButton text={value} label={name} /></dd>
          </div>
        ))}
      </dl>
      <div>
        <h3 className={s.how}>{t('passwords.how')}</h3>
        <ul className={s.ways}>
          <li>{t('passwords.how.nextcloud')}</li>
          <li>{t('passwords.how.files')}</li>
          <li>{t('passwords.how.dav')}</li>
        </ul>
      </div>
    </DialogFrame>
  )
}
