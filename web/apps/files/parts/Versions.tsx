import { Download, History, RotateCcw } from 'lucide-react'
import { getVersionBytes, getVersions, type Version } from '@/api/files'
import type { FileNode } from '@/api/node'
import { restoreVersion, saveAs } from '@/data/actions'
import { failureCode } from '@/data/failure'
import { useLoaded } from '@/data/hooks'
import { sentence } from '@/kit/failure'
import { bytes, moment, when } from '@/kit/i18n/units'
import { IconButton } from '@/kit/IconButton'
import { attempt, say } from '@/kit/toasts'
import { Skeleton } from '@/kit/Waiting'
import { t } from '../t'
import s from './panel.module.css'

const SAVE_LIFE_MS = 60_000

/** What the file was before; any of them can become the present again. */
export function Versions({ node }: { node: FileNode }) {
  const versions = useLoaded(`${node.id} ${node.etag ?? node.rev}`, () => getVersions(node.id))
  const restore = (version: Version) => attempt(async () => {
    await restoreVersion(node, version.id)
    say(t('did.revert', { when: moment(version.updated_ms) }))
    versions.reload()
  })
  if (versions.error) return <p className={s.panelHint}>{sentence(failureCode(versions.error))}</p>
  if (!versions.value) return <Skeleton rows={3} />
  return (
    <ul className={s.versions}>
      <li>
        <History size={18} aria-hidden />
        <div><b>{t('version.now')}</b><small className="num">{when(node.updated_ms)} · {bytes(node.size_bytes)}</small></div>
      </li>
      {versions.value.map(version => (
        <li key={version.id}>
          <History size={18} aria-hidden />
          <div><b>{moment(version.updated_ms)}</b><small className="num">{bytes(version.size_bytes)}</small></div>
          <IconButton small icon={Download} size={16} label={`${t('download')} · ${moment(version.updated_ms)}`} onPress={() => void attempt(() => saveVersion(node, version))} />
          <IconButton small icon={RotateCcw} size={16} label={`${t('version.restore')} · ${moment(version.updated_ms)}`} onPress={() => void restore(version)} />
        </li>
      ))}
      {versions.value.length === 0 && <li className={s.panelHint}>{t('versions.none')}</li>}
    </ul>
  )
}

async function saveVersion(node: FileNode, version: Version): Promise<void> {
  const url = URL.createObjectURL(await getVersionBytes(node.id, version.id))
  saveAs(url, node.name)
  setTimeout(() => URL.revokeObjectURL(url), SAVE_LIFE_MS)
}
