import { describe, expect, it } from 'vitest'
import { strength } from './strength'

describe('strength', () => {
  it('nothing is nothing', () => expect(strength('')).toBe(0))
  it.each(['azerty', '123456789012', 'motdepasse1', 'aaaaaaaaaaaaaaaaaa', 'bonjour'])('%s is weak', text => expect(strength(text)).toBe(1))
  it('your own name is no secret', () => expect(strength('camillemoreau', ['Camille Moreau'])).toBe(1))
  it('four words are good', () => expect(strength('cheval batterie agrafe correct')).toBe(4))
  it('grows with length', () => {
    const levels = ['fenouil', 'fenouil tapis', 'fenouil tapis ourse', 'fenouil tapis ourse moulin'].map(text => strength(text))
    expect(levels).toEqual([...levels].sort())
  })
})
