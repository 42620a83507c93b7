import { commands } from '@/kit/commands'
import { DialogFrame } from '@/kit/Dialog'
import { showDialog } from '@/kit/dialogs'
import { Keys } from '@/kit/Keys'
import { t } from './t'
import s from './Palette.module.css'

/** The keys of the present screen, and those of every list. */
export function showKeys(): void {
  const here = commands.get().filter(({ keys, id }) => keys && id !== 'palette-slash')
  const lists: [string, string][] = [
    ['ArrowUp', t('keys.move')], ['Shift+ArrowDown', t('keys.extend')], ['Space', t('keys.select')], ['Enter', t('keys.open')],
    ['Mod+A', t('keys.all')], ['Escape', t('keys.clear')], ['F6', t('keys.news')],
  ]
  void showDialog(close => (
    <DialogFrame title={t('keys.title')} close={close}>
      <div className={s.keys} tabIndex={0} role="group" aria-label={t('keys.title')}>
        <h3 className={s.keyGroup}>{t('keys.here')}</h3>
        <ul>{here.map(({ id, label, keys }) => <li key={id} className={s.keyRow}>{label}<Keys of={keys!} /></li>)}</ul>
        <h3 className={s.keyGroup}>{t('keys.lists')}</h3>
        <ul>{lists.map(([keys, label]) => <li key={keys} className={s.keyRow}>{label}<Keys of={keys} /></li>)}</ul>
      </div>
    </DialogFrame>
  ))
}
