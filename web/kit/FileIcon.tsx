// A folder, or a sheet with a coloured band: drawn by us, so that every kind of file is told apart at 20 pixels.
import type { FileClass } from '@/api/node'

export type Glyph = { is_folder: boolean; name: string; class: FileClass }

const BY_CLASS: Record<FileClass, [label: string, hue: number]> = {
  image: ['IMG', 345], video: ['VID', 305], audio: ['AUD', 330], text: ['TXT', 250], pdf: ['PDF', 25],
  spreadsheet: ['XLS', 152], slide: ['PPT', 45], zip: ['ZIP', 75], code: ['</>', 200], binary: ['', 250],
}
const BY_ENDING: Record<string, [label: string, hue: number]> = {
  odt: ['DOC', 255], doc: ['DOC', 255], docx: ['DOC', 255], ods: ['XLS', 152], xlsx: ['XLS', 152], odp: ['PPT', 45],
  md: ['MD', 285], mp3: ['MP3', 330], csv: ['CSV', 152], json: ['{ }', 200], ics: ['ICS', 22], vcf: ['VCF', 178],
}

function bandOf({ name, class: kind }: Glyph): [string, number] {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const known = BY_ENDING[ending] ?? BY_CLASS[kind]
  return known[0] ? known : [ending.slice(0, 3).toUpperCase(), known[1]]
}

export function FileIcon({ node, size = 28 }: { node: Glyph; size?: number }) {
  return node.is_folder ? <FolderIcon size={size} /> : <SheetIcon band={bandOf(node)} size={size} />
}

export function FolderIcon({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden style={{ flex: 'none' }}>
      <path d="M3 9.200C3 7 4.600 5.600 6.600 5.600h5.300c.9 0 1.700.35 2.300 1l1.300 1.400c.4.4.9.6 1.400.6h8.500c2 0 3.600 1.500 3.600 3.600v11c0 2-1.600 3.400-3.600 3.400H6.600C4.600 26.600 3 25.200 3 23.200Z" fill="oklch(0.70 0.135 var(--hue))" />
      <path d="M3 14.300c0-2 1.600-3.400 3.600-3.400h18.800c2 0 3.600 1.400 3.600 3.400v8.900c0 2-1.600 3.400-3.600 3.400H6.600c-2 0-3.600-1.400-3.600-3.400Z" fill="oklch(0.80 0.105 var(--hue))" />
      <path d="M3.400 14.300c0-1.750 1.450-3 3.200-3h18.800c1.750 0 3.200 1.250 3.200 3" fill="none" stroke="oklch(1 0 0 / 0.55)" strokeWidth="0.9" />
    </svg>
  )
}

function SheetIcon({ band: [label, hue], size }: { band: [string, number]; size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden style={{ flex: 'none' }}>
      <path d="M6 6.200C6 4.400 7.400 3 9.200 3h9.300c.6 0 1.150.23 1.560.64l5.300 5.300c.41.41.64.96.64 1.560v15.300c0 1.800-1.400 3.200-3.200 3.200H9.200C7.400 29 6 27.600 6 25.800Z" fill="light-dark(#fff, oklch(0.31 0.014 var(--hue)))" stroke="var(--line-strong)" strokeWidth="1" />
      <path d="M19 3.300v4.500C19 9 20 10 21.200 10h4.500" fill="none" stroke="var(--line-strong)" strokeWidth="1" />
      {label && (
        <>
          <rect x="3" y="15" width="19" height="9.500" rx="2.800" fill={`oklch(0.575 0.17 ${hue})`} />
          <text x="12.500" y="22" textAnchor="middle" fontSize="6.400" fontWeight="750" letterSpacing="0.300" fill="#fff" fontFamily="var(--font)">{label}</text>
        </>
      )}
    </svg>
  )
}
