// The budgets, in brotli bytes: what the first screen costs, and what each app adds to it.
import { readFileSync, statSync } from 'node:fs'

const DIST = new URL('../dist/', import.meta.url)
const KB = 1000
const FIRST_KB_MAX = 140
const ROUTE_KB_MAX = 60
const CSS_KB_MAX = 12
const LANGUAGE = 'fr'

const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', DIST), 'utf8'))
const size = file => {
  try {
    return statSync(new URL(`${file}.br`, DIST)).size
  } catch {
    return statSync(new URL(file, DIST)).size
  }
}

/** An entry and all that it imports at once. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key].imports ?? []) closure(next, seen)
  return seen
}

const words = folder => Object.keys(manifest).filter(key => key === `${folder}/words/${LANGUAGE}.json`)
const files = (keys, kind) => {
  const all = new Set()
  for (const key of keys) {
    const { file, css = [] } = manifest[key]
    if (kind === 'js' && file.endsWith('.js')) all.add(file)
    if (kind === 'css') for (const sheet of css) all.add(sheet)
  }
  return all
}
const sum = names => [...names].reduce((total, name) => total + size(name), 0) / KB

const entry = Object.keys(manifest).find(key => manifest[key].isEntry)
const first = new Set([...closure(entry), ...closure('apps/home/index.tsx'), ...words('shell'), ...words('kit'), ...words('apps/home')])
const rows = [['shell + home, JS', sum(files(first, 'js')), FIRST_KB_MAX], ['shell + home, CSS', sum(files(first, 'css')), CSS_KB_MAX]]
const base = files(first, 'js')
for (const app of ['files', 'settings']) {
  const keys = new Set([...closure(`apps/${app}/index.tsx`), ...words(`apps/${app}`)])
  rows.push([`${app}, JS on top`, sum([...files(keys, 'js')].filter(name => !base.has(name))), ROUTE_KB_MAX])
  rows.push([`${app}, CSS in all`, sum(new Set([...files(first, 'css'), ...files(keys, 'css')])), CSS_KB_MAX])
}

let is_over = false
for (const [name, kb, max] of rows) {
  is_over ||= kb > max
  console.log(`${kb > max ? 'OVER' : ' ok '}  ${name.padEnd(22)} ${kb.toFixed(1).padStart(6)} KB of ${max}`)
}
process.exit(is_over ? 1 : 0)
