import { lazy, Suspense, useEffect } from 'react'
import { useLive } from '@/data/hooks'
import { followTree } from '@/data/folder-tree'
import { placeKey } from '@/data/listing'
import { listing } from '@/data/listings'
import { go, useAddress, withQuery } from '@/kit/route'
import { guardPage } from './drag'
import { addressOf, hereAt } from './model'
import { Pane } from './parts/Pane'
import { Side } from './parts/Side'
import s from './files.module.css'

const Viewer = lazy(() => import('./parts/Viewer'))

export default function Files() {
  const address = useAddress()
  const { place, view } = hereAt(address)
  const now = useLive(listing(place))
  useEffect(() => followTree(), [])
  useEffect(() => guardPage(), [])

  const self = now.node
  useEffect(() => {
    // the address of a file shows its folder with the file open
    if (self && !self.is_folder) go(`${addressOf(self.dir_id)}?view=${self.id}`, 'replace')
  }, [self])

  return (
    <div className={s.files}>
      <Side place={place} folder={self} />
      <Pane key={placeKey(place)} place={place} listing={now} is_viewing={view !== undefined} />
      {view && <Suspense fallback={null}><Viewer id={view} rows={now.rows} show={(id, how) => go(withQuery(address, 'view', id), how)} /></Suspense>}
    </div>
  )
}
