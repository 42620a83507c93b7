import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { FileNode } from '@/api/node'
import { announce } from '@/kit/announce'
import { renameTo, renaming } from '../acts'
import { nameFault, stemLength } from '../model'
import { t } from '../t'
import s from '../files.module.css'

/** Renaming in place: Enter keeps, Escape does not, leaving keeps. */
export function RenameField({ node }: { node: FileNode }) {
  const [name, setName] = useState(node.name)
  const input = useRef<HTMLInputElement>(null)
  const is_over = useRef(false)
  const fault = nameFault(name)
  useEffect(() => {
    input.current?.focus()
    input.current?.setSelectionRange(0, stemLength(node.name, node.is_folder))
  }, [node.id])

  const finish = (keeps: boolean) => {
    if (is_over.current) return
    if (keeps && fault && fault !== 'empty') return announce(t(`fault.${fault}`))
    is_over.current = true
    const row = input.current?.closest<HTMLElement>('[role=row]')
    if (keeps && !fault) void renameTo(node, name.trim())
    else renaming.set(undefined)
    row?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key === 'Enter') finish(true)
    else if (event.key === 'Escape') finish(false)
  }
  return (
    <input
      ref={input} className={s.rename} value={name} aria-label={t('rename.label', { name: node.name })} aria-invalid={fault !== undefined} title={fault && t(`fault.${fault}`)}
      onChange={event => setName(event.target.value)} onKeyDown={onKeyDown} onBlur={() => finish(!fault)} onClick={event => event.stopPropagation()}
      spellCheck={false} autoComplete="off"
    />
  )
}
