// The words of every folder: same keys, same arguments in each language, none unused, none missing, no `left` or `right` in CSS.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROOT = new URL('..', import.meta.url).pathname
const FOLDERS = ['kit', 'shell', 'apps']
const faults = []

const files = FOLDERS.flatMap(folder => readdirSync(join(ROOT, folder), { recursive: true }).map(name => join(folder, name)))
const read = name => readFileSync(join(ROOT, name), 'utf8')

/** Argument names of a message: a word right after `{` that is followed by `}` or `,`. */
const argumentsOf = message => [...new Set([...message.matchAll(/\{\s*(\w+)\s*[},]/g)].map(match => match[1]))].sort().join(' ')

for (const english of files.filter(name => name.endsWith('words/en.json'))) {
  const home = dirname(dirname(english))
  const en = JSON.parse(read(english))
  const fr = JSON.parse(read(join(home, 'words/fr.json')))
  const is_mine = name => name.startsWith(`${home}/`) && /\.tsx?$/.test(name) && nearest(name) === home
  const source = files.filter(is_mine).map(read).join('\n')
  for (const key of new Set([...Object.keys(en), ...Object.keys(fr)])) {
    if (!(key in en) || !(key in fr)) faults.push(`${home}: « ${key} » is missing in ${key in en ? 'fr' : 'en'}`)
    else if (argumentsOf(en[key]) !== argumentsOf(fr[key])) faults.push(`${home}: « ${key} » takes {${argumentsOf(en[key])}} in en, {${argumentsOf(fr[key])}} in fr`)
    if (!isUsed(source, key)) faults.push(`${home}: « ${key} » is not used`)
  }
}

/** The closest folder above that has words: whose `t()` a file uses. */
function nearest(name) {
  for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) if (files.includes(join(folder, 'words/en.json'))) return folder
  return ''
}

/** Used as it is, or through a template such as `state.${…}`. */
function isUsed(source, key) {
  if (source.includes(`'${key}'`)) return true
  const pieces = key.split('.')
  return pieces.some((_, index) => index > 0 && source.includes(`\`${pieces.slice(0, index).join('.')}.\${`))
}

for (const name of files.filter(each => each.endsWith('.css'))) {
  const bad = /[\s;{](?:margin|padding|border|inset)?-?(?:left|right)\s*:/.exec(read(name))
  if (bad) faults.push(`${name}: physical property « ${bad[0].trim()} », use the logical one`)
}

for (const fault of faults) console.error(fault)
console.log(`words: ${faults.length} fault(s)`)
process.exit(faults.length ? 1 : 0)
