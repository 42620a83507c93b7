import { ArrowDown, ArrowUp } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import { useLive } from '@/data/hooks'
import type { Order, Place } from '@/data/listing'
import { order, setOrder } from '@/data/listings'
import { CheckMark } from '@/kit/Checkbox'
import { t } from '../t'
import s from '../files.module.css'

const COLUMNS: [by: Order['by'], cell: string][] = [['name', 'name'], ['updated_at', 'time'], ['size', 'size']]

type Props = { place: Place; all: 'none' | 'some' | 'every'; toggleAll: () => void }

/** The names of the columns; pressing one sorts by it, pressing again turns it round. */
export function ListHead({ place, all, toggleAll }: Props) {
  const now = useLive(order)
  const may_sort = place.kind !== 'recent'
  return (
    <div role="rowgroup" className={s.headGroup}>
      <div role="row" className={s.headRow} aria-rowindex={1}>
        <span role="columnheader" data-c="box">
          <Button className={s.headBox!} aria-label={all === 'every' ? t('clear') : t('select.all')} aria-pressed={all === 'every'} onPress={toggleAll}><CheckMark on={all === 'every'} some={all === 'some'} /></Button>
        </span>
        {COLUMNS.map(([by, cell]) => {
          const is_by = may_sort && now.by === by
          return (
            <span key={by} role="columnheader" data-c={cell} aria-sort={is_by ? (now.is_down ? 'descending' : 'ascending') : undefined}>
              {may_sort ? (
                <Button className={s.sort!} onPress={() => setOrder({ by, is_down: is_by ? !now.is_down : by !== 'name' })}>
                  {t(`column.${by}`)}
                  {is_by && (now.is_down ? <ArrowDown size={13} aria-hidden /> : <ArrowUp size={13} aria-hidden />)}
                </Button>
              ) : t(`column.${by}`)}
            </span>
          )
        })}
        <span role="columnheader" data-c="acts"><span className="sr">{t('more')}</span></span>
      </div>
    </div>
  )
}
