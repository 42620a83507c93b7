// Files, as people use them: mouse, keyboard, trash, undo, versions, previews, and a second client beside.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { launch, logIn, open, row, rowNames, shot, until } from './browser.mjs'
import { pdf, tone } from './furniture.mjs'
import { ACCOUNT, House, LANGUAGES, wordsOf } from './house.mjs'

const MANY = 10_000

for (const language of LANGUAGES) {
  describe(`files (${language})`, () => {
    const t = wordsOf('apps/files', language)
    const kit = wordsOf('kit', language)
    const house = new House()
    let browser
    let page
    const menu = async (name, item) => {
      await row(page, name).getByRole('button', { name: t('more') }).click()
      await page.getByRole('menuitem', { name: t(item) }).click()
    }
    const undo = () => page.getByRole('alertdialog').getByRole('button', { name: kit('undo'), exact: true }).first().click()
    const gone = name => row(page, name).waitFor({ state: 'detached' })
    const go = async path => {
      await page.goto(house.origin + path)
      await page.locator('[role=grid]').waitFor()
    }

    before(async () => {
      await house.start()
      await house.furnish(language)
      for (const folder of ['Alpha', 'Bravo', 'Alpha/Dedans']) await house.mkcol(folder)
      for (const [name, body] of [['note 2.txt', 'deux'], ['note 10.txt', 'dix'], ['Été.txt', 'chaud'], ['zèbre.md', '# Zèbre']]) await house.put(name, body, 3600)
      browser = await launch()
      page = await open(browser, { language })
      await logIn(page, house.origin, language, '/~/files')
      await row(page, 'zèbre.md').waitFor()
    })
    after(async () => {
      await browser?.close()
      await house.close()
    })

    it('folders first, numbers as numbers; sorts by size both ways', async () => {
      assert.deepEqual(await rowNames(page), ['Alpha', 'Bravo', 'Été.txt', 'note 2.txt', 'note 10.txt', 'zèbre.md'])
      const by_size = page.getByRole('button', { name: t('column.size') })
      await by_size.click()
      assert.equal((await rowNames(page))[2], 'zèbre.md')
      await by_size.click()
      assert.equal((await rowNames(page)).at(-1), 'zèbre.md')
      await page.getByRole('button', { name: t('column.name') }).click()
    })

    it('a new folder, opened, with its way back in the breadcrumbs', async () => {
      await page.keyboard.press('n')
      await page.getByRole('textbox', { name: t('name') }).fill('Charlie')
      await page.keyboard.press('Enter')
      await row(page, 'Charlie').waitFor()
      await row(page, 'Charlie').click()
      await page.getByRole('heading', { level: 1, name: 'Charlie' }).waitFor()
      await page.getByRole('heading', { name: t('none') }).waitFor()
      await page.getByRole('navigation', { name: t('crumbs') }).getByRole('link', { name: t('mine') }).click()
      await row(page, 'Charlie').waitFor()
    })

    it('a taken or impossible name is explained', async () => {
      await page.keyboard.press('n')
      const name = page.getByRole('textbox', { name: t('name') })
      await name.fill('Charlie')
      await page.keyboard.press('Enter')
      await page.getByText(kit('error.exists')).waitFor()
      await name.fill('a/b')
      await page.getByText(t('fault.slash')).waitFor()
      await page.keyboard.press('Escape')
    })

    it('renames in place with F2, undoes with Ctrl+Z', async () => {
      await row(page, 'note 2.txt').focus()
      await page.keyboard.press('F2')
      await page.keyboard.type('page 2')
      await page.keyboard.press('Enter')
      await row(page, 'page 2.txt').waitFor()
      await until('the server knows', async () => (await house.names('/')).includes('page 2.txt'))
      await page.keyboard.press('Control+z')
      await row(page, 'note 2.txt').waitFor()
      await page.getByText(kit('undone')).waitFor()
    })

    it('walks, selects and types names with the keyboard alone', async () => {
      await row(page, 'Alpha').focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Space')
      await page.keyboard.press('Shift+ArrowDown')
      assert.equal(await page.locator('[data-row][aria-selected=true]').count(), 2)
      await page.keyboard.press('Control+a')
      assert.equal(await page.locator('[data-row][aria-selected=true]').count(), await page.locator('[data-row]').count())
      await page.keyboard.press('Escape')
      assert.equal(await page.locator('[data-row][aria-selected=true]').count(), 0)
      await page.keyboard.type('zè')
      assert.match(await page.locator(':focus').innerText(), /zèbre/)
      await page.keyboard.press('Home')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Alpha' }).waitFor()
      await page.keyboard.press('Alt+ArrowUp')
      await page.getByRole('heading', { level: 1, name: t('mine') }).waitFor()
    })

    it('Ctrl and Shift click select, a plain click opens', async () => {
      await row(page, 'Été.txt').click({ modifiers: ['Control'] })
      await row(page, 'zèbre.md').click({ modifiers: ['Shift'] })
      assert.equal(await page.locator('[data-row][aria-selected=true]').count(), 4)
      await page.getByRole('toolbar').getByRole('button', { name: t('clear') }).click()
    })

    it('stars, and other clients see it', async () => {
      await row(page, 'Été.txt').focus()
      await page.keyboard.press('*')
      await row(page, 'Été.txt').getByRole('img', { name: t('starred') }).waitFor()
      await until('the server knows', async () => (await house.ask('GET', '/files/metadata?Path=/%C3%89t%C3%A9.txt')).data.attributes.cozyMetadata?.favorite === true)
    })

    it('moves by dragging onto a row, undoes by the toast', async () => {
      await row(page, 'note 10.txt').dragTo(row(page, 'Bravo'))
      await gone('note 10.txt')
      await until('it moved', async () => (await house.names('/Bravo')).includes('note 10.txt'))
      await undo()
      await row(page, 'note 10.txt').waitFor()
      await until('it is back', async () => !(await house.names('/Bravo')).includes('note 10.txt'))
    })

    it('moves by the dialog, making a folder on the way; copies too', async () => {
      await menu('note 10.txt', 'move')
      const dialog = page.getByRole('dialog').first()
      await dialog.getByRole('row', { name: 'Bravo' }).click()
      await dialog.getByRole('button', { name: t('new.folder') }).click()
      await page.getByRole('textbox', { name: t('name') }).fill('Neuf')
      await page.keyboard.press('Enter')
      await page.getByText(t('chosen', { folder: 'Neuf' })).waitFor()
      await page.getByRole('button', { name: t('move.here') }).click()
      await gone('note 10.txt')
      await until('it moved', async () => (await house.names('/Bravo/Neuf').catch(() => [])).includes('note 10.txt'))
      await menu('zèbre.md', 'copy')
      await page.getByRole('dialog').getByRole('row', { name: 'Alpha' }).click()
      await page.getByRole('button', { name: t('copy.here') }).click()
      await until('it is copied', async () => (await house.names('/Alpha')).includes('zèbre.md'))
    })

    it('copies and pastes with the keyboard, beside itself', async () => {
      await row(page, 'Été.txt').focus()
      await page.keyboard.press('Control+c')
      await page.keyboard.press('Control+v')
      await row(page, `Été (${t('copy.word')}).txt`).waitFor()
    })

    it('throws away with Delete, undoes; the trash restores, destroys, empties', async () => {
      const copy = `Été (${t('copy.word')}).txt`
      await row(page, copy).focus()
      await page.keyboard.press('Delete')
      await gone(copy)
      await page.keyboard.press('F6')
      await undo()
      await row(page, copy).waitFor()
      for (const name of [copy, 'zèbre.md', 'Charlie']) {
        await row(page, name).focus()
        await page.keyboard.press('Delete')
        await gone(name)
      }
      await until('they are there', async () => (await house.ask('GET', '/files/trash')).included?.length === 3 || (await house.ask('GET', '/files/trash')).data.length === 3)
      await page.getByRole('navigation', { name: t('places') }).getByRole('link', { name: t('trash') }).click()
      await page.getByRole('heading', { level: 1, name: t('trash') }).waitFor()
      await menu('zèbre.md', 'restore')
      await gone('zèbre.md')
      await until('it is back', async () => (await house.names('/')).includes('zèbre.md'))
      await menu('Charlie', 'destroy')
      await page.getByRole('alertdialog').getByRole('button', { name: t('destroy') }).click()
      await gone('Charlie')
      await page.getByRole('button', { name: t('empty') }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: t('empty') }).click()
      await page.getByRole('heading', { name: t('none.trash') }).waitFor()
    })

    it('what another client does shows up without a reload', async () => {
      await go('/~/files')
      await house.put('venu d’ailleurs.txt', 'bonjour')
      await row(page, 'venu d’ailleurs.txt').waitFor()
      await house.dav('MOVE', 'venu d’ailleurs.txt', undefined, { Destination: `${house.origin}/remote.php/dav/files/${ACCOUNT}/rebaptis%C3%A9.txt` })
      await row(page, 'rebaptisé.txt').waitFor()
      await gone('venu d’ailleurs.txt')
      await house.dav('DELETE', 'rebaptisé.txt')
      await gone('rebaptisé.txt')
      await house.put('Bravo/lourd.bin', Buffer.alloc(7_000_000))
      await row(page, 'Bravo').getByText(/^7.M[Bo]$/).waitFor()
    })

    it('shows texts, pictures, PDF and sound, goes from one to the next, Back closes', async () => {
      await house.mkcol('Voir')
      const png = await page.evaluate(() => {
        const canvas = document.createElement('canvas')
        canvas.width = canvas.height = 64
        canvas.getContext('2d').fillRect(0, 0, 64, 64)
        return canvas.toDataURL('image/png').split(',')[1]
      })
      await house.put('Voir/1 image.png', Buffer.from(png, 'base64'))
      await house.put('Voir/2 texte.txt', 'le contenu du texte')
      await house.put('Voir/3 pages.pdf', pdf(['Premiere page', 'Seconde page']))
      await house.put('Voir/4 son.wav', tone())
      await row(page, 'Voir').click()
      await row(page, '1 image.png').click()
      await until('the picture is drawn', () => page.getByRole('dialog').getByRole('img', { name: '1 image.png' }).evaluate(image => image.naturalWidth === 64))
      await page.keyboard.press('ArrowRight')
      await page.getByText('le contenu du texte').waitFor()
      await page.keyboard.press('ArrowRight')
      await page.getByText('Premiere page').waitFor({ state: 'attached' })
      await shot(page, `viewer-pdf-${language}`)
      await page.keyboard.press('ArrowRight')
      await until('the sound can be played', () => page.locator('audio').evaluate(audio => audio.readyState >= 1 && audio.duration > 0.4))
      await page.goBack()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.getByRole('heading', { level: 1, name: 'Voir' }).waitFor()
    })

    it('downloads a file as it is and several as a zip', async () => {
      const one = page.waitForEvent('download')
      await row(page, '2 texte.txt').hover()
      await row(page, '2 texte.txt').getByRole('button', { name: t('download') }).click()
      const file = await one
      assert.equal(file.suggestedFilename(), '2 texte.txt')
      assert.equal(readFileSync(await file.path(), 'utf8'), 'le contenu du texte')
      await page.keyboard.press('Control+a')
      const several = page.waitForEvent('download')
      await page.getByRole('toolbar').getByRole('button', { name: t('download') }).click()
      const zip = readFileSync(await (await several).path())
      assert.equal(zip.subarray(0, 2).toString(), 'PK')
      for (const name of ['1 image.png', '3 pages.pdf']) assert.ok(zip.includes(name), `${name} is in the zip`)
      await page.keyboard.press('Escape')
    })

    it('details tell the checksum; a former version comes back', async () => {
      await house.put('Voir/2 texte.txt', 'le contenu nouveau')
      await row(page, '2 texte.txt').focus()
      await page.keyboard.press('i')
      const panel = page.getByRole('complementary', { name: t('details') })
      await panel.getByText('SHA-256').waitFor()
      await panel.getByRole('tab', { name: t('versions') }).click()
      await panel.getByRole('button', { name: t('version.restore') }).first().click()
      await until('the old content is back', async () => (await house.bytes('Voir/2 texte.txt')).toString() === 'le contenu du texte')
      await panel.getByRole('button', { name: t('details.close') }).click()
    })

    it('the palette finds recent files and actions', async () => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('textbox').waitFor()
      await page.keyboard.type('3 pag')
      await page.getByRole('menuitem', { name: /1 image/ }).waitFor({ state: 'detached' })
      await page.getByRole('menuitem', { name: /3 pages/ }).waitFor()
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').getByText('Premiere page').waitFor({ state: 'attached' })
      await page.keyboard.press('Escape')
      await page.keyboard.press('g')
      await page.keyboard.press('h')
      await page.waitForURL(url => url.pathname === '/')
    })

    it('ten thousand rows: the listing of the last visit at once, few rows in the page, the end in reach', async () => {
      if (language !== 'fr') return
      await house.mkcol('Dix mille')
      const dir = (await house.ask('GET', '/files/metadata?Path=/Dix%20mille')).data.id
      for (let from = 0; from < MANY; from += 25) {
        await Promise.all(Array.from({ length: 25 }, (_, i) => house.ask('POST', `/files/${dir}?Type=file&Name=${encodeURIComponent(`f ${from + i}.txt`)}`)))
      }
      await go(`/~/files/${dir}`)
      await row(page, 'f 0.txt').waitFor()
      await until('all are there', () => page.locator(`[role=grid][aria-rowcount="${MANY + 1}"]`).isVisible(), 60_000)
      assert.ok((await page.locator('[data-row]').count()) < 60, 'only what is seen is in the page')
      await row(page, 'f 0.txt').focus()
      await page.keyboard.press('End')
      await row(page, `f ${MANY - 1}.txt`).waitFor()
      const median_ms = await page.evaluate(async () => {
        const box = document.querySelector('[role=grid] > [role=rowgroup]:last-child')
        const frames_ms = []
        let last = performance.now()
        // each step shows entirely other rows: the worst that a hand on the scroll bar can do
        for (let step = 0; step < 60; step++) {
          box.scrollTop = (box.scrollHeight * step) / 60
          await new Promise(requestAnimationFrame)
          const now = performance.now()
          frames_ms.push(now - last)
          last = now
        }
        return frames_ms.sort((a, b) => a - b)[30]
      })
      assert.ok(median_ms < 150, `half of the frames took ${median_ms} ms`)
      // the cache is written when the page is idle
      await page.waitForTimeout(2500)
      const is_listing = url => url.pathname.startsWith('/files/')
      await page.route(is_listing, route => route.abort())
      await page.reload()
      await row(page, 'f 0.txt').waitFor()
      await page.unroute(is_listing)
    })

    it('nothing was refused by the security policy, no script failed', () => assert.deepEqual(page.faults, []))
  })
}
