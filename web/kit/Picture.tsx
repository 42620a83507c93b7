import { useEffect, useState, type ReactNode } from 'react'
import type { FileNode } from '@/api/node'
import { mayHaveThumb, thumb } from '@/data/thumbs'
import s from './Picture.module.css'

/** The small picture of an image, or `fallback` for everything else and while it is drawn. */
export function Picture({ node, fallback }: { node: FileNode; fallback: ReactNode }) {
  const [url, setUrl] = useState<string>()
  const has_thumb = mayHaveThumb(node)
  const key = `${node.id}@${node.sha256 ?? node.rev}`
  useEffect(() => {
    if (!has_thumb) return setUrl(undefined)
    let is_current = true
    void thumb(node).then(found => is_current && setUrl(found))
    return () => {
      is_current = false
    }
    // the key names the content
  }, [has_thumb, key])
  return url && has_thumb ? <img className={s.picture} src={url} alt="" draggable={false} /> : fallback
}
