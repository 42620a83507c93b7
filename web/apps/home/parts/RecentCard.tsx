import type { FileNode } from '@/api/node'
import type { Listing } from '@/data/listings'
import { Card } from '@/kit/Card'
import { EmptyState } from '@/kit/EmptyState'
import { FileIcon } from '@/kit/FileIcon'
import { when } from '@/kit/i18n/units'
import { Link } from '@/kit/Link'
import { Picture } from '@/kit/Picture'
import { Skeleton } from '@/kit/Waiting'
import { t } from '../t'
import s from '../home.module.css'

const SHOWN = 8

/** The files changed last, to go on with. */
export function RecentCard({ listing }: { listing: Listing }) {
  const rows = listing.rows.slice(0, SHOWN)
  return (
    <Card title={t('recent')} action={rows.length > 0 && <Link to="/~/files/recent" className={s.more}>{t('see.all')}</Link>}>
      {listing.is_empty_handed && !listing.error && <Skeleton rows={3} />}
      {!listing.is_empty_handed && rows.length === 0 && (
        <EmptyState drawing="cloud" title={t('recent.none')} sentence={t('recent.none.sentence')}>
          <Link to="/~/files" className={s.call}>{t('recent.none.go')}</Link>
        </EmptyState>
      )}
      {rows.length > 0 && <ul className={s.docs}>{rows.map(row => <li key={row.id}><Doc node={row} /></li>)}</ul>}
    </Card>
  )
}

function Doc({ node }: { node: FileNode }) {
  return (
    <Link to={`/~/files/${node.dir_id}?view=${node.id}`} className={s.doc}>
      <span className={s.preview}><Picture node={node} fallback={<Sheet node={node} />} /></span>
      <span className={s.meta}>
        <FileIcon node={node} size={24} />
        <span className={s.name}><b className="truncate">{node.name}</b><small>{when(node.updated_ms)}</small></span>
      </span>
    </Link>
  )
}

const LINES = ['62%', '100%', '96%', '88%', '100%', '54%', '97%', '91%']

/** A drawn page for what has no picture; a folder's icon for the rest. */
function Sheet({ node }: { node: FileNode }) {
  const is_page = ['text', 'pdf', 'spreadsheet', 'slide', 'code'].includes(node.class)
  if (!is_page) return <FileIcon node={node} size={56} />
  return <span className={s.paper}>{LINES.map((inlineSize, index) => <i key={index} style={{ inlineSize }} />)}</span>
}
