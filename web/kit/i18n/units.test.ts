import { beforeEach, describe, expect, it } from 'vitest'
import { pickLanguage, showLocale } from './locale'
import { bytes, collator, duration, percent, when } from './units'

const NOW = Date.UTC(2026, 10, 21, 12)
const HOUR = 3_600_000
/** The kinds of space differ between versions of ICU. */
const plain = (text: string) => text.replace(/\s/g, ' ')

describe('units in French', () => {
  beforeEach(() => showLocale('fr'))
  it('sizes', () => expect([0, 999, 1500, 1_234_567, 4_800_000_000].map(n => bytes(n))).toEqual(['0\u202fo', '999\u202fo', '2\u202fKo', '1,2\u202fMo', '4,8\u202fGo']))
  it('does not say 1 000 Ko', () => expect(bytes(999_700)).toBe('1\u202fMo'))
  it('times', () => expect([0, 5 * 60_000, 3 * HOUR, 24 * HOUR].map(age => plain(when(NOW - age, NOW)))).toEqual(['maintenant', 'il y a 5 min', 'il y a 3 h', 'hier']))
  it('older times are dates', () => expect(plain(when(NOW - 40 * 24 * HOUR, NOW))).toBe('12 oct.'))
  it('last year has its year', () => expect(when(NOW - 400 * 24 * HOUR, NOW)).toContain('2025'))
  it('percent', () => expect(plain(percent(0.614))).toBe('61 %'))
})

describe('units in English', () => {
  beforeEach(() => showLocale('en'))
  it('sizes', () => expect(bytes(1_234_567)).toBe('1.2\u202fMB'))
  it('durations', () => expect([0.4, 45, 130, 12_000].map(seconds => plain(duration(seconds)))).toEqual(['1 sec', '45 sec', '2 min', '3 hr 20 min']))
  it('numbers in names count as numbers', () => expect(['photo 10', 'Photo 2', 'émile'].sort(collator().compare)).toEqual(['émile', 'Photo 2', 'photo 10']))
})

describe('the language', () => {
  it('is the first one that we have', () => expect(pickLanguage(['de-CH', 'fr-CH', 'en'])).toBe('fr'))
  it('is English when we have none', () => expect(pickLanguage(['ja'])).toBe('en'))
})
