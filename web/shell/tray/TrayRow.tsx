import { useRef } from 'react'
import { CircleAlert, CircleCheck, Pause, Play, RotateCw, Upload, X } from 'lucide-react'
import { uploads } from '@/data/upload/queue'
import type { Task } from '@/data/upload/task'
import { sentence } from '@/kit/failure'
import { FileIcon } from '@/kit/FileIcon'
import { IconButton } from '@/kit/IconButton'
import { bytes, percent } from '@/kit/i18n/units'
import { ProgressBar } from '@/kit/ProgressBar'
import { say } from '@/kit/toasts'
import { classOf } from './class'
import { showConflict } from './Conflict'
import { t } from './t'
import s from './Tray.module.css'

export function TrayRow({ task }: { task: Task }) {
  const ratio = task.size_bytes ? task.sent_bytes / task.size_bytes : 0
  const moves = task.state === 'sending' || task.state === 'waiting' || task.state === 'paused'
  return (
    <li className={s.row} data-state={task.state}>
      <FileIcon node={{ is_folder: false, name: task.name, class: classOf(task) }} size={30} />
      <div className={s.name}>
        <b className="truncate" title={task.path}>{task.final_name ?? task.name}</b>
        {moves && ratio > 0 ? <ProgressBar value={ratio} label={task.name} tone={task.state === 'sending' ? undefined : 'quiet'} /> : <small>{news(task)}</small>}
      </div>
      {moves && ratio > 0 && <small className="num">{percent(ratio)}</small>}
      <Actions task={task} />
    </li>
  )
}

function news(task: Task): string {
  switch (task.state) {
    case 'failed': return sentence(task.error ?? 'internal')
    case 'done': return task.final_name && task.final_name !== task.name ? t('state.renamed') : t('state.done')
    case 'queued': case 'sending': return bytes(task.size_bytes)
    default: return t(`state.${task.state}`)
  }
}

function Actions({ task }: { task: Task }) {
  const { state, name } = task
  if (state === 'done' || state === 'skipped') return <CircleCheck size={18} className={s.ok} aria-hidden />
  return (
    <span className={s.actions}>
      {state === 'conflict' && <IconButton small icon={CircleAlert} size={16} label={t('answer', { name })} onPress={() => showConflict(task)} />}
      {(state === 'sending' || state === 'waiting' || state === 'queued') && <IconButton small icon={Pause} size={15} label={t('pause', { name })} onPress={() => uploads.pause(task)} />}
      {(state === 'paused' || state === 'waiting') && <IconButton small icon={Play} size={15} label={t('resume', { name })} onPress={() => uploads.resume(task)} />}
      {state === 'failed' && <IconButton small icon={RotateCw} size={15} label={t('retry', { name })} onPress={() => uploads.resume(task)} />}
      {state === 'lost' && <PickAgain task={task} />}
      <IconButton small icon={X} size={15} label={t('cancel', { name })} onPress={() => uploads.cancel(task)} />
    </span>
  )
}

/** The browser took the file away at the reload; the person gives it back and the parts on the server are not sent again. */
function PickAgain({ task }: { task: Task }) {
  const input = useRef<HTMLInputElement>(null)
  const onPick = (file: File | undefined) => {
    if (file && !uploads.giveBack(task, file)) say(t('other.file', { name: task.name }))
  }
  return (
    <>
      <input ref={input} type="file" hidden aria-label={t('pick.again', { name: task.name })} onChange={event => onPick(event.target.files?.[0])} />
      <IconButton small icon={Upload} size={15} label={t('pick.again', { name: task.name })} onPress={() => input.current?.click()} />
    </>
  )
}
