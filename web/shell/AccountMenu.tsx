import { LifeBuoy, LogOut, Moon, Settings, Sun } from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components/Button'
import type { Account } from '@/api/account'
import { leave } from '@/data/session'
import { Avatar } from '@/kit/Avatar'
import { Menu, MenuItem, MenuSeparator, MenuTrigger, Pop } from '@/kit/Menu'
import { go } from '@/kit/route'
import { attempt } from '@/kit/toasts'
import { showKeys } from './KeysDialog'
import { t } from './t'
import { isDark, switchTheme } from './theme'
import s from './Shell.module.css'

export default function AccountMenu({ account }: { account: Account }) {
  const name = account.public_name || account.name
  const is_dark = isDark()
  return (
    <MenuTrigger>
      <AriaButton aria-label={t('account')} className={s.me!}>
        <Avatar name={name} size={34} />
      </AriaButton>
      <Pop placement="bottom end">
        <div className={s.who}>
          <Avatar name={name} size={40} />
          <div style={{ minInlineSize: 0 }}>
            <b className="truncate">{name}</b>
            <small className="truncate">{account.name}@{location.host}</small>
          </div>
        </div>
        <Menu label={t('account')}>
          <MenuItem icon={Settings} label={t('app.settings')} onAction={() => go('/~/settings/profile')} />
          <MenuItem icon={is_dark ? Sun : Moon} label={is_dark ? t('theme.light') : t('theme.dark')} onAction={switchTheme} />
          <MenuItem icon={LifeBuoy} label={t('keys.title')} keys="?" onAction={showKeys} />
          <MenuSeparator />
          <MenuItem icon={LogOut} label={t('logout')} onAction={() => void attempt(leave)} />
        </Menu>
      </Pop>
    </MenuTrigger>
  )
}
