import { describe, expect, it } from 'vitest'
import { best, rank } from './rank'
import { loginAddress, safeReturn, screenAt, setupToken } from './screens'

const at = (path: string) => screenAt(new URL(path, 'http://abri.test'), ['files', 'settings'])

describe('screens', () => {
  it.each([['/', 'home'], ['/~/', 'home'], ['/~/files/abc', 'files'], ['/~/settings/security', 'settings']])('%s is %s', (path, id) => expect(at(path)).toEqual({ kind: 'app', id }))
  it('unknown places', () => expect([at('/~/nothing').kind, at('/elsewhere').kind]).toEqual(['unknown', 'unknown']))
  it('login keeps the way back', () => expect(at(loginAddress(new URL('http://abri.test/~/files/a?view=b')))).toEqual({ kind: 'login', next: '/~/files/a?view=b' }))
  it('login goes nowhere else', () => expect(['//evil.example', 'https://evil.example', '/\\evil', '/files/download/x', '/~/login?then=/', null].map(safeReturn)).toEqual(Array(6).fill('/')))
  it('set-up links', () => expect(['#abc', '#token=abc', '#a%2Fb'].map(setupToken)).toEqual(['abc', 'abc', 'a/b']))
})

describe('the palette', () => {
  it('finds beginnings of words, not middles', () => expect([rank('Agenda', 'ag') > 0, rank('Créer un lien de partage', 'ag')]).toEqual([true, 0]))
  it('does not mind accents', () => expect(rank('Réglages', 'reg')).toBeGreaterThan(0))
  it('wants every word', () => expect([rank('Nouveau dossier', 'nou do') > 0, rank('Nouveau dossier', 'nou zz')]).toEqual([true, 0]))
  it('puts the best first', () => expect(best(['Mes notes', 'Notes', 'Autre'], name => name, 'notes', 9)).toEqual(['Notes', 'Mes notes']))
  it('shows everything before anything is typed', () => expect(best(['a', 'b'], name => name, '', 9)).toEqual(['a', 'b']))
})
