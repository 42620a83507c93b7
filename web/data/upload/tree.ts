// What was dropped or picked, as a stream of files and folders with their relative paths.
export type Found = { path: string; file?: File }

const FILES_PER_STEP = 200
/** What desktops leave in folders and nobody means to upload. */
const LITTER = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini'])

/** Must be called inside the drop event: the items are gone afterwards. */
export function entriesOf(transfer: DataTransfer): (FileSystemEntry | File)[] {
  return [...transfer.items]
    .filter(item => item.kind === 'file')
    .map(item => item.webkitGetAsEntry?.() ?? item.getAsFile())
    .filter(entry => entry !== null)
}

/** The files of an `<input type=file>`, with the folder's structure when a folder was picked. */
export function* pickedFiles(files: Iterable<File>): Generator<Found> {
  for (const file of files) if (!LITTER.has(file.name)) yield { path: (file.webkitRelativePath || file.name).normalize('NFC'), file }
}

/** Walks dropped entries; folders are told too, so that empty ones are made. Arrives in batches to keep the page alive. */
export async function* walk(entries: readonly (FileSystemEntry | File)[]): AsyncGenerator<Found[]> {
  let batch: Found[] = []
  for await (const found of visit(entries, '')) {
    batch.push(found)
    if (batch.length >= FILES_PER_STEP) {
      yield batch
      batch = []
      await new Promise(resolve => setTimeout(resolve))
    }
  }
  yield batch
}

async function* visit(entries: readonly (FileSystemEntry | File)[], prefix: string): AsyncGenerator<Found> {
  for (const entry of entries) {
    const path = (prefix + entry.name).normalize('NFC')
    if (LITTER.has(entry.name)) continue
    if (entry instanceof File) yield { path, file: entry }
    else if (entry.isFile) {
      const file = await new Promise<File | undefined>(resolve => (entry as FileSystemFileEntry).file(resolve, () => resolve(undefined)))
      if (file) yield { path, file }
    } else {
      yield { path }
      yield* visit(await children(entry as FileSystemDirectoryEntry), `${path}/`)
    }
  }
}

/** `readEntries` gives at most a hundred at a time and says it is over with an empty answer. */
async function children(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>(resolve => reader.readEntries(resolve, () => resolve([])))
    if (!some.length) return all
    all.push(...some)
  }
}
