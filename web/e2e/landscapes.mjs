// Pictures drawn on a canvas inside the browser: hills, seas and skies for tests and screenshots.

/** Runs in the page. A layered landscape as a JPEG data URL, always the same for the same seed. */
function draw({ seed, width, height, sky, sun, hills, sea }) {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height })
  const c = canvas.getContext('2d')
  let state = seed * 7919 + 17
  const random = () => ((state = (state * 16807) % 2147483647) - 1) / 2147483646
  const gradient = (y0, y1, colours) => {
    const g = c.createLinearGradient(0, y0, 0, y1)
    colours.forEach((colour, i) => g.addColorStop(i / (colours.length - 1), colour))
    return g
  }
  c.fillStyle = gradient(0, height * 0.72, sky)
  c.fillRect(0, 0, width, height)
  const sx = width * (0.25 + random() * 0.5)
  const sy = height * (0.26 + random() * 0.16)
  const glow = c.createRadialGradient(sx, sy, 0, sx, sy, height * 0.6)
  glow.addColorStop(0, sun)
  glow.addColorStop(0.09, sun)
  glow.addColorStop(0.12, `${sun}88`)
  glow.addColorStop(1, `${sun}00`)
  c.fillStyle = glow
  c.fillRect(0, 0, width, height)
  for (let cloud = 0; cloud < 7; cloud++) {
    const x = random() * width
    const y = height * (0.08 + random() * 0.3)
    for (let puff = 0; puff < 9; puff++) {
      c.fillStyle = `rgba(255,255,255,${0.05 + random() * 0.06})`
      c.beginPath()
      c.ellipse(x + (random() - 0.5) * width * 0.22, y + (random() - 0.5) * height * 0.035, width * (0.03 + random() * 0.06), height * 0.02, 0, 0, 7)
      c.fill()
    }
  }
  hills.forEach((colours, layer) => {
    const base = height * (0.5 + layer * (sea ? 0.05 : 0.12))
    const a = random() * 6
    const b = random() * 6
    const rough = height * (0.09 - layer * 0.012)
    c.beginPath()
    c.moveTo(0, height)
    for (let x = 0; x <= width; x += 3) {
      const u = x / width
      c.lineTo(x, base - rough * (Math.sin(u * 5 + a) + 0.5 * Math.sin(u * 11 + b) + 0.16 * Math.sin(u * 37 + a)))
    }
    c.lineTo(width, height)
    c.fillStyle = gradient(base - rough, height, colours)
    c.fill()
  })
  if (sea) {
    const top = height * 0.7
    c.fillStyle = gradient(top, height, sea)
    c.fillRect(0, top, width, height)
    for (let wave = 0; wave < 260; wave++) {
      const y = top + random() ** 1.6 * (height - top)
      c.fillStyle = `rgba(255,255,255,${0.04 + random() * 0.12})`
      c.fillRect(random() * width, y, width * (0.01 + random() * 0.06), 1 + ((y - top) / (height - top)) * 2.4)
    }
    c.fillStyle = `${sun}55`
    for (let glint = 0; glint < 90; glint++) {
      const y = top + random() * (height - top)
      c.fillRect(sx + (random() - 0.5) * width * 0.12, y, width * 0.02, 2)
    }
  } else {
    for (let blade = 0; blade < 1500; blade++) {
      const x = random() * width
      const y = height * (0.86 + random() * 0.16)
      c.strokeStyle = `rgba(${20 + random() * 60},${50 + random() * 70},${20 + random() * 30},0.35)`
      c.beginPath()
      c.moveTo(x, y)
      c.quadraticCurveTo(x + (random() - 0.3) * 14, y - 16, x + (random() - 0.2) * 34, y - 20 - random() * 42)
      c.stroke()
    }
  }
  return canvas.toDataURL('image/jpeg', 0.86)
}

const SCENES = {
  'Dune au couchant.jpg': { seed: 3, sky: ['#3b4a86', '#e58a6a', '#ffd9a0'], sun: '#fff1c9', hills: [['#a4667a', '#6d4763'], ['#c98a4e', '#80522f'], ['#e0aa62', '#9a6534']] },
  'Baie au matin.jpg': { seed: 11, sky: ['#5fa3e6', '#bfe0f7', '#fdf3de'], sun: '#fffbe8', hills: [['#7d9dbf', '#58799c'], ['#4f7f74', '#2f5a52']], sea: ['#7fb9cf', '#1d5a7d'] },
  'Collines du Perche.jpg': { seed: 23, sky: ['#6db3f2', '#d7ecfa'], sun: '#ffffff', hills: [['#9cc2a0', '#6a9a72'], ['#7fb069', '#4f7f3e'], ['#5f9140', '#2f5a20']] },
  'Nuit sur le lac.jpg': { seed: 31, sky: ['#0b1030', '#25305f', '#5a4f83'], sun: '#f7f2dc', hills: [['#2a2f55', '#191d3a'], ['#1a2140', '#0e1328']], sea: ['#39406f', '#0b1030'] },
  'Lavandes.jpg': { seed: 47, sky: ['#8fb8ff', '#f4d9ff', '#ffe6c9'], sun: '#fff7d6', hills: [['#8d8cc7', '#5f5a9c'], ['#8c6fc2', '#51357f'], ['#7a4fb5', '#3e2370']] },
}

/** File name → JPEG bytes. */
export async function landscapes(page, width = 1600, height = 1067) {
  const pictures = new Map()
  for (const [name, scene] of Object.entries(SCENES)) {
    const url = await page.evaluate(draw, { ...scene, width, height })
    pictures.set(name, Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))
  }
  return pictures
}
