import type { CSSProperties } from 'react'
import type { LucideIcon } from 'lucide-react'
import s from './Avatar.module.css'

/** The coloured square of an app. */
export function AppTile({ icon: Icon, hue, chroma = 0.185, size = 60 }: { icon: LucideIcon; hue: number; chroma?: number; size?: number }) {
  return (
    <span className={s.tile} aria-hidden style={{ '--d': `${size}px`, '--h': hue, '--c': chroma } as CSSProperties}>
      <Icon strokeWidth={2} />
    </span>
  )
}
