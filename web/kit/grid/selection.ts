// What is selected in a long list, and which row has the keyboard. Pure; rows are only ids here.
export type Selection = { readonly ids: ReadonlySet<string>; readonly anchor?: string; readonly current?: string }

export const NOTHING: Selection = { ids: new Set() }

export const only = (id: string): Selection => ({ ids: new Set([id]), anchor: id, current: id })

export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, anchor: id, current: id }
}

/** From the anchor to `id`, both included; what was selected elsewhere stays only with `keep`. */
export function extend(selection: Selection, order: readonly string[], id: string, keep = false): Selection {
  const from = order.indexOf(selection.anchor ?? selection.current ?? id)
  const to = order.indexOf(id)
  if (from === -1 || to === -1) return only(id)
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ids: new Set([...(keep ? selection.ids : []), ...range]), anchor: order[from], current: id }
}

export const all = (selection: Selection, order: readonly string[]): Selection => ({ ...selection, ids: new Set(order) })
export const clear = (selection: Selection): Selection => ({ ids: NOTHING.ids, current: selection.current })
export const focus = (selection: Selection, id: string): Selection => ({ ...selection, current: id })

/** Forgets rows that are gone; the keyboard moves to the row that took the place of the current one. */
export function survive(selection: Selection, before: readonly string[], order: readonly string[]): Selection {
  const there = new Set(order)
  const ids = [...selection.ids].filter(id => there.has(id))
  let { current } = selection
  if (current !== undefined && !there.has(current)) {
    const at = before.indexOf(current)
    current = before.slice(at + 1).find(id => there.has(id)) ?? before.slice(0, Math.max(at, 0)).findLast(id => there.has(id))
  }
  const anchor = selection.anchor !== undefined && there.has(selection.anchor) ? selection.anchor : undefined
  if (ids.length === selection.ids.size && current === selection.current && anchor === selection.anchor) return selection
  return { ids: new Set(ids), current, anchor }
}

export type Step = 'up' | 'down' | 'left' | 'right' | 'home' | 'end' | 'pageUp' | 'pageDown'

/** The index that a key leads to, in rows of `lanes`. */
export function stepTo(at: number, step: Step, count: number, lanes: number, page_rows: number): number {
  const by = { up: -lanes, down: lanes, left: -1, right: 1, pageUp: -lanes * page_rows, pageDown: lanes * page_rows, home: -count, end: count }[step]
  const to = at + by
  // one row up from the first row stays; the last row may be shorter than the others
  if ((step === 'up' && to < 0) || (step === 'down' && to >= count && Math.floor(at / lanes) === Math.floor((count - 1) / lanes))) return at
  return Math.max(0, Math.min(count - 1, to))
}

/** Finds the next name that begins with what was typed; one repeated letter walks through its names. */
export function typedTo(names: readonly string[], at: number, typed: string, collator: Intl.Collator): number {
  const is_walk = typed.length > 1 && [...typed].every(letter => letter === typed[0])
  const wanted = is_walk ? typed[0]! : typed
  const from = is_walk || typed.length === 1 ? at + 1 : at
  for (let step = 0; step < names.length; step++) {
    const index = (from + step + names.length) % names.length
    if (collator.compare(names[index]!.slice(0, wanted.length), wanted) === 0) return index
  }
  return -1
}
