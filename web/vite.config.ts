import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import locales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const source = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)))
const ICONS = [
  { file: 'mark-192.png', sizes: '192x192' },
  { file: 'mark-512.png', sizes: '512x512' },
  { file: 'mark-maskable-512.png', sizes: '512x512', purpose: 'maskable' },
]

/**
 * What index.html needs and Vite does not make: the `@layer` order, linked before every other style sheet
 * (chunk order may not decide which layer wins), and the manifest with the hashed names of its icons.
 */
function documents(): Plugin {
  let layers = ''
  let manifest = ''
  return {
    name: 'abri-documents',
    apply: 'build',
    generateBundle() {
      const emit = (name: string, content: string | Uint8Array) => this.getFileName(this.emitFile({ type: 'asset', name, source: content }))
      layers = emit('layers.css', source('kit/layers.css').toString())
      const icons = ICONS.map(({ file, ...icon }) => ({ src: `/${emit(file, source(`shell/${file}`))}`, type: 'image/png', ...icon }))
      manifest = emit('manifest.webmanifest', JSON.stringify({ ...JSON.parse(source('shell/manifest.json').toString()), icons }))
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        // React Aria adds an inline <style> of this id unless it is there; our policy forbids it, base.css says the same
        { tag: 'link', attrs: { rel: 'stylesheet', href: `/${layers}`, id: 'react-aria-pressable-style' }, injectTo: 'head-prepend' },
        { tag: 'link', attrs: { rel: 'manifest', href: `/${manifest}` }, injectTo: 'head' },
      ],
    },
  }
}

const server = process.env.ABRI_SERVER ?? 'http://127.0.0.1:7070'

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') } },
  plugins: [react(), { ...locales.vite({ locales: ['fr-FR', 'en-US'] }), enforce: 'pre' }, documents()],
  // light-dark() must stay as it is: rewritten, a dark island in a light page would keep light colours
  build: { target: 'baseline-widely-available', cssTarget: ['chrome123', 'firefox121', 'safari17.5'], cssMinify: 'lightningcss', assetsInlineLimit: 0, manifest: true, modulePreload: { polyfill: false },
    // the kit's styles as one sheet: a dozen tiny ones cost more to send than all of them together
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'kit-styles', test: /\/web\/kit\/.*\.module\.css$/ }, { name: 'icons', test: /lucide-react/ }] } } } },
  server: {
    proxy: Object.fromEntries(['/auth', '/settings', '/files', '/public', '/realtime', '/remote.php'].map(path => [path, server])),
  },
  test: { include: ['**/*.test.{ts,tsx}'], exclude: ['node_modules/**', 'e2e/**', 'dist/**'], environment: 'happy-dom' },
} as Parameters<typeof defineConfig>[0])
