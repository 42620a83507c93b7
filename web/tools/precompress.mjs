// Puts a .br and a .gz beside every file of dist/ that is worth it; the server sends them as they are.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const DIST = new URL('../dist/', import.meta.url).pathname
const COMPRESSIBLE = /\.(js|mjs|css|html|svg|json|webmanifest)$/
const SMALL_BYTES = 256

for (const name of readdirSync(DIST, { recursive: true })) {
  const path = join(DIST, name)
  if (!COMPRESSIBLE.test(name) || statSync(path).size < SMALL_BYTES) continue
  const source = readFileSync(path)
  writeFileSync(`${path}.br`, brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: source.length } }))
  writeFileSync(`${path}.gz`, gzipSync(source, { level: 9 }))
}
