import { Fragment } from 'react'
import { ChevronRight } from 'lucide-react'
import type { FileNode } from '@/api/node'
import { ancestors } from '@/data/ancestors'
import { useLoaded } from '@/data/hooks'
import { isRoot, type Place } from '@/data/listing'
import { useDrop } from '@/kit/drop'
import { Link } from '@/kit/Link'
import { folderName } from '../acts'
import { onFolder } from '../drag'
import { addressOf } from '../model'
import { t } from '../t'
import s from '../files.module.css'

const SHOWN_MAX = 3

/** The way here; each step is a link and a place to drop on. The last is the page's title. */
export function Crumbs({ place, node }: { place: Place; node?: FileNode }) {
  const is_below = place.kind === 'folder' && !isRoot(place) && node !== undefined
  const above = useLoaded(is_below ? `${node.id} ${node.path}` : '', async () => (is_below ? ancestors(node) : []))
  const steps = is_below ? (above.value ?? []) : []
  const hidden = Math.max(0, steps.length - SHOWN_MAX)
  const title = place.kind === 'trash' ? t('trash') : place.kind === 'recent' ? t('recent') : isRoot(place) ? t('mine') : (node?.name ?? t('files'))
  return (
    <nav aria-label={t('crumbs')} className={s.crumbs}>
      <ol>
        {steps.map((step, index) => (
          // of a deep way, the root and the last few
          index > 0 && index <= hidden ? (index === 1 && <li key="gap" className={s.step} aria-hidden>…<ChevronRight size={17} /></li>) : (
            <Fragment key={step.id}><Step folder={step} /></Fragment>
          )
        ))}
        <li className={s.last}><h1 className="truncate" aria-current="page">{title}</h1></li>
      </ol>
    </nav>
  )
}

function Step({ folder }: { folder: FileNode }) {
  const { props } = useDrop(onFolder(folder, true))
  return (
    <li className={s.step} {...props}>
      <Link to={addressOf(folder.id)} draggable={false}>{folderName(folder)}</Link>
      <ChevronRight size={17} aria-hidden />
    </li>
  )
}
