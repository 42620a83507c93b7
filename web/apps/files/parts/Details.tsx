import { X } from 'lucide-react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs'
import type { FileNode } from '@/api/node'
import { ancestors } from '@/data/ancestors'
import { useLoaded } from '@/data/hooks'
import { CopyButton } from '@/kit/CopyButton'
import { FileIcon } from '@/kit/FileIcon'
import { bytes, moment } from '@/kit/i18n/units'
import { IconButton } from '@/kit/IconButton'
import { Picture } from '@/kit/Picture'
import { folderName } from '../acts'
import { t } from '../t'
import { showPanel } from '../view'
import { Versions } from './Versions'
import s from './panel.module.css'

/** All that is known of the selected file, and what it was before. */
export default function Details({ node, count }: { node?: FileNode; count: number }) {
  const title = node ? (node.path === '/' ? t('mine') : node.name) : count > 1 ? t('items', { n: count }) : t('details')
  return (
    <aside className={s.panel} aria-label={t('details')}>
      <header className={s.panelHead}>
        {node && <FileIcon node={node} size={28} />}
        <h2 className="truncate">{title}</h2>
        <IconButton small icon={X} label={t('details.close')} keys="i" onPress={() => showPanel(false)} />
      </header>
      {node ? (
        <>
          <div className={s.panelPicture}><Picture node={node} fallback={<FileIcon node={node} size={92} />} /></div>
          {node.is_folder || node.trashed ? <Facts node={node} /> : (
            <Tabs key={node.id} className={s.panelTabs!}>
              <TabList className={s.tabs!} aria-label={t('details')}>
                <Tab id="facts" className={s.tab!}>{t('facts')}</Tab>
                <Tab id="versions" className={s.tab!}>{t('versions')}</Tab>
              </TabList>
              <TabPanel id="facts" className={s.tabPanel!}><Facts node={node} /></TabPanel>
              <TabPanel id="versions" className={s.tabPanel!}><Versions node={node} /></TabPanel>
            </Tabs>
          )}
        </>
      ) : <p className={s.panelHint}>{count > 1 ? t('details.many') : t('details.none')}</p>}
    </aside>
  )
}

function Facts({ node }: { node: FileNode }) {
  const above = useLoaded(`${node.id} ${node.dir_id}`, () => ancestors(node))
  const where = node.trashed ? node.restore_path : above.value?.map(folderName).join(' › ')
  const facts: [string, string | undefined][] = [
    [t('type'), node.is_folder ? t('kind.folder') : t(`kind.${node.class}`)],
    [t('size'), bytes(node.size_bytes)],
    [node.trashed ? t('restore.to') : t('location'), where],
    [t('modified'), moment(node.updated_ms)],
    [t('created'), moment(node.created_ms)],
    [t('mime'), node.mime],
  ]
  return (
    <dl className={s.facts}>
      {facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      {node.sha256 && (
        <div>
          <dt>{t('checksum')}</dt>
          <dd className={s.sum}><code title={node.sha256}>{node.sha256.slice(0, 16)}…</code><CopyButton text={node.sha256} label={t('checksum')} /></dd>
        </div>
      )}
    </dl>
  )
}
