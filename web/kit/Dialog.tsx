import type { ReactNode } from 'react'
import { X } from 'lucide-react'
import { Dialog as AriaDialog } from 'react-aria-components/Dialog'
import { Heading } from 'react-aria-components/Heading'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { useLive } from '@/data/hooks'
import { Button } from './Button'
import { cx } from './cx'
import { closeDialog, dialogs, showDialog } from './dialogs'
import { IconButton } from './IconButton'
import { t } from './t'
import s from './Dialog.module.css'

/** Draws whatever dialogs are open; once, in the shell. */
export function DialogHost() {
  return useLive(dialogs).map(({ id, size, draw }) => (
    <ModalOverlay key={id} className={cx(s.overlay, s[`${size}Overlay`])} isOpen isDismissable onOpenChange={open => !open && closeDialog(id)}>
      <Modal className={cx(s.modal, s[size])}>{draw(() => closeDialog(id))}</Modal>
    </ModalOverlay>
  ))
}

type Props = { title: string; icon?: ReactNode; note?: string; close: () => void; actions?: ReactNode; children?: ReactNode; role?: 'dialog' | 'alertdialog' }

/** The usual dialog: a title, a body, a row of buttons. */
export function DialogFrame({ title, icon, note, close, actions, children, role }: Props) {
  return (
    <AriaDialog className={s.frame!} role={role}>
      <header className={s.head}>
        {icon}
        <div>
          <Heading slot="title" className={s.title}>{title}</Heading>
          {note && <p className="truncate">{note}</p>}
        </div>
        <IconButton icon={X} label={t('close')} onPress={close} />
      </header>
      {children && <div className={s.body}>{children}</div>}
      {actions && <footer className={s.foot}>{actions}</footer>}
    </AriaDialog>
  )
}

/** One thing over the whole page; always dark, like a room with the lights off. */
export function FullScreen({ label, close, children }: { label: string; close: () => void; children: ReactNode }) {
  return (
    <ModalOverlay className={cx(s.overlay, s.fullOverlay)} isOpen onOpenChange={open => !open && close()}>
      <Modal className={cx(s.modal, s.full)}>
        <AriaDialog aria-label={label} className={s.fullFrame!} data-theme="dark">{children}</AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

/** Asks before something that cannot be undone. */
export async function confirm(title: string, sentence: string, action: string): Promise<boolean> {
  let answer = false
  await showDialog(close => (
    <DialogFrame
      role="alertdialog"
      title={title}
      close={close}
      actions={
        <>
          <Button kind="outline" onPress={close} autoFocus>{t('cancel')}</Button>
          <Button kind="danger" onPress={() => { answer = true; close() }}>{action}</Button>
        </>
      }
    >
      <p>{sentence}</p>
    </DialogFrame>
  ))
  return answer
}
