import { lazy, Suspense } from 'react'
import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react'
import { getNode } from '@/api/files'
import type { FileNode } from '@/api/node'
import { failureCode } from '@/data/failure'
import { useLoaded } from '@/data/hooks'
import { useCommands } from '@/kit/commands'
import { FullScreen } from '@/kit/Dialog'
import { sentence } from '@/kit/failure'
import { FileIcon } from '@/kit/FileIcon'
import { bytes } from '@/kit/i18n/units'
import { IconButton } from '@/kit/IconButton'
import { Notice } from '@/kit/Notice'
import { Spinner } from '@/kit/Waiting'
import { save } from '../acts'
import { neighbour, previewOf } from '../model'
import { t } from '../t'
import { ImageView, MediaView, NoView, TextView } from './views'
import s from './viewer.module.css'

const PdfView = lazy(() => import('./PdfView'))

type Props = { id: string; rows: readonly FileNode[]; show: (id: string | undefined, how: 'push' | 'replace') => void }

/** One file over everything else; the address says which, so Back closes it. */
export default function Viewer({ id, rows, show }: Props) {
  const there = rows.find(row => row.id === id)
  const asked = useLoaded(there ? '' : id, async () => there ?? getNode(id))
  const node = there ?? asked.value
  const step = (by: 1 | -1) => {
    const next = neighbour(rows, id, by)
    if (next) show(next.id, 'replace')
  }
  const has_more = neighbour(rows, id, 1) !== undefined
  const close = () => show(undefined, 'push')
  useCommands([
    { id: 'view.next', label: t('view.next'), icon: ChevronRight, keys: 'ArrowRight', run: () => step(1) },
    { id: 'view.previous', label: t('view.previous'), icon: ChevronLeft, keys: 'ArrowLeft', run: () => step(-1) },
  ])
  return (
    <FullScreen label={node?.name ?? t('view')} close={close}>
      <header className={s.head}>
        {node && <FileIcon node={node} size={26} />}
        <h2 className="truncate">{node?.name}</h2>
        {node && <small className="num">{bytes(node.size_bytes)}</small>}
        <span className={s.grow} />
        {node && <IconButton icon={Download} label={t('download')} onPress={() => void save([node], node.name)} />}
        <IconButton icon={X} label={t('view.close')} keys="Escape" onPress={close} />
      </header>
      <div className={s.stage}>
        <Suspense fallback={<Spinner />}>
          {node && <View key={node.id} node={node} />}
          {!node && (asked.error ? <Notice kind="bad">{sentence(failureCode(asked.error))}</Notice> : <Spinner />)}
        </Suspense>
        {has_more && <IconButton icon={ChevronLeft} size={24} className={s.previous} label={t('view.previous')} onPress={() => step(-1)} />}
        {has_more && <IconButton icon={ChevronRight} size={24} className={s.next} label={t('view.next')} onPress={() => step(1)} />}
      </div>
    </FullScreen>
  )
}

function View({ node }: { node: FileNode }) {
  switch (previewOf(node)) {
    case 'image': return <ImageView node={node} />
    case 'text': return <TextView node={node} />
    case 'pdf': return <PdfView node={node} />
    case 'video': return <MediaView node={node} kind="video" />
    case 'audio': return <MediaView node={node} kind="audio" />
    case 'none': return <NoView node={node} />
  }
}
