import { useEffect, useRef, useState } from 'react'
import { uploads } from '@/data/upload/queue'
import type { Choice, Task } from '@/data/upload/task'
import { Button } from '@/kit/Button'
import { Checkbox } from '@/kit/Checkbox'
import { DialogFrame } from '@/kit/Dialog'
import { showDialog } from '@/kit/dialogs'
import { FileIcon } from '@/kit/FileIcon'
import { classOf } from './class'
import { t } from './t'

let is_asking = false

/** Asks what to do with a taken name. Closing the dialog decides nothing: the tray keeps the question. */
export async function showConflict(task: Task): Promise<void> {
  if (is_asking) return
  is_asking = true
  await showDialog(close => <ConflictDialog task={task} close={close} />, 'large')
  is_asking = false
}

/** Asks by itself, once for every conflict, one after the other. */
export function ConflictWatch({ tasks }: { tasks: readonly Task[] }) {
  const asked = useRef(new Set<string>())
  const next = tasks.find(task => task.state === 'conflict' && !asked.current.has(task.id))
  useEffect(() => {
    if (!next || is_asking) return
    asked.current.add(next.id)
    void showConflict(next)
  })
  return null
}

function ConflictDialog({ task, close }: { task: Task; close: () => void }) {
  const [for_all, setForAll] = useState(false)
  const others = uploads.live.get().tasks.filter(each => each.batch === task.batch && each !== task && each.state !== 'done').length
  const answer = (choice: Choice) => {
    uploads.answer(task, choice, for_all)
    close()
  }
  return (
    <DialogFrame
      title={t('conflict.title')}
      note={task.path}
      icon={<FileIcon node={{ is_folder: false, name: task.name, class: classOf(task) }} size={40} />}
      close={close}
      actions={
        <>
          <Button onPress={() => answer('skip')}>{t('conflict.skip')}</Button>
          <Button kind="outline" onPress={() => answer('replace')}>{t('conflict.replace')}</Button>
          <Button kind="primary" onPress={() => answer('both')} autoFocus>{t('conflict.both')}</Button>
        </>
      }
    >
      <p>{t('conflict.sentence', { name: task.name })}</p>
      {others > 0 && <Checkbox isSelected={for_all} onChange={setForAll}>{t('conflict.all')}</Checkbox>}
    </DialogFrame>
  )
}
