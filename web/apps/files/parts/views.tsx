// How each kind of file is shown. Bytes come by a secret address or through the client, never by a bare cookie.
import { useState, type ReactNode } from 'react'
import { Download } from 'lucide-react'
import { getBytes, getSecretAddress } from '@/api/files'
import type { FileNode } from '@/api/node'
import { failureCode } from '@/data/failure'
import { useLoaded, type Loaded } from '@/data/hooks'
import { Button } from '@/kit/Button'
import { sentence } from '@/kit/failure'
import { FileIcon } from '@/kit/FileIcon'
import { Spinner } from '@/kit/Waiting'
import { save } from '../acts'
import { t } from '../t'
import s from './viewer.module.css'

const TEXT_BYTES_MAX = 500_000

export function When<T>({ loaded, node, children }: { loaded: Loaded<T>; node: FileNode; children: (value: T) => ReactNode }) {
  if (loaded.error) return <NoView node={node} why={sentence(failureCode(loaded.error))} />
  return loaded.value === undefined ? <Spinner /> : children(loaded.value)
}

export function ImageView({ node }: { node: FileNode }) {
  const address = useLoaded(node.id, () => getSecretAddress(node.id))
  const [is_broken, setBroken] = useState(false)
  if (is_broken) return <NoView node={node} />
  return <When loaded={address} node={node}>{src => <img className={s.image} src={src} alt={node.name} onError={() => setBroken(true)} />}</When>
}

/** UTF-8, or else the old encoding of Western desktops. */
async function readText(node: FileNode): Promise<string> {
  const headers = node.size_bytes > TEXT_BYTES_MAX ? { Range: `bytes=0-${TEXT_BYTES_MAX - 1}` } : undefined
  const bytes = await (await getBytes(node.id, { headers })).arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: node.size_bytes <= TEXT_BYTES_MAX }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

export function TextView({ node }: { node: FileNode }) {
  const text = useLoaded(`${node.id} ${node.etag}`, () => readText(node))
  return (
    <When loaded={text} node={node}>
      {content => (
        <div className={s.sheet} tabIndex={0} role="document" aria-label={node.name}>
          <pre data-code={node.class === 'code' || undefined}>{content}</pre>
          {node.size_bytes > TEXT_BYTES_MAX && <p className={s.cut}>{t('view.cut')}</p>}
        </div>
      )}
    </When>
  )
}

export function MediaView({ node, kind }: { node: FileNode; kind: 'video' | 'audio' }) {
  const address = useLoaded(node.id, () => getSecretAddress(node.id))
  const [is_broken, setBroken] = useState(false)
  if (is_broken) return <NoView node={node} />
  return (
    <When loaded={address} node={node}>
      {src => kind === 'video'
        ? <video className={s.image} src={src} controls playsInline aria-label={node.name} onError={() => setBroken(true)} />
        : <div className={s.audio}><FileIcon node={node} size={96} /><audio src={src} controls aria-label={node.name} onError={() => setBroken(true)} /></div>}
    </When>
  )
}

/** What this browser cannot show. */
export function NoView({ node, why }: { node: FileNode; why?: string }) {
  return (
    <div className={s.none}>
      <FileIcon node={node} size={96} />
      <p>{why ?? t('view.none')}</p>
      <Button kind="primary" onPress={() => void save([node], node.name)}><Download size={17} aria-hidden />{t('download')}</Button>
    </div>
  )
}
