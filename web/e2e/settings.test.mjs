// Settings: each changes what it says, at once and for good.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, logIn, open, until } from './browser.mjs'
import { ACCOUNT, House, LANGUAGES, PASSPHRASE, wordsOf } from './house.mjs'

const OTHER_PASSPHRASE = 'hibou verger cuivre lanterne'

for (const language of LANGUAGES) {
  describe(`settings (${language})`, () => {
    const t = wordsOf('apps/settings', language)
    const kit = wordsOf('kit', language)
    const house = new House()
    let browser
    let page
    const go = async id => {
      await page.goto(`${house.origin}/~/settings/${id}`)
      await page.getByRole('heading', { level: 2, name: t(`page.${id}`), exact: true }).waitFor()
    }
    const account = async () => (await house.ask('GET', '/settings/instance')).data.attributes

    before(async () => {
      await house.start()
      await house.furnish(language)
      browser = await launch()
      page = await open(browser, { language })
      await logIn(page, house.origin, language)
    })
    after(async () => {
      await browser?.close()
      await house.close()
    })

    it('the name and the address', async () => {
      await go('profile')
      await page.getByLabel(t('profile.public_name')).fill('Camille M.')
      await page.getByLabel(t('profile.email')).fill('camille@maison.example')
      await page.getByRole('button', { name: t('save'), exact: true }).click()
      await page.getByText(t('saved')).waitFor()
      assert.deepEqual([(await account()).public_name, (await account()).email], ['Camille M.', 'camille@maison.example'])
    })

    it('the language, at once and after a reload', async () => {
      const other = language === 'fr' ? 'en' : 'fr'
      const theirs = wordsOf('apps/settings', other)
      await page.getByRole('radio', { name: other === 'fr' ? 'Français' : 'English' }).click()
      await page.getByRole('heading', { level: 1, name: theirs('settings') }).waitFor()
      await until('the account knows', async () => (await account()).locale === other)
      await page.reload()
      await page.getByRole('heading', { level: 1, name: theirs('settings') }).waitFor()
      await page.getByRole('radio', { name: language === 'fr' ? 'Français' : 'English' }).click()
      await page.getByRole('heading', { level: 1, name: t('settings') }).waitFor()
      await until('the account knows', async () => (await account()).locale === language)
    })

    it('theme, colour and density', async () => {
      await go('appearance')
      await page.getByRole('radio', { name: t('look.dark') }).click()
      await until('it is dark', () => page.evaluate(() => document.documentElement.dataset.theme === 'dark'))
      await page.getByRole('radio', { name: t('look.hue', { hue: 152 }) }).click({ force: true })
      await until('it is green', () => page.evaluate(() => document.documentElement.style.getPropertyValue('--hue') === '152'))
      await page.getByRole('radio', { name: t('look.compact') }).click()
      await until('the account knows', async () => (await account()).accent === 152 && (await account()).color_scheme === 'dark')
      await page.reload()
      await until('it is remembered', () => page.evaluate(() => document.documentElement.dataset.theme === 'dark' && document.documentElement.dataset.density === 'compact'))
    })

    it('an app password is shown once, works, and is revoked', async () => {
      await go('app-passwords')
      await page.getByLabel(t('passwords.label')).fill('Sauvegarde')
      await page.getByRole('button', { name: t('passwords.create') }).click()
      const dialog = page.getByRole('dialog')
      const secret = async key => dialog.locator(`[data-secret="${t(key)}"]`).innerText()
      const headers = { Authorization: `Basic ${Buffer.from(`${await secret('passwords.login')}:${await secret('passwords.password')}`).toString('base64')}`, Depth: '0' }
      const dav = await secret('passwords.dav')
      assert.equal((await fetch(dav, { method: 'PROPFIND', headers })).status, 207)
      await dialog.getByRole('button', { name: t('done') }).click()
      await page.getByText('Sauvegarde', { exact: true }).waitFor()
      await page.getByRole('button', { name: `${t('passwords.revoke')} · Sauvegarde` }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: t('passwords.revoke') }).click()
      await page.getByText('Sauvegarde', { exact: true }).waitFor({ state: 'detached' })
      assert.equal((await fetch(dav, { method: 'PROPFIND', headers })).status, 401)
    })

    it('sessions are listed and ended, one and all others', async () => {
      const others = await Promise.all([0, 1].map(() => open(browser, { language })))
      for (const other of others) await logIn(other, house.origin, language, '/~/files')
      await go('sessions')
      await page.getByText(t('sessions.this')).waitFor()
      const ends = page.getByRole('button', { name: t('sessions.end') })
      const before_count = await ends.count()
      await ends.first().click()
      await until('one is gone', async () => (await ends.count()) === before_count - 1)
      await page.getByRole('button', { name: t('sessions.others') }).click()
      await until('all are gone', async () => (await ends.count()) === 0)
      for (const other of others) {
        await other.goto(`${house.origin}/~/files`)
        await other.waitForURL(/~\/login/)
        await other.context().close()
      }
    })

    it('the passphrase: a wrong one, a weak one, a good one', async () => {
      await go('security')
      const change = async (current, next) => {
        await page.getByLabel(t('security.current')).fill(current)
        await page.getByLabel(t('security.new'), { exact: true }).fill(next)
        await page.getByRole('button', { name: t('security.change') }).click()
      }
      await change('wrong', OTHER_PASSPHRASE)
      await page.getByText(t('security.wrong')).waitFor()
      await change(PASSPHRASE, 'azerty')
      await page.getByText(kit('error.weak_passphrase')).waitFor()
      await change(PASSPHRASE, OTHER_PASSPHRASE)
      await page.getByText(t('security.changed')).waitFor()
      const headers = { 'Content-Type': 'application/json', 'X-Abri-Shell': '1' }
      const logIn_ = passphrase => fetch(`${house.origin}/auth/login`, { method: 'POST', headers, body: JSON.stringify({ name: ACCOUNT, passphrase, long_run: false }) })
      assert.equal((await logIn_(PASSPHRASE)).status, 401)
      assert.equal((await logIn_(OTHER_PASSPHRASE)).status, 200)
      await page.reload()
      await page.getByRole('heading', { level: 1, name: t('settings') }).waitFor()
    })

    it('the activity tells what happened', async () => {
      await go('activity')
      for (const key of ['event.passphrase_changed', 'event.login_failed', 'event.app_password_revoked', 'event.account_created']) await page.getByText(t(key), { exact: true }).first().waitFor()
    })

    it('nothing was refused by the security policy, no script failed', () => assert.deepEqual(page.faults, []))
  })
}
