import { Laptop, Smartphone } from 'lucide-react'
import { getSessions, logOutOthers, revokeSession, type Session } from '@/api/account'
import { useLoaded } from '@/data/hooks'
import { Button } from '@/kit/Button'
import { Card, SettingRow, Tag } from '@/kit/Card'
import { moment, when } from '@/kit/i18n/units'
import { attempt, say } from '@/kit/toasts'
import { deviceOf } from '../model'
import { t } from '../t'
import { Wait } from './Wait'

export const deviceName = (user_agent: string): string => {
  const { browser, system } = deviceOf(user_agent)
  if (browser && system) return t('device.on', { browser, system })
  return browser || system || user_agent.slice(0, 60) || t('device.unknown')
}

export function SessionsPage() {
  const sessions = useLoaded('sessions', getSessions)
  const end = (work: () => Promise<void>) => attempt(async () => {
    await work()
    say(t('sessions.ended'))
    sessions.reload()
  })
  const list = sessions.value ?? []
  return (
    <>
      <Card flush>
        <Wait on={sessions}>
          {list.map(session => <SessionRow key={session.id} session={session} end={() => void end(() => revokeSession(session.id))} />)}
        </Wait>
      </Card>
      {list.length > 1 && <div><Button kind="danger" onPress={() => void end(logOutOthers)}>{t('sessions.others')}</Button></div>}
    </>
  )
}

function SessionRow({ session, end }: { session: Session; end: () => void }) {
  const Icon = deviceOf(session.user_agent).is_phone ? Smartphone : Laptop
  const name = deviceName(session.user_agent)
  return (
    <SettingRow
      icon={<Icon size={21} strokeWidth={1.7} />}
      name={<>{name}{session.current && <Tag tone="ok">{t('sessions.this')}</Tag>}</>}
      sentence={
        <>
          {t('sessions.seen', { when: when(Date.parse(session.last_seen)), address: session.address })}
          <br />
          {t('sessions.since', { when: moment(Date.parse(session.created_at)) })}
        </>
      }
    >
      {!session.current && <Button kind="outline" small aria-label={`${t('sessions.end')} · ${name}`} onPress={end}>{t('sessions.end')}</Button>}
    </SettingRow>
  )
}
