import { lazy, Suspense, useState } from 'react'
import { Plus } from 'lucide-react'
import { ROOT } from '@/api/node'
import { useLive } from '@/data/hooks'
import type { Place } from '@/data/listing'
import { known, type Listing } from '@/data/listings'
import { Button } from '@/kit/Button'
import { useDrop } from '@/kit/drop'
import { NOTHING, type Selection } from '@/kit/grid/selection'
import { MenuTrigger } from '@/kit/Menu'
import { onFolder } from '../drag'
import { t } from '../t'
import { useFileCommands } from '../useFileCommands'
import { panel } from '../view'
import { FileGrid } from './FileGrid'
import { NewMenu } from './NewMenu'
import { NodeMenu } from './NodeMenu'
import { SelectionBar } from './SelectionBar'
import { Summary } from './Summary'
import { Tools } from './Tools'
import s from '../files.module.css'

const Details = lazy(() => import('./Details'))

type Props = { place: Place; listing: Listing; is_viewing: boolean }

/** One place: where we are, what is here, what is selected. */
export function Pane({ place, listing, is_viewing }: Props) {
  const [selection, setSelection] = useState<Selection>(NOTHING)
  const is_panel_open = useLive(panel)
  const folder = place.kind === 'folder' ? listing.node : undefined
  const selected = listing.rows.filter(row => selection.ids.has(row.id))
  const current = listing.rows.find(row => row.id === selection.current)
  const drop = useDrop(folder && onFolder(folder))
  useFileCommands({ place, listing, selection, setSelection, is_viewing })

  const shown = selected.length === 1 ? selected[0] : selected.length ? undefined : current
  return (
    <div className={s.content} data-panel={is_panel_open || undefined}>
      <section className={s.pane} aria-label={t('files')} {...drop.props}>
        <Tools place={place} listing={listing} />
        {selected.length > 0
          ? <SelectionBar place={place} nodes={selected} folder={folder} total={listing.rows.length} clear={() => setSelection(NOTHING)} />
          : <Summary place={place} listing={listing} />}
        <FileGrid place={place} listing={listing} selection={selection} setSelection={setSelection} />
        {place.kind !== 'trash' && (
          <MenuTrigger>
            <Button kind="primary" aria-label={t('new')} className={s.fab}><Plus size={24} strokeWidth={2.2} aria-hidden /></Button>
            <NewMenu folder={folder ?? known(ROOT)} />
          </MenuTrigger>
        )}
        <NodeMenu />
        {drop.is_over && <div className={s.dropHint} aria-hidden><span>{t('drop.here')}</span></div>}
      </section>
      {is_panel_open && <Suspense fallback={null}><Details node={shown ?? (selected.length ? undefined : folder)} count={selected.length} /></Suspense>}
    </div>
  )
}
