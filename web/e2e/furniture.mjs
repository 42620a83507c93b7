// What is in the house when somebody comes to look: folders, pictures, a trash that is not empty.
import { landscapes } from './landscapes.mjs'

const DAY_S = 86_400

/** A small real PDF with a line of text on each of its pages. */
export function pdf(lines) {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', `<< /Type /Pages /Count ${lines.length} /Kids [${lines.map((_, i) => `${4 + i * 2} 0 R`).join(' ')}] >>`, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>']
  for (const [i, line] of lines.entries()) {
    const stream = `BT /F1 28 Tf 72 720 Td (${line}) Tj ET`
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + i * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`, `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`)
  }
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, i) => {
    const at = text.length
    text += `${i + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const start = text.length
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map(at => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

/** Half a second of a tone, as a WAV. */
export function tone() {
  const rate = 8000
  const count = rate / 2
  const wav = Buffer.alloc(44 + count)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + count, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(rate, 24)
  wav.writeUInt32LE(rate, 28)
  wav.writeUInt16LE(1, 32)
  wav.writeUInt16LE(8, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(count, 40)
  for (let i = 0; i < count; i++) wav[44 + i] = 128 + Math.round(60 * Math.sin((i * 2 * Math.PI * 440) / rate))
  return wav
}

export async function furnishFiles(house, browser) {
  const page = await browser.newPage()
  const pictures = await landscapes(page, 1200, 800)
  await page.close()
  for (const folder of ['Administratif', 'Association Jardin partagé', 'Maison', 'Vacances Bretagne', 'Maison/Travaux']) await house.mkcol(folder)
  let age_s = 600
  for (const [name, bytes] of pictures) {
    await house.put(name, bytes, age_s)
    await house.put(`Vacances Bretagne/${name}`, bytes, age_s + DAY_S * 40)
    age_s += DAY_S
  }
  await house.put('Maison/Plan de la véranda.pdf', pdf(['Plan de la veranda', 'Page deux']), DAY_S * 16)
  await house.put('Contrat de location.pdf', pdf(['Contrat de location', 'Article 1', 'Article 2']), DAY_S)
  await house.put('Budget 2026.ods', Buffer.alloc(184_000, 1), 720)
  await house.put('Compte rendu AG octobre.odt', Buffer.alloc(62_000, 2), 3 * 3600)
  await house.put('Interview Radio campus.wav', tone(), DAY_S * 9)
  await house.put('Administratif/Avis d’imposition.pdf', pdf(['Avis']), DAY_S * 60)
  await house.put('Association Jardin partagé/Plantations.txt', 'Tomates, courges, fleurs.\n', DAY_S * 3)
  await house.put('Idées.md', '# Idées cadeaux\n\n- un livre sur les oiseaux\n- une lampe de bureau\n', 1800)
  await house.put('perdu.txt', 'rien', DAY_S)
  const { included } = await house.ask('GET', '/files/metadata?Path=/&page[limit]=100')
  const lost = included.find(node => node.attributes.name === 'perdu.txt')
  await house.ask('POST', '/files/_batch', { operations: [{ op: 'trash', id: lost.id }] })
  return pictures
}
