import { useEffect, useState } from 'react'
import { ChevronRight } from 'lucide-react'
import { Button } from 'react-aria-components/Button'
import { Collection } from 'react-aria-components/Collection'
import { Tree, TreeItem, TreeItemContent } from 'react-aria-components/Tree'
import { ROOT, type FileNode } from '@/api/node'
import { openFolderOnce, tree, type FolderTree as Folders } from '@/data/folder-tree'
import { useLive } from '@/data/hooks'
import { useDrop } from '@/kit/drop'
import { FolderIcon } from '@/kit/FileIcon'
import { onFolder } from '../drag'
import { t } from '../t'
import s from '../files.module.css'

type Branch = { node: FileNode; children?: Branch[] }
type Props = { label: string; current?: string; onChoose: (folder: FileNode) => void; is_target?: boolean; root?: FileNode }

const LEVEL_PX = 14

const grow = (folders: Folders, id: string): Branch[] | undefined =>
  folders.get(id)?.map(node => ({ node, children: grow(folders, node.id) }))

/** The folders, opened one by one; a place to drop on as well. */
export function FolderTree({ label, current, onChoose, is_target = false, root }: Props) {
  const folders = useLive(tree)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(root ? [root.id] : []))
  useEffect(() => void openFolderOnce(ROOT), [])
  const below = grow(folders, ROOT) ?? []
  const branches: Branch[] = root ? [{ node: root, children: below }] : below
  const nodes = new Map<string, FileNode>([...(root ? [[root.id, root] as const] : []), ...[...folders.values()].flat().map(node => [node.id, node] as const)])

  const onOpen = (keys: Iterable<React.Key>) => {
    const next = new Set([...keys].map(String))
    for (const id of next) void openFolderOnce(id)
    setOpen(next)
  }
  const choose = (id: React.Key | undefined) => {
    const node = nodes.get(String(id))
    if (node) onChoose(node)
  }
  const draw = (branch: Branch) => (
    <TreeItem id={branch.node.id} key={branch.node.id} textValue={branch.node.name} className={s.branch!} hasChildItems={branch.children === undefined || branch.children.length > 0}>
      <TreeItemContent>
        {({ level, hasChildItems, isExpanded }) => (
          <BranchRow node={branch.node} level={level} may_open={hasChildItems} is_open={isExpanded} is_target={is_target} />
        )}
      </TreeItemContent>
      <Collection items={branch.children ?? []}>{child => draw(child)}</Collection>
    </TreeItem>
  )
  if (!branches.length) return <p className={s.noFolders}>{t('folders.none')}</p>
  return (
    <Tree
      aria-label={label} className={s.tree!} items={branches} dependencies={[folders]}
      selectionMode="single" selectionBehavior="replace" selectedKeys={current ? [current] : []}
      onSelectionChange={keys => keys !== 'all' && choose([...keys][0])} onAction={choose}
      expandedKeys={open} onExpandedChange={onOpen}
    >
      {draw}
    </Tree>
  )
}

function BranchRow({ node, level, may_open, is_open, is_target }: { node: FileNode; level: number; may_open: boolean; is_open: boolean; is_target: boolean }) {
  const { props } = useDrop(is_target ? onFolder(node) : undefined)
  return (
    <div className={s.branchRow} style={{ paddingInlineStart: (level - 1) * LEVEL_PX }} {...props}>
      {may_open ? <Button slot="chevron" className={s.chevron!} aria-label={t('open.folder', { name: node.name })}><ChevronRight size={14} data-open={is_open || undefined} aria-hidden /></Button> : <span className={s.chevron} />}
      <FolderIcon size={20} />
      <span className="truncate">{node.path === '/' ? t('mine') : node.name}</span>
    </div>
  )
}
