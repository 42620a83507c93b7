// The listings on screen: painted from the browser's cache, read page by page, then kept true by the bell.
import { getPage, getRecent, getTrash, type Page } from '@/api/files'
import { TRASH, type FileNode } from '@/api/node'
import { collator } from '@/kit/i18n/units'
import { Live } from './live'
import { comparing, fold, newestFirst, placeKey, sortWord, type Compare, type Fold, type Order, type Place } from './listing'
import { readCached, writeCached } from './listing-cache'

export type Listing = {
  place: Place
  node?: FileNode
  rows: readonly FileNode[]
  /** Nothing to show yet, not even from the cache. */
  is_empty_handed: boolean
  is_complete: boolean
  error?: unknown
}

const FIRST_PAGE_ROWS = 200
const PAGE_ROWS = 1000
const RECENT_ROWS = 100
/** Beyond this many rows the rest is read only when somebody scrolls there. */
const EAGER_ROWS_MAX = 20_000
const OPEN_LISTINGS_MAX = 24
const ORDER_KEY = 'abri.files.order'

function rememberedOrder(): Order {
  try {
    return { by: 'name', is_down: false, ...(JSON.parse(localStorage.getItem(ORDER_KEY) ?? '{}') as Partial<Order>) }
  } catch {
    return { by: 'name', is_down: false }
  }
}

export const order = new Live<Order>(rememberedOrder())

class OpenListing {
  readonly live: Live<Listing>
  #next?: string
  #turn = 0
  #is_reading = false

  constructor(readonly place: Place) {
    this.live = new Live<Listing>({ place, rows: [], is_empty_handed: true, is_complete: false })
    void this.#paintFromCache()
    void this.load()
  }

  get compare(): Compare {
    return this.place.kind === 'recent' ? newestFirst : comparing(order.get(), collator())
  }

  async #paintFromCache(): Promise<void> {
    const cached = await readCached(placeKey(this.place))
    if (cached && this.live.get().is_empty_handed) {
      this.live.update(now => ({ ...now, node: cached.node, rows: [...cached.rows].sort(this.compare), is_empty_handed: false }))
    }
  }

  #page(limit: number): Promise<Page> {
    if (this.place.kind === 'recent') return getRecent(RECENT_ROWS).then(rows => ({ rows }))
    if (this.place.kind === 'trash') return getTrash(limit, this.#next)
    return getPage(this.place.id, sortWord(order.get()), limit, this.#next)
  }

  /** Reads from the start; what is on screen stays until the answer is there. */
  async load(): Promise<void> {
    const turn = ++this.#turn
    this.#next = undefined
    this.#is_reading = true
    try {
      const first = await this.#page(FIRST_PAGE_ROWS)
      if (turn !== this.#turn) return
      const older = this.live.get()
      // a complete answer replaces the screen; the first of many is merged, so that a long cached list does not shrink and grow
      const rows = first.next ? this.#merged(older.rows, first.rows) : [...first.rows].sort(this.compare)
      this.#next = first.next
      this.live.set({ place: this.place, node: first.node ?? older.node, rows, is_empty_handed: false, is_complete: !first.next })
      if (first.next) await this.#readOn(turn, new Set(first.rows.map(row => row.id)))
      else this.#remember()
    } catch (error) {
      if (turn === this.#turn) this.live.update(now => ({ ...now, error }))
    } finally {
      if (turn === this.#turn) this.#is_reading = false
    }
  }

  #merged(older: readonly FileNode[], fresh: readonly FileNode[]): readonly FileNode[] {
    const ids = new Set(fresh.map(row => row.id))
    return [...older.filter(row => !ids.has(row.id)), ...fresh].sort(this.compare)
  }

  async #readOn(turn: number, seen: Set<string>): Promise<void> {
    while (this.#next && seen.size < EAGER_ROWS_MAX) {
      const page = await this.#page(PAGE_ROWS)
      if (turn !== this.#turn) return
      this.#next = page.next
      for (const row of page.rows) seen.add(row.id)
      const rows = this.#merged(this.live.get().rows, page.rows)
      this.live.update(now => ({ ...now, rows, is_complete: !page.next }))
    }
    if (!this.#next) {
      // what the cache showed and the server did not is gone
      this.live.update(now => ({ ...now, rows: now.rows.filter(row => seen.has(row.id) || row.rev === ''), is_complete: true }))
      this.#remember()
    }
  }

  /** Somebody scrolled to the end of a very long folder. */
  async more(): Promise<void> {
    if (!this.#next || this.#is_reading) return
    const turn = this.#turn
    this.#is_reading = true
    try {
      const page = await this.#page(PAGE_ROWS)
      if (turn !== this.#turn) return
      this.#next = page.next
      this.live.update(now => ({ ...now, rows: this.#merged(now.rows, page.rows), is_complete: !page.next }))
    } finally {
      this.#is_reading = false
    }
  }

  reorder(): void {
    const now = this.live.get()
    if (this.place.kind === 'recent') return
    this.live.set({ ...now, rows: [...now.rows].sort(this.compare) })
    if (!now.is_complete) void this.load()
  }

  apply(changes: readonly Fold[]): void {
    const now = this.live.get()
    const self = this.place.kind === 'folder' ? changes.findLast(change => change.node?.id === (this.place as { id: string }).id)?.node : undefined
    const rows = fold(now.rows, this.place, changes, this.compare)
    if (rows === now.rows && !self) return
    this.live.set({ ...now, rows, node: self ?? now.node })
    this.#remember()
  }

  #remember(): void {
    const { node, rows, is_complete } = this.live.get()
    if (is_complete) writeCached(placeKey(this.place), node, rows)
  }
}

const open = new Map<string, OpenListing>()

/** The listing of a place; the same object for everybody who looks at it. */
export function listing(place: Place): Live<Listing> {
  const key = placeKey(place)
  const known = open.get(key)
  if (known) {
    open.delete(key)
    open.set(key, known)
    if (known.live.get().error) void known.load()
    return known.live
  }
  const created = new OpenListing(place)
  open.set(key, created)
  // the least recently looked at is forgotten; it is still in the browser's cache
  if (open.size > OPEN_LISTINGS_MAX) open.delete(open.keys().next().value!)
  return created.live
}

export const reload = (place: Place): Promise<void> | undefined => open.get(placeKey(place))?.load()
export const more = (place: Place): Promise<void> | undefined => open.get(placeKey(place))?.more()
export const reloadAll = (): void => {
  for (const each of open.values()) void each.load()
}

export function applyChanges(changes: readonly Fold[]): void {
  for (const each of open.values()) each.apply(changes)
}

/** A node that some screen knows, without asking the server. */
export function known(id: string): FileNode | undefined {
  for (const { live } of open.values()) {
    const { node, rows } = live.get()
    const found = node?.id === id ? node : rows.find(row => row.id === id)
    if (found) return found
  }
  return undefined
}

/** The folder rows on some screen that contain one of these paths. */
export function foldersAbove(paths: readonly string[]): FileNode[] {
  const found = new Map<string, FileNode>()
  for (const { live } of open.values()) {
    for (const row of live.get().rows) {
      if (!row.is_folder || !row.path) continue
      if (paths.some(path => path === row.path || path.startsWith(`${row.path}/`))) found.set(row.id, row)
    }
  }
  return [...found.values()]
}

export function setOrder(next: Order): void {
  order.set(next)
  localStorage.setItem(ORDER_KEY, JSON.stringify(next))
  for (const each of open.values()) each.reorder()
}

/** An emptied trash has one change per node on the server; the screen needs only one. */
export function clearTrashListing(): void {
  const { rows } = listing({ kind: 'trash' }).get()
  applyChanges(rows.filter(row => row.dir_id === TRASH || row.trashed).map(row => ({ id: row.id, deleted: true })))
}
