// The pictures of the documentation, from the running product.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { DESKTOP, drop, launch, logIn, open, PHONE, row } from './browser.mjs'
import { furnishFiles } from './furniture.mjs'
import { House } from './house.mjs'
import { Wire } from './wire.mjs'

const OUT = new URL('../../docs/screenshots/', import.meta.url).pathname
const LANGUAGE = process.env.LANGUAGE_SHOWN === 'fr' ? 'fr' : 'en'
const SLOW_BYTES = 60_000

mkdirSync(OUT, { recursive: true })
const desk = mkdtempSync(join(tmpdir(), 'abri-desk-'))
const house = await new House().start()
await house.furnish(LANGUAGE)
const wire = await new Wire(house.port, SLOW_BYTES).open()
const browser = await launch()

async function take(page, name) {
  await page.evaluate(() => document.fonts.ready)
  await page.mouse.move(720, 899)
  await page.waitForTimeout(900)
  await page.screenshot({ path: join(OUT, `${name}.png`) })
}

try {
  const pictures = await furnishFiles(house, browser)
  const page = await open(browser, { language: LANGUAGE, view: DESKTOP })
  await logIn(page, wire.origin, LANGUAGE)
  await page.getByText('Idées.md').waitFor()
  await take(page, 'home')

  await page.goto(`${wire.origin}/~/files`)
  await row(page, 'Lavandes.jpg').waitFor()
  await row(page, 'Lavandes.jpg').click({ modifiers: ['Control'] })
  await page.keyboard.press('i')
  await take(page, 'files')
  await page.keyboard.press('i')
  await page.keyboard.press('Escape')

  mkdirSync(join(desk, 'Été 2026'))
  for (const [name, bytes] of pictures) writeFileSync(join(desk, 'Été 2026', name), bytes)
  for (const name of ['Anniversaire Jeanne.mp4', 'Randonnée.mp4']) writeFileSync(join(desk, 'Été 2026', name), randomBytes(38_000_000))
  await drop(page, page.locator('section[aria-label]').first(), [join(desk, 'Été 2026')])
  await page.getByRole('complementary').getByText('%').first().waitFor()
  await page.waitForTimeout(2500)
  await take(page, 'upload-tray')
  page.once('dialog', dialog => dialog.accept())

  await page.goto(`${wire.origin}/~/settings/appearance`)
  await page.getByRole('radiogroup').first().waitFor()
  await take(page, 'settings')
  const storage = await page.context().storageState()
  await page.context().close()

  const dark = await open(browser, { language: LANGUAGE, storage, dark: true })
  await dark.goto(wire.origin)
  await dark.getByText('Idées.md').waitFor()
  await take(dark, 'dark')
  await dark.context().close()

  const phone = await open(browser, { language: LANGUAGE, storage, view: PHONE, scale: 2 })
  await phone.goto(`${wire.origin}/~/files`)
  await row(phone, 'Lavandes.jpg').waitFor()
  await take(phone, 'phone')
} finally {
  await browser.close()
  wire.close()
  await house.close()
  rmSync(desk, { recursive: true, force: true })
}
