// Getting in: the set-up link, login, the way back.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, logIn, open, shot } from './browser.mjs'
import { ACCOUNT, House, LANGUAGES, PASSPHRASE, wordsOf } from './house.mjs'

for (const language of LANGUAGES) {
  describe(`getting in (${language})`, () => {
    const t = wordsOf('shell/entry', language)
    const kit = wordsOf('kit', language)
    const house = new House()
    let browser
    let page
    before(async () => {
      await house.start()
      browser = await launch()
      page = await open(browser, { language })
    })
    after(async () => {
      await browser?.close()
      await house.close()
    })

    it('says that the set-up link is needed', async () => {
      await page.goto(house.origin)
      await page.getByText(t('needed.sentence')).waitFor()
    })

    it('refuses a wrong link', async () => {
      await page.goto(`${house.origin}/~/setup#not-the-token`)
      await page.getByRole('heading', { name: t('setup.expired.title') }).waitFor()
    })

    it('refuses a weak passphrase and keeps what was typed', async () => {
      await page.goto('about:blank')
      await page.goto(house.setup_link)
      await page.getByLabel(t('public_name')).fill('Camille')
      await page.getByLabel(t('passphrase'), { exact: true }).fill('azerty')
      await page.getByText(kit('strength.weak')).waitFor()
      await page.getByRole('button', { name: t('setup.go') }).click()
      await page.getByText(kit('error.weak_passphrase')).waitFor()
      assert.equal(await page.getByLabel(t('name'), { exact: true }).inputValue(), ACCOUNT)
      await shot(page, `setup-${language}`)
    })

    it('creates the account and is home', async () => {
      await page.getByLabel(t('public_name')).fill('Camille Moreau')
      await page.getByLabel(t('name'), { exact: true }).fill(ACCOUNT)
      await page.getByLabel(t('passphrase'), { exact: true }).fill(PASSPHRASE)
      await page.getByText(kit('strength.strong')).waitFor()
      await page.getByRole('button', { name: t('setup.go') }).click()
      await page.getByRole('heading', { level: 1, name: /Camille/ }).waitFor()
      assert.equal(new URL(page.url()).pathname, '/')
      assert.equal(await page.evaluate(() => document.documentElement.lang), language)
    })

    it('the link works once', async () => {
      const other = await open(browser, { language })
      await other.goto(house.setup_link)
      await other.getByRole('heading', { name: t('setup.expired.title') }).waitFor()
      await other.context().close()
    })

    it('refuses a wrong passphrase, then goes where one wanted', async () => {
      const other = await open(browser, { language })
      await other.goto(`${house.origin}/~/settings/sessions`)
      await other.waitForURL(/~\/login\?then=/)
      await other.getByLabel(t('name')).fill(ACCOUNT)
      await other.getByLabel(t('passphrase'), { exact: true }).fill('not this one')
      await other.getByRole('button', { name: t('login.go') }).click()
      await other.getByRole('alert').getByText(t('login.wrong')).waitFor()
      await shot(other, `login-${language}`)
      await other.getByLabel(t('passphrase'), { exact: true }).fill(PASSPHRASE)
      await other.keyboard.press('Enter')
      await other.waitForURL('**/~/settings/sessions')
      await other.context().close()
    })

    it('a session ended elsewhere leads back to login, keeping the place', async () => {
      const other = await open(browser, { language })
      await logIn(other, house.origin, language, '/~/files')
      await other.context().clearCookies()
      await other.goto(`${house.origin}/~/files/trash`)
      await other.waitForURL(/~\/login\?then=%2F~%2Ffiles%2Ftrash/)
      await other.context().close()
    })

    it('logs out and leaves nothing in the browser', async () => {
      const shell = wordsOf('shell', language)
      await page.getByRole('button', { name: shell('account') }).click()
      await page.getByRole('menuitem', { name: shell('logout') }).click()
      await page.waitForURL('**/~/login')
      await page.getByLabel(t('name')).waitFor()
      assert.equal(await page.evaluate(() => localStorage.getItem('abri.account')), null)
    })

    it('nothing was refused by the security policy, no script failed', () => assert.deepEqual(page.faults, []))
  })
}
