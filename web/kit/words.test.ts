import { describe, expect, it } from 'vitest'
import { argumentsOf } from './i18n/format'

type Messages = Record<string, string>
const files = import.meta.glob<Messages>('../**/words/*.json', { eager: true, import: 'default' })
const folders = [...new Set(Object.keys(files).filter(path => !path.includes('node_modules')).map(path => path.replace(/\/\w+\.json$/, '')))]

describe.each(folders)('%s', folder => {
  const en = files[`${folder}/en.json`]!
  const fr = files[`${folder}/fr.json`]!
  it('says the same things in both languages', () => expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort()))
  it.each(Object.keys(en))('« %s » takes the same arguments', key => expect(argumentsOf(fr[key] ?? '')).toEqual(argumentsOf(en[key]!)))
  it('is not empty anywhere', () => expect([...Object.values(en), ...Object.values(fr)].filter(text => !text.trim())).toEqual([]))
  it('writes French with its own quotes and apostrophes', () => expect(Object.values(fr).filter(text => /['"]/.test(text))).toEqual([]))
})

it('finds every folder of words', () => expect(folders.length).toBeGreaterThanOrEqual(7))
