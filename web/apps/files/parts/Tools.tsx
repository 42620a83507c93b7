import { ChevronLeft, LayoutGrid, List, Menu as MenuIcon, PanelRight } from 'lucide-react'
import { useLive } from '@/data/hooks'
import { isRoot, type Place } from '@/data/listing'
import type { Listing } from '@/data/listings'
import { IconButton } from '@/kit/IconButton'
import { Menu, MenuItem, MenuTrigger, Pop } from '@/kit/Menu'
import { go } from '@/kit/route'
import { Segmented } from '@/kit/Segmented'
import { addressOf } from '../model'
import { t } from '../t'
import { layout, panel, setLayout, showPanel } from '../view'
import { Crumbs } from './Crumbs'
import { places } from './Side'
import s from '../files.module.css'

/** The line above the rows: where we are, how it is shown. */
export function Tools({ place, listing }: { place: Place; listing: Listing }) {
  const now = useLive(layout)
  const is_panel_open = useLive(panel)
  const parent = place.kind === 'folder' && !isRoot(place) ? listing.node?.dir_id : undefined
  return (
    <div className={s.tools}>
      <span className={s.phone}>
        {parent ? <IconButton icon={ChevronLeft} size={22} label={t('up')} onPress={() => go(addressOf(parent))} /> : (
          <MenuTrigger>
            <IconButton icon={MenuIcon} label={t('places')} />
            <Pop placement="bottom start">
              <Menu label={t('places')}>{places().map(({ id, path, label, icon }) => <MenuItem key={id} icon={icon} label={label} onAction={() => go(path)} />)}</Menu>
            </Pop>
          </MenuTrigger>
        )}
      </span>
      <Crumbs place={place} node={listing.node} />
      <Segmented label={t('layout')} value={now} onChange={setLayout} options={[{ id: 'list', label: t('layout.list'), icon: List, icon_only: true }, { id: 'tiles', label: t('layout.tiles'), icon: LayoutGrid, icon_only: true }]} />
      <IconButton icon={PanelRight} label={t('details')} keys="i" on={is_panel_open} aria-expanded={is_panel_open} onPress={() => showPanel(!is_panel_open)} />
    </div>
  )
}
