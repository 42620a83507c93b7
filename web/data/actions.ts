// What people do to files. The screen changes at once, the server is told, a refusal puts the screen back.
import { addFolder, batch, changeNode, emptyTrash, getArchiveAddress, getSecretAddress, revert, type Operation, type Outcome } from '@/api/files'
import type { FileNode } from '@/api/node'
import { applyChanges, clearTrashListing, reload } from './listings'
import { didUndoable, type Undoable } from './undo'

const OPERATIONS_PER_CALL = 1000

/** Some of many operations were refused: the first reason, and how many. */
export class PartlyRefused extends Error {
  constructor(readonly code: string, readonly refused: number, readonly total: number) {
    super(`${refused} of ${total} refused: ${code}`)
  }
}

const show = (node: FileNode) => applyChanges([{ id: node.id, deleted: false, node }])
const showAll = (nodes: readonly FileNode[]) => applyChanges(nodes.map(node => ({ id: node.id, deleted: false, node })))
const hide = (nodes: readonly FileNode[]) => applyChanges(nodes.map(({ id }) => ({ id, deleted: true })))

/** Runs any number of operations, shows what the server made of them, and complains about the refused ones at the end. */
async function run(operations: Operation[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < operations.length; at += OPERATIONS_PER_CALL) {
    outcomes.push(...(await batch(operations.slice(at, at + OPERATIONS_PER_CALL))))
  }
  applyChanges(outcomes.flatMap(({ data }) => (data ? [{ id: data.id, deleted: false, node: data }] : [])))
  return outcomes
}

function complain(outcomes: Outcome[]): void {
  const refused = outcomes.filter(outcome => !outcome.status.startsWith('2'))
  if (refused.length) throw new PartlyRefused(refused[0]!.code ?? 'internal', refused.length, outcomes.length)
}

/** Hides the nodes, runs the operations, puts back those that were refused (all of them when the line broke). */
async function runHidden(nodes: readonly FileNode[], operations: Operation[]): Promise<Outcome[]> {
  hide(nodes)
  let outcomes: Outcome[]
  try {
    outcomes = await run(operations)
  } catch (error) {
    showAll(nodes)
    throw error
  }
  showAll(nodes.filter((_, index) => !outcomes[index]!.status.startsWith('2')))
  return outcomes
}

function undoable(undo: () => Promise<void>): Undoable {
  const step = { undo }
  didUndoable(step)
  return step
}

const succeeded = (nodes: readonly FileNode[], outcomes: Outcome[]) => nodes.filter((_, index) => outcomes[index]!.status.startsWith('2'))
const restoring = (nodes: readonly FileNode[]) => async () => complain(await run(nodes.map(({ id }) => ({ op: 'restore', id }))))

export async function trash(nodes: readonly FileNode[]): Promise<Undoable> {
  const outcomes = await runHidden(nodes, nodes.map(({ id }) => ({ op: 'trash', id })))
  const step = undoable(restoring(succeeded(nodes, outcomes)))
  complain(outcomes)
  return step
}

export async function restore(nodes: readonly FileNode[]): Promise<Undoable> {
  const outcomes = await runHidden(nodes, nodes.map(({ id }) => ({ op: 'restore', id })))
  const done = succeeded(nodes, outcomes)
  const step = undoable(async () => complain(await run(done.map(({ id }) => ({ op: 'trash', id })))))
  complain(outcomes)
  return step
}

export async function destroy(nodes: readonly FileNode[]): Promise<void> {
  complain(await runHidden(nodes, nodes.map(({ id }) => ({ op: 'destroy', id }))))
}

export async function destroyAll(): Promise<void> {
  await emptyTrash()
  clearTrashListing()
  void reload({ kind: 'trash' })
}

export async function move(nodes: readonly FileNode[], dir_id: string): Promise<Undoable> {
  const outcomes = await runHidden(nodes, nodes.map(({ id }) => ({ op: 'move', id, dir_id })))
  const done = succeeded(nodes, outcomes)
  const step = undoable(async () => complain(await run(done.map(({ id, dir_id: home }) => ({ op: 'move', id, dir_id: home })))))
  complain(outcomes)
  return step
}

export async function copy(nodes: readonly FileNode[], dir_id: string, nameOf: (node: FileNode) => string): Promise<Undoable> {
  const outcomes = await run(nodes.map(node => ({ op: 'copy', id: node.id, dir_id, name: nameOf(node) })))
  const copies = outcomes.flatMap(({ data }) => (data ? [data] : []))
  const step = undoable(async () => complain(await run(copies.map(({ id }) => ({ op: 'trash', id })))))
  complain(outcomes)
  return step
}

export async function rename(node: FileNode, name: string): Promise<Undoable> {
  show({ ...node, name })
  try {
    show(await changeNode(node.id, { name }))
  } catch (error) {
    show(node)
    throw error
  }
  return undoable(async () => show(await changeNode(node.id, { name: node.name })))
}

export async function star(nodes: readonly FileNode[], starred: boolean): Promise<void> {
  showAll(nodes.map(node => ({ ...node, starred })))
  try {
    complain(await run(nodes.map(({ id }) => ({ op: 'update', id, attributes: { cozyMetadata: { favorite: starred } } }))))
  } catch (error) {
    if (!(error instanceof PartlyRefused)) showAll(nodes)
    throw error
  }
}

export async function makeFolder(dir_id: string, name: string): Promise<{ node: FileNode; step: Undoable }> {
  const node = await addFolder(dir_id, name)
  show(node)
  return { node, step: undoable(async () => complain(await run([{ op: 'trash', id: node.id }]))) }
}

export async function restoreVersion(node: FileNode, version: string): Promise<void> {
  show(await revert(node.id, version))
}

/** Hands bytes to the browser's own download: one file as it is, several or a folder as a zip. */
export async function download(nodes: readonly FileNode[], archive_name: string): Promise<void> {
  const [first] = nodes
  if (!first) return
  const is_single = nodes.length === 1 && !first.is_folder
  const address = is_single ? await getSecretAddress(first.id) : await getArchiveAddress(archive_name, nodes.map(({ id }) => id))
  saveAs(address, is_single ? first.name : `${archive_name}.zip`)
}

export function saveAs(address: string, name: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}

