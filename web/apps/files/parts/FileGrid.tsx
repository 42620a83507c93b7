import { useCallback, useMemo, type DragEvent } from 'react'
import type { FileNode } from '@/api/node'
import { failureCode } from '@/data/failure'
import { useLive } from '@/data/hooks'
import { density } from '@/data/look'
import { placeKey, type Place } from '@/data/listing'
import { more, reload, type Listing } from '@/data/listings'
import { Button } from '@/kit/Button'
import { EmptyState } from '@/kit/EmptyState'
import { sentence } from '@/kit/failure'
import { Grid } from '@/kit/grid/Grid'
import type { RowHandlers } from '@/kit/grid/GridRow'
import { all, clear, type Selection } from '@/kit/grid/selection'
import { Skeleton } from '@/kit/Waiting'
import { endDrag, onFolder, startDrag } from '../drag'
import { open } from '../open'
import { pickFiles } from '../pick'
import { t } from '../t'
import { layout } from '../view'
import { useRowHeight } from '../useRowHeight'
import { Empty } from './Empty'
import { ListHead } from './ListHead'
import { ListRow } from './ListRow'
import { row_menu } from './NodeMenu'
import { Tile } from './Tile'

type Props = { place: Place; listing: Listing; selection: Selection; setSelection: (next: Selection) => void }

const TILE_PX = 190
const idOf = (node: FileNode) => node.id
const nameOf = (node: FileNode) => node.name

export function FileGrid({ place, listing, selection, setSelection }: Props) {
  const is_tiles = useLive(layout) === 'tiles'
  const row_px = useRowHeight(useLive(density))
  const { rows, is_empty_handed, error } = listing
  const is_trash = place.kind === 'trash'
  const onEnd = useCallback(() => void more(place), [placeKey(place)])

  const handlers = useMemo<RowHandlers<FileNode>>(() => ({
    is_draggable: () => !is_trash,
    onDragStart: (node: FileNode, event: DragEvent) => startDrag(selection.ids.has(node.id) ? rows.filter(row => selection.ids.has(row.id)) : [node], event),
    onDragEnd: endDrag,
    onContextMenu: (node, event) => {
      event.preventDefault()
      const dots = event.currentTarget.querySelector<HTMLElement>('[aria-haspopup=menu]')
      row_menu.set({ node, place, anchor: dots ?? event.currentTarget })
    },
    dropOn: node => (node.is_folder && !is_trash ? onFolder(node) : undefined),
  }), [rows, selection, is_trash, place])

  const toggleAll = () => setSelection(selection.ids.size === rows.length ? clear(selection) : all(selection, rows.map(idOf)))

  if (is_empty_handed && !error) return <div style={{ padding: '0 12px' }}><Skeleton rows={10} /></div>
  if (error && !rows.length) {
    return (
      <EmptyState drawing="lost" title={t('trouble')} sentence={sentence(failureCode(error))}>
        <Button kind="primary" onPress={() => void reload(place)}>{t('again')}</Button>
      </EmptyState>
    )
  }
  return (
    <Grid
      label={t('files')} rows={rows} idOf={idOf} nameOf={nameOf} selection={selection} onSelection={setSelection} onOpen={node => open(node, place)}
      tile_px={is_tiles ? TILE_PX : undefined} row_px={row_px} handlers={handlers} onEnd={onEnd}
      head={is_tiles ? undefined : <ListHead place={place} all={selection.ids.size === 0 ? 'none' : selection.ids.size < rows.length ? 'some' : 'every'} toggleAll={toggleAll} />}
      empty={<Empty place={place} onUpload={() => listing.node && pickFiles(listing.node, 'files')} />}
      draw={(node, state) => (is_tiles ? <Tile node={node} place={place} {...state} /> : <ListRow node={node} place={place} {...state} />)}
    />
  )
}
