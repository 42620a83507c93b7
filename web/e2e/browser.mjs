// Chromium, driven; axe; drops from the desktop.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { ACCOUNT, PASSPHRASE, wordsOf } from './house.mjs'

const OUT = new URL('out/', import.meta.url).pathname
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
const TAGS = { fr: 'fr-FR', en: 'en-GB' }

export const DESKTOP = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }
export const NARROW = { width: 320, height: 640 }

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--font-render-hinting=none', '--force-color-profile=srgb'],
})

/** A page of its own context. `faults` collects what must stay empty: script errors and refused resources. */
export async function open(browser, { language = 'en', dark = false, view = DESKTOP, axe = false, storage, scale = 1 } = {}) {
  const is_phone = view.width < 720
  const context = await browser.newContext({
    viewport: view, locale: TAGS[language], timezoneId: 'Europe/Paris', colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce',
    hasTouch: is_phone, isMobile: is_phone, bypassCSP: axe, storageState: storage, deviceScaleFactor: scale, acceptDownloads: true,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(Number(process.env.WAIT_MS ?? 15_000))
  page.faults = []
  page.on('pageerror', error => page.faults.push(`script: ${error.message}`))
  page.on('console', message => {
    if (message.type() === 'error' && /Content.Security.Policy|Refused to|violat/i.test(message.text())) page.faults.push(message.text())
  })
  return page
}

export async function logIn(page, origin, language, path = '/') {
  const t = wordsOf('shell/entry', language)
  await page.goto(`${origin}/~/login?then=${encodeURIComponent(path)}`)
  await page.getByLabel(t('name')).fill(ACCOUNT)
  await page.getByLabel(t('passphrase'), { exact: true }).fill(PASSPHRASE)
  await page.getByRole('button', { name: t('login.go') }).click()
  await page.waitForSelector('#main')
}

/** axe's violations as readable lines. */
export async function violations(page) {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(rules => globalThis.axe.run(document, { runOnly: rules }), RULES)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(node => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`)
}

export async function shot(page, name) {
  mkdirSync(OUT, { recursive: true })
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: `${OUT}${name}.png` })
}

/** Drops files or folders of this machine on an element, as a desktop does. */
export async function drop(page, target, paths) {
  const box = await target.boundingBox()
  const x = box.x + box.width / 2
  const y = box.y + box.height / 2
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop']) await session.send('Input.dispatchDragEvent', { type, x, y, data })
  await session.detach()
}

/** A row of the file list, by the name in it. */
export const row = (page, name) => page.locator('[data-row]').filter({ has: page.getByText(name, { exact: true }) })
export const rowNames = page => page.locator('[data-row] [data-c=name] .truncate').allInnerTexts()

/** Waits until something holds; says what it was otherwise. */
export async function until(what, check, wait_ms = 15_000) {
  const end = Date.now() + wait_ms
  for (;;) {
    const answer = await check()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`never: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 60))
  }
}
