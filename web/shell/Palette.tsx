import { useState, type KeyboardEvent, type ReactNode } from 'react'
import { Search } from 'lucide-react'
import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { Header } from 'react-aria-components/Header'
import { Input } from 'react-aria-components/Input'
import { Menu, MenuItem, MenuSection } from 'react-aria-components/Menu'
import { TextField } from 'react-aria-components/TextField'
import type { FileNode } from '@/api/node'
import { useLive } from '@/data/hooks'
import { listing } from '@/data/listings'
import { AppTile } from '@/kit/AppTile'
import { commands, type Command } from '@/kit/commands'
import { FileIcon } from '@/kit/FileIcon'
import { when } from '@/kit/i18n/units'
import { Keys } from '@/kit/Keys'
import { go } from '@/kit/route'
import { apps, home } from './apps'
import { best } from './rank'
import { t } from './t'
import s from './Palette.module.css'

const FILES_SHOWN = 6
const ACTIONS_SHOWN = 9

type Row = { id: string; name: string; keys?: string; icon: ReactNode; note?: string; run: () => void }

const openFile = (node: FileNode) => go(`/~/files/${node.dir_id}?view=${node.id}`)
const fileRow = (node: FileNode): Row => ({ id: `file.${node.id}`, name: node.name, icon: <FileIcon node={node} size={30} />, note: when(node.updated_ms), run: () => openFile(node) })
const commandRow = ({ id, label, keys, icon: Icon, run }: Command): Row => ({ id, name: label, keys, run, icon: <span className={s.icon}><Icon size={19} strokeWidth={1.8} aria-hidden /></span> })

/** One field for everything: recent files, what can be done here, where to go. */
export default function Palette({ close }: { close: () => void }) {
  const [typed, setTyped] = useState('')
  const here = useLive(commands)
  const recent = useLive(listing({ kind: 'recent' })).rows
  const places: Row[] = [home, ...apps].map(app => ({ id: `app.${app.id}`, name: app.label(), keys: app.keys, icon: <AppTile icon={app.icon} hue={app.hue} chroma={app.chroma} size={30} />, run: () => go(app.path) }))
  const nameOf = (row: Row) => row.name
  const groups: [string, Row[]][] = [
    [t('palette.files'), best(recent.map(fileRow), nameOf, typed, FILES_SHOWN)],
    [t('palette.actions'), best(here.filter(command => !command.is_hidden).map(commandRow), nameOf, typed, ACTIONS_SHOWN)],
    [t('palette.apps'), best(places, nameOf, typed, ACTIONS_SHOWN)],
  ]
  const rows = groups.flatMap(([, list]) => list)
  const onAction = (id: React.Key) => {
    close()
    rows.find(row => row.id === id)?.run()
  }
  // Enter right after the last letter: the list has not put its mark on the first row yet
  const onKeyDownCapture = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || document.querySelector('[role=menuitem][data-focused]') || !rows[0]) return
    event.preventDefault()
    event.stopPropagation()
    onAction(rows[0].id)
  }
  return (
    <Dialog aria-label={t('search')} className={s.palette!}>
      <div onKeyDownCapture={onKeyDownCapture}>
      <Autocomplete inputValue={typed} onInputChange={setTyped}>
        <TextField className={s.field!} aria-label={t('search')} autoFocus>
          <Search size={19} strokeWidth={1.9} aria-hidden />
          <Input placeholder={`${t('search')}…`} />
        </TextField>
        <div className={s.scroll} role="group" tabIndex={0} aria-label={t('palette.results')}>
          <Menu className={s.list!} aria-label={t('palette.results')} onAction={onAction} renderEmptyState={() => <p className={s.none}>{t('palette.none')}</p>}>
            {groups.filter(([, list]) => list.length).map(([title, list]) => (
              <MenuSection key={title}>
                <Header className={s.group!}>{title}</Header>
                {list.map(row => (
                  <MenuItem key={row.id} id={row.id} textValue={row.name} className={s.row!}>
                    {row.icon}
                    <span className={s.name}>{row.name}{row.note && <small>{row.note}</small>}</span>
                    {row.keys && <Keys of={row.keys} />}
                  </MenuItem>
                ))}
              </MenuSection>
            ))}
          </Menu>
        </div>
      </Autocomplete>
      <div className={s.foot} aria-hidden>
        <span><Keys of="ArrowUp" /><Keys of="ArrowDown" /> {t('palette.move')}</span>
        <span><Keys of="Enter" /> {t('palette.open')}</span>
        <span><Keys of="Escape" /> {t('palette.close')}</span>
      </div>
      </div>
    </Dialog>
  )
}
