import { lazy, Suspense } from 'react'
import { CloudOff, Search } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import type { Account } from '@/api/account'
import { useLive } from '@/data/hooks'
import { reachable } from '@/data/session'
import { Avatar } from '@/kit/Avatar'
import { Keys } from '@/kit/Keys'
import { showPalette } from './palette-door'
import { t } from './t'
import s from './Shell.module.css'

// menus are a fifth of the kit: they come right after the first paint
const AccountMenu = lazy(() => import('./AccountMenu'))

export function TopBar({ account }: { account: Account }) {
  return (
    <header className={s.bar}>
      <Button className={s.search!} onPress={() => void showPalette()}>
        <Search size={17} strokeWidth={1.9} aria-hidden />
        <span className="truncate">{t('search')}</span>
        <span className={s.wide}><Keys of="Mod+K" /></span>
      </Button>
      <Line />
      <Suspense fallback={<Avatar name={account.public_name || account.name} size={34} />}>
        <AccountMenu account={account} />
      </Suspense>
    </header>
  )
}

/** Nothing while all is well: only a broken line is worth a word. */
function Line() {
  if (useLive(reachable)) return null
  return (
    <span className={s.sync} role="status">
      <CloudOff size={18} strokeWidth={1.8} aria-hidden />
      <span className={s.lineText}>{t('offline')}</span>
    </span>
  )
}
