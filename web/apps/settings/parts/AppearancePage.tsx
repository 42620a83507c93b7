import type { CSSProperties } from 'react'
import { Check, Monitor, Moon, Sun } from 'lucide-react'
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup'
import type { ColorScheme } from '@/api/account'
import { useLive } from '@/data/hooks'
import { density, setDensity } from '@/data/look'
import { changeProfile, session } from '@/data/session'
import { Card, SettingRow } from '@/kit/Card'
import { allowSingleKeys, single_keys } from '@/kit/commands'
import { Segmented } from '@/kit/Segmented'
import { Switch } from '@/kit/Switch'
import { attempt } from '@/kit/toasts'
import { ACCENTS } from '../model'
import { t } from '../t'
import s from '../settings.module.css'

export function AppearancePage() {
  const now = useLive(session)
  const rows = useLive(density)
  const keys = useLive(single_keys)
  if (now.is !== 'open') return null
  const { account } = now
  const setScheme = (color_scheme: ColorScheme) => void attempt(() => changeProfile({ color_scheme }))
  return (
    <Card flush>
      <SettingRow name={t('look.theme')} sentence={t('look.theme.sentence')}>
        <Segmented label={t('look.theme')} value={account.color_scheme} onChange={setScheme} options={[
          { id: 'system', label: t('look.system'), icon: Monitor },
          { id: 'light', label: t('look.light'), icon: Sun },
          { id: 'dark', label: t('look.dark'), icon: Moon },
        ]} />
      </SettingRow>
      <SettingRow name={t('look.accent')} sentence={t('look.accent.sentence')}>
        <Accents hue={account.accent} onChange={accent => void attempt(() => changeProfile({ accent }))} />
      </SettingRow>
      <SettingRow name={t('look.density')} sentence={t('look.density.sentence')}>
        <Segmented label={t('look.density')} value={rows} onChange={setDensity} options={[{ id: 'normal', label: t('look.normal') }, { id: 'compact', label: t('look.compact') }]} />
      </SettingRow>
      <SettingRow name={t('look.keys')} sentence={t('look.keys.sentence')}>
        <Switch label={t('look.keys')} isSelected={keys} onChange={allowSingleKeys} />
      </SettingRow>
    </Card>
  )
}

function Accents({ hue, onChange }: { hue: number; onChange: (hue: number) => void }) {
  const hues: number[] = ACCENTS.includes(hue as never) ? [...ACCENTS] : [...ACCENTS, hue]
  return (
    <RadioGroup aria-label={t('look.accent')} className={s.accents!} value={String(hue)} onChange={value => onChange(Number(value))} orientation="horizontal">
      {hues.map(each => (
        <Radio key={each} value={String(each)} className={s.accent!} aria-label={t('look.hue', { hue: each })} style={{ '--h': each } as CSSProperties}>
          {({ isSelected }) => <span>{isSelected && <Check size={15} strokeWidth={3} aria-hidden />}</span>}
        </Radio>
      ))}
    </RadioGroup>
  )
}
