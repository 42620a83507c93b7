// How hard a passphrase is to guess: a rough count of bits, honest about the usual tricks. Pure.
const COMMON = ['password', 'motdepasse', 'azerty', 'qwerty', 'qwertz', 'abcdef', '123456', 'letmein', 'bonjour', 'soleil', 'iloveyou', 'admin', 'welcome', 'bienvenue', 'dragon', 'doudou', 'loulou', 'marseille', 'football', 'chouchou', 'abri']
const WEAK_BITS = 36
const GOOD_BITS = 56
const STRONG_BITS = 80

export type Strength = 0 | 1 | 2 | 3 | 4

function alphabet(text: string): number {
  let size = 0
  if (/[a-z]/.test(text)) size += 26
  if (/[A-Z]/.test(text)) size += 26
  if (/\d/.test(text)) size += 10
  if (/[^a-zA-Z0-9]/.test(text)) size += 24
  return size
}

/** Letters that do not repeat or follow the one before: `aaa` and `abc` are worth little more than `a`. */
function surprising(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const step = at ? text.charCodeAt(at) - text.charCodeAt(at - 1) : 9
    count += Math.abs(step) <= 1 ? 0.25 : 1
  }
  return count
}

export function bits(passphrase: string, about: readonly string[] = []): number {
  let text = passphrase
  let known = 0
  for (const word of [...COMMON, ...about.flatMap(each => each.split(/\W+/)).filter(word => word.length > 2)]) {
    const stripped = text.replaceAll(new RegExp(word, 'gi'), '')
    // a known word is one choice among a few thousand
    if (stripped !== text) known += 10
    text = stripped
  }
  return known + surprising(text) * Math.log2(alphabet(passphrase) || 1) * (/[a-z]{4}/i.test(text) ? 0.72 : 1)
}

/** From 0 (nothing typed) to 4. */
export function strength(passphrase: string, about: readonly string[] = []): Strength {
  if (!passphrase) return 0
  const worth = bits(passphrase, about)
  return worth < WEAK_BITS ? 1 : worth < GOOD_BITS ? 2 : worth < STRONG_BITS ? 3 : 4
}
