import { useEffect, useState } from 'react'
import { FolderPlus } from 'lucide-react'
import { getNode } from '@/api/files'
import { ROOT, type FileNode } from '@/api/node'
import { openFolder } from '@/data/folder-tree'
import { known } from '@/data/listings'
import { Button } from '@/kit/Button'
import { DialogFrame } from '@/kit/Dialog'
import { FolderIcon } from '@/kit/FileIcon'
import { folderName, newFolder } from '../acts'
import { mayMove } from '../model'
import { t } from '../t'
import { FolderTree } from './FolderTree'
import s from '../files.module.css'

type Props = { title: string; action: string; nodes: readonly FileNode[]; start?: FileNode; close: () => void; onChoose: (folder: FileNode) => void }

/** Chooses a folder; a new one can be made on the way. */
export default function FolderDialog({ title, action, nodes, start, close, onChoose }: Props) {
  const [root, setRoot] = useState(known(ROOT))
  const [chosen, setChosen] = useState(start ?? root)
  useEffect(() => {
    if (!root) void getNode(ROOT).then(setRoot)
  }, [root])
  const may_go = chosen !== undefined && mayMove(nodes, chosen)

  const onNew = async () => {
    if (!chosen) return
    const made = await newFolder(chosen)
    if (!made) return
    await openFolder(chosen.id)
    setChosen(made)
  }

  return (
    <DialogFrame
      title={title}
      icon={<FolderIcon size={36} />}
      close={close}
      actions={
        <>
          <Button onPress={() => void onNew()} isDisabled={!chosen}><FolderPlus size={17} aria-hidden />{t('new.folder')}</Button>
          <Button kind="outline" onPress={close}>{t('cancel')}</Button>
          <Button kind="primary" isDisabled={!may_go} onPress={() => { close(); if (chosen) onChoose(chosen) }}>{action}</Button>
        </>
      }
    >
      <div className={s.chooser}>{root && <FolderTree label={title} root={root} current={chosen?.id} onChoose={setChosen} />}</div>
      <p aria-live="polite" className="truncate">{chosen ? t('chosen', { folder: folderName(chosen) }) : ''}</p>
    </DialogFrame>
  )
}
