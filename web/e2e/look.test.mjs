// Every screen: axe finds nothing, nothing sticks out at 320 px, in both languages, light, dark and on a phone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { DESKTOP, launch, logIn, NARROW, open, PHONE, row, shot, violations } from './browser.mjs'
import { House, LANGUAGES, wordsOf } from './house.mjs'
import { furnishFiles } from './furniture.mjs'

const LOOKS = [
  { name: 'light', view: DESKTOP },
  { name: 'dark', view: DESKTOP, dark: true },
  { name: 'phone', view: PHONE },
  { name: 'narrow', view: NARROW },
]

/** A screen is an address and what to do there before looking. */
const screens = language => {
  const files = wordsOf('apps/files', language)
  const settings = wordsOf('apps/settings', language)
  const name = text => page => page.getByText(text, { exact: true }).first().waitFor()
  return [
    ['home', '/', page => page.getByText('Idées.md').waitFor()],
    ['files', '/~/files', name('Idées.md')],
    ['files-selected', '/~/files', async page => {
      await name('Idées.md')(page)
      await row(page, 'Idées.md').focus()
      await page.keyboard.press('Space')
    }],
    ['files-recent', '/~/files/recent', name('Idées.md')],
    ['files-trash', '/~/files/trash', name('perdu.txt')],
    ['files-missing', '/~/files/00000000000000000000000000000000', name(files('trouble'))],
    ['viewer', '/~/files', async page => {
      await row(page, 'Idées.md').click()
      await page.getByText('un livre').waitFor()
    }],
    ['details', '/~/files', async page => {
      await row(page, 'Idées.md').focus()
      await page.keyboard.press('i')
      await page.getByText('SHA-256').waitFor()
    }, async page => page.keyboard.press('i')],
    ['new-folder', '/~/files', async page => {
      await name('Idées.md')(page)
      await page.keyboard.press('n')
      await page.getByRole('textbox', { name: files('name') }).waitFor()
    }],
    ['move', '/~/files', async page => {
      await row(page, 'Idées.md').focus()
      await page.keyboard.press('m')
      await page.getByRole('dialog').getByText('Maison').waitFor()
    }],
    ['palette', '/~/files', async page => {
      await name('Idées.md')(page)
      await page.keyboard.press('Control+k')
      await page.getByRole('menuitem').first().waitFor()
    }],
    ['keys', '/~/files', async page => {
      await name('Idées.md')(page)
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
    }],
    ...['profile', 'security', 'sessions', 'app-passwords', 'appearance', 'activity'].map(id => [`settings-${id}`, `/~/settings/${id}`, page => page.getByRole('heading', { name: settings(`page.${id}`), level: 2, exact: true }).waitFor()]),
    ['unknown', '/~/nowhere', page => page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })],
  ]
}

for (const language of LANGUAGES) {
  describe(`looks (${language})`, () => {
    const house = new House()
    let browser
    let storage
    before(async () => {
      await house.start()
      await house.furnish(language)
      browser = await launch()
      await furnishFiles(house, browser)
      const page = await open(browser, { language })
      await logIn(page, house.origin, language)
      storage = await page.context().storageState()
      await page.context().close()
    })
    after(async () => {
      await browser?.close()
      await house.close()
    })

    for (const look of LOOKS) {
      it(`every screen, ${look.name}`, async () => {
        const page = await open(browser, { language, storage, axe: true, ...look })
        const found = []
        for (const [name, path, prepare, restore] of screens(language)) {
          await page.goto(house.origin + path)
          await prepare(page)
          // animations and pictures settle; on phones a dialog waits a second for the keyboard of the screen
          await page.waitForTimeout(look.view.width < 720 ? 1200 : 350)
          if (language === 'fr' || look.name === 'light') await shot(page, `${name}-${look.name}-${language}`)
          for (const violation of await violations(page)) found.push(`${name}: ${violation}`)
          const width = await page.evaluate(() => document.documentElement.scrollWidth)
          if (width > look.view.width) found.push(`${name}: ${width} px wide on a screen of ${look.view.width}`)
          await restore?.(page)
        }
        assert.deepEqual(found, [])
        await page.context().close()
      })
    }

    it('before login, in every look', async () => {
      const found = []
      for (const look of LOOKS) {
        const page = await open(browser, { language, axe: true, ...look })
        for (const path of ['/~/login', '/~/setup#used']) {
          await page.goto('about:blank')
          await page.goto(house.origin + path)
          await page.getByRole('heading', { level: 1 }).waitFor()
          await page.waitForTimeout(200)
          for (const violation of await violations(page)) found.push(`${path} ${look.name}: ${violation}`)
        }
        await page.context().close()
      }
      assert.deepEqual(found, [])
    })

    it('every screen obeys the security policy and throws nothing', async () => {
      const page = await open(browser, { language, storage })
      for (const [, path, prepare, restore] of screens(language)) {
        await page.goto(house.origin + path)
        await prepare(page)
        await restore?.(page)
      }
      assert.deepEqual(page.faults, [])
      await page.context().close()
    })
  })
}
