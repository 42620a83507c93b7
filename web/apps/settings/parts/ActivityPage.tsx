import { useState } from 'react'
import { CircleCheck, KeyRound, LogIn, LogOut, ShieldAlert, ShieldCheck, UserPlus, type LucideIcon } from 'lucide-react'
import { getAudit, type AuditEvent, type AuditPage } from '@/api/account'
import { useLoaded } from '@/data/hooks'
import { Button } from '@/kit/Button'
import { Card, SettingRow, Tag } from '@/kit/Card'
import { EmptyState } from '@/kit/EmptyState'
import { moment } from '@/kit/i18n/units'
import { attempt } from '@/kit/toasts'
import { t } from '../t'
import type en from '../words/en.json'
import { deviceName } from './SessionsPage'
import { Wait } from './Wait'
import s from '../settings.module.css'

const EVENTS: Record<string, [icon: LucideIcon, key: Extract<keyof typeof en, `event.${string}`>]> = {
  login: [LogIn, 'event.login'], login_failed: [ShieldAlert, 'event.login_failed'], logout: [LogOut, 'event.logout'],
  passphrase_changed: [ShieldCheck, 'event.passphrase_changed'], app_password_created: [KeyRound, 'event.app_password_created'],
  app_password_revoked: [KeyRound, 'event.app_password_revoked'], session_revoked: [LogOut, 'event.session_revoked'], account_created: [UserPlus, 'event.account_created'],
}

export function ActivityPage() {
  const first = useLoaded('audit', () => getAudit())
  const [older, setOlder] = useState<AuditPage[]>([])
  const pages = first.value ? [first.value, ...older] : []
  const next = pages.at(-1)?.next
  const more = async () => {
    const page = await attempt(() => getAudit(next))
    if (page) setOlder(all => [...all, page])
  }
  const events = pages.flatMap(page => page.events)
  return (
    <>
      <Card flush>
        <Wait on={first}>
          {events.length === 0 && <EmptyState drawing="clock" title={t('activity.none')} />}
          <ul>{events.map(event => <li key={event.id} className={s.event}><EventRow event={event} /></li>)}</ul>
        </Wait>
      </Card>
      {next && <div><Button kind="outline" onPress={() => void more()}>{t('activity.more')}</Button></div>}
    </>
  )
}

function EventRow({ event }: { event: AuditEvent }) {
  const [Icon, key] = EVENTS[event.event] ?? [CircleCheck, 'event.other' as const]
  const details = [moment(Date.parse(event.at)), event.address, event.user_agent && deviceName(event.user_agent), event.detail].filter(Boolean)
  return (
    <SettingRow
      icon={<Icon size={20} strokeWidth={1.7} />}
      name={<><span>{t(key, { event: event.event })}</span>{event.event === 'login_failed' && <Tag tone="warn">{t('activity.watch')}</Tag>}</>}
      sentence={details.join(' · ')}
    />
  )
}
