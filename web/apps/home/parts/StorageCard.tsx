import type { CSSProperties } from 'react'
import { useLive } from '@/data/hooks'
import { usage } from '@/data/storage'
import { Card } from '@/kit/Card'
import { bytes, percent } from '@/kit/i18n/units'
import { Skeleton } from '@/kit/Waiting'
import { shares, type Share } from '../model'
import { t } from '../t'
import s from '../home.module.css'

const HUES: Record<Share['id'], number> = { files: 255, versions: 152, trash: 45 }

export function StorageCard() {
  const now = useLive(usage)
  return (
    <Card title={t('storage')}>
      {now ? (
        <>
          <p className={s.quota}>
            {now.quota_bytes
              ? t('storage.of', { used: bytes(now.used_bytes), total: bytes(now.quota_bytes), ratio: percent(now.used_bytes / now.quota_bytes) })
              : t('storage.used', { used: bytes(now.used_bytes) })}
          </p>
          <div className={s.bars} aria-hidden>
            {shares(now).map(({ id, ratio }) => <i key={id} style={{ '--h': HUES[id], inlineSize: `${ratio * 100}%` } as CSSProperties} />)}
          </div>
          <ul className={s.legend}>
            {shares(now).map(({ id, bytes: size }) => (
              <li key={id} style={{ '--h': HUES[id] } as CSSProperties}>{t(`storage.${id}`)}<b className="num">{bytes(size)}</b></li>
            ))}
          </ul>
        </>
      ) : <Skeleton rows={2} />}
    </Card>
  )
}
