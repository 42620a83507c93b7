import { useState } from 'react'
import { Check, Copy } from 'lucide-react'
import { announce } from './announce'
import { IconButton } from './IconButton'
import { t } from './t'

/** The clipboard API is missing on plain HTTP; a selected text field still works there. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  document.body.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [is_done, setDone] = useState(false)
  const onPress = async () => {
    await copy(text)
    setDone(true)
    announce(t('copied'))
    setTimeout(() => setDone(false), 1500)
  }
  return <IconButton small icon={is_done ? Check : Copy} size={15} label={is_done ? t('copied') : `${t('copy')} · ${label}`} onPress={onPress} />
}
