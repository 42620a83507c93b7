import s from './ProgressBar.module.css'

/** How far something is, from 0 to 1; without a value it only says that something goes on. */
export function ProgressBar({ value, label, tone }: { value?: number; label: string; tone?: 'bad' | 'quiet' }) {
  const now = value === undefined ? undefined : Math.round(value * 100)
  return (
    <div className={s.track} role="progressbar" aria-label={label} aria-valuenow={now} aria-valuemin={0} aria-valuemax={100}>
      <div className={s.fill} data-tone={tone} data-unknown={value === undefined || undefined} style={{ inlineSize: `${now ?? 30}%` }} />
    </div>
  )
}
