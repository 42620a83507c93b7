// The real server on a fresh folder, with one account, and a second client beside the browser.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const HERE = new URL('.', import.meta.url).pathname
const TARGET = process.env.CARGO_TARGET_DIR ?? join(HERE, '../../target')
const BINARY = process.env.ABRI_BIN ?? join(TARGET, 'debug/abri')
const START_MS_MAX = 20_000

export const PASSPHRASE = 'fenouil tapis ourse moulin'
export const ACCOUNT = 'camille'
export const PUBLIC_NAME = 'Camille Moreau'
export const LANGUAGES = ['fr', 'en']

/** The words of a folder in a language, so that tests say what the page says. */
export function wordsOf(folder, language) {
  const messages = JSON.parse(readFileSync(join(HERE, '..', folder, 'words', `${language}.json`), 'utf8'))
  return (key, args = {}) => {
    if (!(key in messages)) throw new Error(`${folder}: no word « ${key} »`)
    return messages[key].replace(/\{(\w+)\}/g, (_, name) => args[name] ?? '')
  }
}

export class House {
  #child
  origin = ''
  port = 0
  setup_link = ''
  data = mkdtempSync(join(tmpdir(), 'abri-e2e-'))

  /** Starts the server; again after `kill`, on the same port. */
  async start() {
    const child = spawn(BINARY, ['serve', '--data', this.data, '--listen', `127.0.0.1:${this.port}`], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    let log = ''
    child.stderr.on('data', chunk => (log += chunk))
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the server did not say that it is ready\n${log}`)), START_MS_MAX)
      child.once('error', reject)
      child.once('exit', code => reject(new Error(`the server ended with ${code}\n${log}`)))
      createInterface({ input: child.stdout }).on('line', line => {
        log += `${line}\n`
        this.setup_link ||= /set-up link:\s*(\S+)/.exec(line)?.[1] ?? ''
        const ready = /^ready (http:\S+)/.exec(line)
        if (!ready) return
        this.origin = new URL(ready[1]).origin
        this.port = Number(new URL(this.origin).port)
        clearTimeout(timer)
        // the set-up link may be the next line
        setTimeout(resolve, 50)
      })
    })
    child.removeAllListeners('exit')
    return this
  }

  get setup_token() {
    return new URL(this.setup_link).hash.slice(1)
  }

  /** Creates the account without the browser. */
  async furnish(locale = 'en') {
    const json = { token: this.setup_token, name: ACCOUNT, public_name: PUBLIC_NAME, passphrase: PASSPHRASE, locale }
    const answer = await fetch(`${this.origin}/auth/setup`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Abri-Shell': '1' }, body: JSON.stringify(json) })
    if (answer.status !== 201) throw new Error(`set-up: ${answer.status} ${await answer.text()}`)
    this.cookie = answer.headers.getSetCookie().map(cookie => cookie.split(';')[0]).join('; ')
    const made = await this.ask('POST', '/settings/app-passwords', { label: 'e2e' })
    this.basic = `Basic ${Buffer.from(`${made.data.attributes.login}:${made.data.attributes.password}`).toString('base64')}`
    return this
  }

  /** A call of the JSON API with the cookie of `furnish`. */
  async ask(method, path, json) {
    const headers = { cookie: this.cookie, 'X-Abri-Shell': '1', ...(json ? { 'Content-Type': 'application/json' } : {}) }
    const call = { method, headers, body: json && JSON.stringify(json) }
    const answer = await fetch(this.origin + path, call)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }

  /** Another client: WebDAV with an app password. */
  async dav(method, path, body, headers = {}) {
    const url = `${this.origin}/remote.php/dav/files/${ACCOUNT}/${path.split('/').map(encodeURIComponent).join('/')}`
    const call = { method, body, headers: { Authorization: this.basic, ...headers } }
    const answer = await fetch(url, call)
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }

  put(path, body, age_s = 0) {
    return this.dav('PUT', path, body, { 'X-OC-Mtime': String(Math.floor(Date.now() / 1000) - age_s), 'X-NC-WebDAV-Auto-Mkcol': '1' })
  }

  mkcol(path) {
    return this.dav('MKCOL', path)
  }

  async bytes(path) {
    return Buffer.from(await (await this.dav('GET', path)).arrayBuffer())
  }

  /** The names in a folder, by the JSON API. */
  async names(path) {
    const { included = [] } = await this.ask('GET', `/files/metadata?Path=${encodeURIComponent(path)}&page[limit]=1000`)
    return included.map(node => node.attributes.name)
  }

  /** As the power goes: no goodbye. */
  async kill() {
    const child = this.#child
    if (child?.pid === undefined || child.exitCode !== null) return
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  async close() {
    await this.kill()
    rmSync(this.data, { recursive: true, force: true })
  }
}
