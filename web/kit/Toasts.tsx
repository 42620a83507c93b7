import { X } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import { Text } from 'react-aria-components/Text'
import { UNSTABLE_Toast as Toast, UNSTABLE_ToastContent as ToastContent, UNSTABLE_ToastRegion as ToastRegion } from 'react-aria-components/Toast'
import { t } from './t'
import { toasts } from './toasts'
import s from './Toasts.module.css'

/** Reached with F6; time stands still while it is hovered or focused. */
export function Toasts() {
  return (
    <ToastRegion queue={toasts} className={s.region!} aria-label={t('notifications')}>
      {({ toast }) => (
        <Toast toast={toast} className={s.toast!}>
          <ToastContent className={s.text!}>
            <Text slot="title">{toast.content.text}</Text>
          </ToastContent>
          {toast.content.action && <Button slot={null} className={s.action!} onPress={() => { toasts.close(toast.key); toast.content.run?.() }}>{toast.content.action}</Button>}
          <Button slot="close" aria-label={t('close')} className={s.close!}><X size={16} aria-hidden /></Button>
        </Toast>
      )}
    </ToastRegion>
  )
}
