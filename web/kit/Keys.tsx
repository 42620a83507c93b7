import { keyNames } from './keys'
import s from './Keys.module.css'

/** Key caps. */
export function Keys({ of }: { of: string }) {
  return (
    <kbd className={s.keys}>
      {keyNames(of).map((name, index) => (
        <span key={index} className={s.cap}>{name}</span>
      ))}
    </kbd>
  )
}
