// Uploads that survive: folders dropped from the desktop, conflicts, pauses, cut lines, killed servers, reloads.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { drop, launch, logIn, open, row, shot, until } from './browser.mjs'
import { House, LANGUAGES, wordsOf } from './house.mjs'
import { Wire } from './wire.mjs'

const FILES = 400
const LARGE_BYTES = 45_000_000
/** About 20 MB a second: slow enough to be cut in the middle. */
const SLOW_BYTES = 120_000
const sha = bytes => createHash('sha256').update(bytes).digest('hex')

for (const language of LANGUAGES) {
  describe(`uploads (${language})`, () => {
    const t = wordsOf('shell/tray', language)
    const files = wordsOf('apps/files', language)
    const desk = mkdtempSync(join(tmpdir(), 'abri-desk-'))
    const large = randomBytes(LARGE_BYTES)
    const house = new House()
    let wire
    let browser
    let page
    const pane = () => page.locator('section[aria-label]').first()
    const tray = () => page.getByRole('complementary', { name: t('uploads') })
    const dismiss = () => tray().getByRole('button', { name: t('dismiss') }).click()

    before(async () => {
      mkdirSync(join(desk, 'Été', 'profond', 'plus profond'), { recursive: true })
      mkdirSync(join(desk, 'Été', 'vide'))
      for (let i = 0; i < FILES; i++) writeFileSync(join(desk, 'Été', `note ${i}.txt`), `note ${i}`)
      writeFileSync(join(desk, 'Été', 'profond', 'plus profond', 'perle.txt'), 'perle')
      writeFileSync(join(desk, 'film.bin'), large)
      writeFileSync(join(desk, 'lettre.txt'), 'première')
      await house.start()
      await house.furnish(language)
      wire = await new Wire(house.port, SLOW_BYTES).open()
      browser = await launch()
      page = await open(browser, { language })
      await logIn(page, wire.origin, language, '/~/files')
      await page.getByText(files('none')).waitFor()
      // the tray's code is fetched ahead
      await page.waitForTimeout(2000)
    })
    after(async () => {
      await browser?.close()
      wire?.close()
      await house.close()
      rmSync(desk, { recursive: true, force: true })
    })

    it('a dropped folder shows the tray within 100 ms and arrives whole', async () => {
      await page.evaluate(() => {
        addEventListener('drop', () => (globalThis.dropped_ms = performance.now()), true)
        new MutationObserver(() => {
          if (document.querySelector('aside h2')) globalThis.tray_ms ??= performance.now()
        }).observe(document.body, { childList: true, subtree: true })
      })
      await drop(page, pane(), [join(desk, 'Été')])
      await tray().waitFor()
      const wait_ms = await page.evaluate(() => globalThis.tray_ms - globalThis.dropped_ms)
      assert.ok(wait_ms < 100, `the tray came after ${wait_ms} ms`)
      await shot(page, `tray-${language}`)
      await tray().getByText(new RegExp(`^${FILES + 1}`)).waitFor({ timeout: 120_000 })
      assert.deepEqual((await house.names('/Été')).length, FILES + 2)
      assert.deepEqual(await house.names('/Été/profond/plus profond'), ['perle.txt'])
      assert.deepEqual(await house.names('/Été/vide'), [])
      assert.equal((await house.bytes('Été/note 7.txt')).toString(), 'note 7')
      await row(page, 'Été').waitFor()
      await dismiss()
    })

    it('a taken name asks: keep both, replace, skip', async () => {
      await house.put('lettre.txt', 'ancienne')
      await row(page, 'lettre.txt').waitFor()
      const again = async choice => {
        await drop(page, pane(), [join(desk, 'lettre.txt')])
        await page.getByRole('dialog').getByRole('button', { name: t(choice), exact: true }).click()
        await until('it is over', async () => !(await tray().isVisible()) || (await tray().getByRole('button', { name: t('dismiss') }).isVisible()))
        await dismiss()
      }
      await again('conflict.skip')
      assert.equal((await house.bytes('lettre.txt')).toString(), 'ancienne')
      await again('conflict.both')
      assert.equal((await house.bytes('lettre (2).txt')).toString(), 'première')
      await again('conflict.replace')
      assert.equal((await house.bytes('lettre.txt')).toString(), 'première')
    })

    it('one answer serves a whole folder', async () => {
      writeFileSync(join(desk, 'Été', 'note 0.txt'), 'neuve')
      await drop(page, pane(), [join(desk, 'Été')])
      await page.getByRole('dialog').getByText(t('conflict.all')).click()
      await page.getByRole('dialog').getByRole('button', { name: t('conflict.replace') }).click()
      await tray().getByText(new RegExp(`^${FILES + 1}`)).waitFor({ timeout: 120_000 })
      assert.equal((await house.bytes('Été/note 0.txt')).toString(), 'neuve')
      await dismiss()
    })

    it('pauses, resumes, and goes on while one walks elsewhere', async () => {
      await drop(page, pane(), [join(desk, 'film.bin')])
      await tray().getByText('film.bin').waitFor()
      await until('some of it is sent', async () => wire.sent_bytes > 12_000_000 || tray().getByText('%').first().isVisible())
      await tray().getByRole('button', { name: t('pause.all') }).click()
      await tray().getByText(t('held')).first().waitFor()
      // what the kernel had already taken flows on for a moment
      await page.waitForTimeout(1500)
      const paused_bytes = wire.sent_bytes
      await page.waitForTimeout(500)
      assert.ok(wire.sent_bytes - paused_bytes < 100_000, 'a paused upload sends nothing')
      await tray().getByRole('button', { name: t('resume.all') }).click()
      await page.getByRole('link', { name: wordsOf('shell', language)('app.home') }).click()
      await tray().getByText(t('state.done'), { exact: true }).waitFor({ timeout: 60_000 })
      assert.equal(sha(await house.bytes('film.bin')), sha(large))
      await dismiss()
      await page.goBack()
    })

    const isMoving = async base => until('a part has arrived', () => wire.sent_bytes - base > 14_000_000, 60_000)

    it('a cut line: waits, resumes by itself, sends no part twice', async () => {
      await house.dav('DELETE', 'film.bin')
      await row(page, 'film.bin').waitFor({ state: 'detached' })
      const base = wire.sent_bytes
      await drop(page, pane(), [join(desk, 'film.bin')])
      await isMoving(base)
      wire.cut()
      await tray().getByText(t('state.waiting')).first().waitFor()
      await shot(page, `tray-cut-${language}`)
      wire.mend()
      await tray().getByText(t('state.done'), { exact: true }).waitFor({ timeout: 90_000 })
      assert.equal(sha(await house.bytes('film.bin')), sha(large))
      const twice = wire.sent_bytes - base - LARGE_BYTES
      assert.ok(twice < 11_000_000, `${twice} bytes were sent twice`)
      await dismiss()
    })

    it('kill -9 of the server: resumes after the restart', async () => {
      await house.dav('DELETE', 'film.bin')
      await row(page, 'film.bin').waitFor({ state: 'detached' })
      const base = wire.sent_bytes
      await drop(page, pane(), [join(desk, 'film.bin')])
      await isMoving(base)
      await house.kill()
      await tray().getByText(t('state.waiting')).first().waitFor()
      await house.start()
      await tray().getByText(t('state.done'), { exact: true }).waitFor({ timeout: 90_000 })
      assert.equal(sha(await house.bytes('film.bin')), sha(large))
      const twice = wire.sent_bytes - base - LARGE_BYTES
      assert.ok(twice < 11_000_000, `${twice} bytes were sent twice`)
      await dismiss()
    })

    it('a reload: the same file, picked again, goes on where it was', async () => {
      await house.dav('DELETE', 'film.bin')
      await row(page, 'film.bin').waitFor({ state: 'detached' })
      const base = wire.sent_bytes
      await drop(page, pane(), [join(desk, 'film.bin')])
      await isMoving(base)
      page.once('dialog', dialog => dialog.accept())
      await page.reload()
      await tray().getByText(t('state.lost')).waitFor()
      await shot(page, `tray-lost-${language}`)
      const name = t('pick.again', { name: 'film.bin' })
      await tray().locator(`input[aria-label="${name}"]`).setInputFiles(join(desk, 'film.bin'))
      await tray().getByText(t('state.done'), { exact: true }).waitFor({ timeout: 90_000 })
      assert.equal(sha(await house.bytes('film.bin')), sha(large))
      assert.ok(wire.sent_bytes - base - LARGE_BYTES < 21_000_000, 'most parts were not sent again')
      await dismiss()
    })

    it('files and folders go up by the buttons too, and onto a folder row', async () => {
      const pick = async (item, paths) => {
        await page.getByRole('button', { name: files('new'), exact: true }).first().click()
        const chooser = page.waitForEvent('filechooser')
        await page.getByRole('menuitem', { name: files(item) }).click()
        await (await chooser).setFiles(paths)
      }
      writeFileSync(join(desk, 'choisi.txt'), 'choisi')
      await pick('upload.files', [join(desk, 'choisi.txt')])
      await row(page, 'choisi.txt').waitFor()
      await dismiss()
      mkdirSync(join(desk, 'Choisis'))
      writeFileSync(join(desk, 'Choisis', 'dedans.txt'), 'dedans')
      await pick('upload.folder', join(desk, 'Choisis'))
      await row(page, 'Choisis').waitFor()
      await until('it is there', async () => (await house.names('/Choisis').catch(() => [])).includes('dedans.txt'))
      await drop(page, row(page, 'Choisis'), [join(desk, 'choisi.txt')])
      await until('it is in the folder', async () => (await house.names('/Choisis')).includes('choisi.txt'))
    })

    it('no script failed', () => assert.deepEqual(page.faults, []))
  })
}
