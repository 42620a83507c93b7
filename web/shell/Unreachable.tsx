import { Button } from '@/kit/Button'
import { EmptyState } from '@/kit/EmptyState'
import { t } from './t'

/** The first visit of a device, and no server. */
export function Unreachable() {
  return (
    <main style={{ blockSize: '100dvh', display: 'grid', placeItems: 'center' }}>
      <h1 className="sr">Abri</h1>
      <EmptyState drawing="cloud" title={t('unreachable.title')} sentence={t('unreachable.sentence')}>
        <Button kind="primary" onPress={() => location.reload()}>{t('unreachable.retry')}</Button>
      </EmptyState>
    </main>
  )
}
