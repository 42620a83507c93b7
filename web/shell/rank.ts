// How well something answers what was typed. Pure. Beginnings of words count, middles do not:
// otherwise "ag" would find "partage" before "Agenda".
const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const wordsOf = (text: string) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean)

/** 0 when it does not answer; higher is better. Every typed word must begin some word of the name. */
export function rank(name: string, typed: string): number {
  const wanted = wordsOf(typed)
  if (!wanted.length) return 1
  const words = wordsOf(name)
  let score = fold(name).startsWith(fold(typed).trim()) ? 10 : 0
  for (const piece of wanted) {
    const at = words.findIndex(word => word.startsWith(piece))
    if (at === -1) return 0
    score += 2 + (words[at] === piece ? 1 : 0) + (at === 0 ? 1 : 0)
  }
  return score
}

export function best<T>(things: readonly T[], nameOf: (thing: T) => string, typed: string, count: number): T[] {
  return things
    .map(thing => ({ thing, score: rank(nameOf(thing), typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ thing }) => thing)
}
