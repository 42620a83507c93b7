import { FolderPlus, FolderUp, Upload } from 'lucide-react'
import type { FileNode } from '@/api/node'
import { Menu, MenuItem, MenuSeparator, Pop } from '@/kit/Menu'
import { newFolder } from '../acts'
import { pickFiles } from '../pick'
import { t } from '../t'

export function NewMenu({ folder }: { folder?: FileNode }) {
  return (
    <Pop placement="bottom start">
      <Menu label={t('new')}>
        <MenuItem icon={Upload} label={t('upload.files')} keys="u" onAction={() => folder && pickFiles(folder, 'files')} />
        <MenuItem icon={FolderUp} label={t('upload.folder')} onAction={() => folder && pickFiles(folder, 'folder')} />
        <MenuSeparator />
        <MenuItem icon={FolderPlus} label={t('new.folder')} keys="n" onAction={() => folder && void newFolder(folder)} />
      </Menu>
    </Pop>
  )
}
