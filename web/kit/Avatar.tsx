import type { CSSProperties } from 'react'
import s from './Avatar.module.css'

/** A colour that always goes with the same name, far from its neighbours'. */
const hueOf = (name: string): number => {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) >>> 0
  return Math.round((sum * 137.508) % 360)
}

/** Initials on a tinted disc. Decorative: the name stands beside it or labels its button. */
export function Avatar({ name, size = 28 }: { name: string; size?: number }) {
  const initials = name.split(/\s+/).filter(Boolean).map(word => [...word][0]).slice(0, 2).join('').toUpperCase()
  return <span className={s.avatar} aria-hidden style={{ '--d': `${size}px`, '--h': hueOf(name) } as CSSProperties}>{initials}</span>
}
