import { useState, type FormEvent } from 'react'
import { failureCode } from '@/data/failure'
import { Button } from '@/kit/Button'
import { DialogFrame } from '@/kit/Dialog'
import { sentence } from '@/kit/failure'
import { FolderIcon } from '@/kit/FileIcon'
import { TextField } from '@/kit/TextField'
import { nameFault } from '../model'
import { t } from '../t'

export default function NewFolderDialog({ create, close }: { create: (name: string) => Promise<void>; close: () => void }) {
  const [name, setName] = useState(t('new.folder.name'))
  const [code, setCode] = useState<string>()
  const [is_busy, setBusy] = useState(false)
  const fault = nameFault(name)

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    if (fault || is_busy) return
    setBusy(true)
    try {
      await create(name.trim())
      close()
    } catch (error) {
      setCode(failureCode(error))
      setBusy(false)
    }
  }

  return (
    <form onSubmit={onSubmit}>
      <DialogFrame
        title={t('new.folder')}
        icon={<FolderIcon size={36} />}
        close={close}
        actions={
          <>
            <Button kind="outline" onPress={close}>{t('cancel')}</Button>
            <Button kind="primary" type="submit" isPending={is_busy} isDisabled={fault !== undefined}>{t('create')}</Button>
          </>
        }
      >
        <TextField label={t('name')} value={name} onChange={text => { setName(text); setCode(undefined) }} autoFocus onFocus={event => (event.target as HTMLInputElement).select()} error={code ? sentence(code) : fault && fault !== 'empty' ? t(`fault.${fault}`) : undefined} />
      </DialogFrame>
    </form>
  )
}
