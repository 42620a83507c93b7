// PDF pages drawn on canvases, only those that are looked at; their text is there for screen readers.
import { useEffect, useRef, useState } from 'react'
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from 'pdfjs-dist'
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { getBytes } from '@/api/files'
import type { FileNode } from '@/api/node'
import { useLoaded } from '@/data/hooks'
import { t } from '../t'
import { When } from './views'
import s from './viewer.module.css'

GlobalWorkerOptions.workerSrc = worker

const PAGE_WIDTH_PX = 900
const SHARPNESS_MAX = 2

const open = async (node: FileNode): Promise<PDFDocumentProxy> =>
  getDocument({ data: await (await getBytes(node.id)).arrayBuffer(), useWasm: false }).promise

export default function PdfView({ node }: { node: FileNode }) {
  const pdf = useLoaded(`${node.id} ${node.etag}`, () => open(node))
  return (
    <When loaded={pdf} node={node}>
      {document => (
        <div className={s.pages} tabIndex={0} role="document" aria-label={node.name}>
          {Array.from({ length: document.numPages }, (_, index) => <Page key={index} document={document} number={index + 1} />)}
        </div>
      )}
    </When>
  )
}

function Page({ document, number }: { document: PDFDocumentProxy; number: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [text, setText] = useState('')
  useEffect(() => {
    const target = canvas.current!
    const seen = new IntersectionObserver(entries => {
      if (!entries.some(entry => entry.isIntersecting)) return
      seen.disconnect()
      void draw(document, number, target).then(setText)
    }, { rootMargin: '600px' })
    seen.observe(target)
    return () => seen.disconnect()
  }, [document, number])
  return (
    <section aria-label={t('view.page', { n: number, total: document.numPages })}>
      <canvas ref={canvas} className={s.page} aria-hidden />
      <p className="sr">{text}</p>
    </section>
  )
}

/** Draws a page and returns its text. */
async function draw(document: PDFDocumentProxy, number: number, canvas: HTMLCanvasElement): Promise<string> {
  const page = await document.getPage(number)
  const scale = (PAGE_WIDTH_PX * Math.min(devicePixelRatio, SHARPNESS_MAX)) / page.getViewport({ scale: 1 }).width
  const viewport = page.getViewport({ scale })
  canvas.width = viewport.width
  canvas.height = viewport.height
  await page.render({ canvas, viewport }).promise
  const { items } = await page.getTextContent()
  return items.map(item => ('str' in item ? item.str : '')).join(' ')
}
