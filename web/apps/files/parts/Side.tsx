import type { ReactNode } from 'react'
import { Clock3, HardDrive, Plus, Trash2, type LucideIcon } from 'lucide-react'
import { ROOT, type FileNode } from '@/api/node'
import { useLive } from '@/data/hooks'
import { placeKey, type Place } from '@/data/listing'
import { known } from '@/data/listings'
import { usage } from '@/data/storage'
import { Button } from '@/kit/Button'
import { useDrop, type DropRule } from '@/kit/drop'
import { bytes } from '@/kit/i18n/units'
import { Link } from '@/kit/Link'
import { MenuTrigger } from '@/kit/Menu'
import { ProgressBar } from '@/kit/ProgressBar'
import { go } from '@/kit/route'
import { onFolder, onTrash } from '../drag'
import { addressOf } from '../model'
import { t } from '../t'
import { FolderTree } from './FolderTree'
import { NewMenu } from './NewMenu'
import s from '../files.module.css'

export type PlaceLink = { id: string; path: string; label: string; icon: LucideIcon }
export const places = (): PlaceLink[] => [
  { id: ROOT, path: '/~/files', label: t('mine'), icon: HardDrive },
  { id: 'recent', path: '/~/files/recent', label: t('recent'), icon: Clock3 },
  { id: 'trash', path: '/~/files/trash', label: t('trash'), icon: Trash2 },
]

export function Side({ place, folder }: { place: Place; folder?: FileNode }) {
  const here = placeKey(place)
  const root = known(ROOT)
  const rules: Record<string, DropRule | undefined> = { [ROOT]: root && onFolder(root), trash: onTrash }
  return (
    <nav className={s.side} aria-label={t('places')}>
      <MenuTrigger>
        <Button kind="primary" className={s.new} isDisabled={place.kind === 'trash'}><Plus size={19} strokeWidth={2.2} aria-hidden />{t('new')}</Button>
        <NewMenu folder={place.kind === 'folder' ? folder : root} />
      </MenuTrigger>
      <ul className={s.places}>
        {places().map(({ id, path, label, icon: Icon }) => (
          <li key={id}>
            <Target rule={rules[id]}>
              <Link to={path} className={s.place} aria-current={id === here ? 'page' : undefined}><Icon size={18} strokeWidth={1.8} aria-hidden />{label}</Link>
            </Target>
          </li>
        ))}
      </ul>
      <h2 className={s.sideTitle}>{t('folders')}</h2>
      <FolderTree label={t('folders')} current={place.kind === 'folder' ? place.id : undefined} onChoose={chosen => go(addressOf(chosen.id))} is_target />
      <Quota />
    </nav>
  )
}

function Target({ rule, children }: { rule?: DropRule; children: ReactNode }) {
  const { props } = useDrop(rule)
  return <div className={s.target} {...props}>{children}</div>
}

function Quota() {
  const now = useLive(usage)
  if (!now) return null
  return (
    <div className={s.quota}>
      {now.quota_bytes && <ProgressBar value={now.used_bytes / now.quota_bytes} label={t('storage')} tone={now.used_bytes > now.quota_bytes * 0.95 ? 'bad' : undefined} />}
      <span>{now.quota_bytes ? t('used.of', { used: bytes(now.used_bytes), total: bytes(now.quota_bytes) }) : t('used', { used: bytes(now.used_bytes) })}</span>
    </div>
  )
}
