import { describe, expect, it } from 'vitest'
import { deviceOf, pageAt } from './model'

describe('settings', () => {
  it('addresses', () => expect(['/~/settings/security', '/~/settings', '/~/settings/nothing'].map(pageAt)).toEqual(['security', 'profile', 'profile']))
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox', 'Linux', false],
    ['Mozilla/5.0 (Linux; Android 15; FP5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile Safari/537.36', 'Chrome', 'Android', true],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15', 'Safari', 'macOS', false],
    ['Mozilla/5.0 (Windows) mirall/3.15.0 (Nextcloud)', 'Nextcloud', 'Windows', false],
    ['something else', '', '', false],
  ])('%s', (agent, browser, system, is_phone) => expect(deviceOf(agent)).toEqual({ browser, system, is_phone }))
})
