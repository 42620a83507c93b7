import { describe, expect, it } from 'vitest'
import { argumentsOf, format } from './format'

describe('messages', () => {
  it('fills in names', () => expect(format('Bonjour {name} !', { name: 'Inès' }, 'fr')).toBe('Bonjour Inès !'))
  it('knows that zero is singular in French and plural in English', () => {
    const message = '{n, plural, one {# file} other {# files}}'
    expect([0, 1, 2].map(n => format(message, { n }, 'fr'))).toEqual(['0 file', '1 file', '2 files'])
    expect([0, 1, 2].map(n => format(message, { n }, 'en'))).toEqual(['0 files', '1 file', '2 files'])
  })
  it('prefers an exact number', () => expect(format('{n, plural, =0 {Vide} one {#} other {#}}', { n: 0 }, 'fr')).toBe('Vide'))
  it('nests', () => expect(format('{g, select, a {{n, plural, one {# x} other {# xs}}} other {z}}', { g: 'a', n: 3 }, 'en')).toBe('3 xs'))
  it('groups digits as the language does', () => expect(format('{n, plural, other {#}}', { n: 12000 }, 'en')).toBe('12,000'))
  it('leaves a missing argument empty', () => expect(format('[{x}]', {}, 'en')).toBe('[]'))
  it('refuses what it cannot read', () => expect(() => format('{n, date}', {}, 'en')).toThrow('bad argument'))
  it('refuses an open brace', () => expect(() => format('{n', {}, 'en')).toThrow('unclosed'))
  it('tells the arguments, inside branches too', () => expect(argumentsOf('{what} {n, plural, one {in {folder}} other {#}}')).toEqual(['folder', 'n', 'what']))
})
