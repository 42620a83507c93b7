// An ICU subset: {name} · {n, plural, =0 {..} one {# ..} other {# ..}} · {g, select, a {..} other {..}}, nested at will.
export type Args = Record<string, string | number>

type Branch = { key: string; text: string }

/** The text inside the brace that opens at `start`, and where it ends. */
function braced(source: string, start: number): { body: string; end: number } {
  let depth = 1
  let at = start + 1
  while (depth > 0 && at < source.length) {
    if (source[at] === '{') depth++
    else if (source[at] === '}') depth--
    at++
  }
  if (depth > 0) throw new Error(`unclosed brace in message: ${source}`)
  return { body: source.slice(start + 1, at - 1), end: at }
}

function branches(source: string): Branch[] {
  const found: Branch[] = []
  const opening = /\s*(=?[\w-]+)\s*\{/g
  for (let match = opening.exec(source); match; match = opening.exec(source)) {
    const { body, end } = braced(source, opening.lastIndex - 1)
    found.push({ key: match[1]!, text: body })
    opening.lastIndex = end
  }
  return found
}

/** The message with its arguments filled in, by the plural rules and digits of `lang`. */
export function format(source: string, args: Args, lang: string, count?: number): string {
  let out = ''
  let at = 0
  while (at < source.length) {
    const char = source[at]!
    if (char === '#' && count !== undefined) {
      out += new Intl.NumberFormat(lang).format(count)
      at++
    } else if (char === '{') {
      const { body, end } = braced(source, at)
      out += argument(body, args, lang, count)
      at = end
    } else {
      out += char
      at++
    }
  }
  return out
}

function argument(body: string, args: Args, lang: string, count?: number): string {
  const match = /^\s*(\w+)\s*(?:,\s*(plural|select)\s*,([\s\S]*))?$/.exec(body)
  if (!match) throw new Error(`bad argument in message: {${body}}`)
  const [, name, kind, rest] = match
  const value = args[name!] ?? ''
  if (!kind) return String(value)
  const cases = branches(rest!)
  const wanted = kind === 'plural' ? new Intl.PluralRules(lang).select(Number(value)) : String(value)
  const hit = cases.find(c => c.key === `=${value}`) ?? cases.find(c => c.key === wanted) ?? cases.find(c => c.key === 'other')
  return hit ? format(hit.text, args, lang, kind === 'plural' ? Number(value) : count) : ''
}

/** The names of the arguments a message takes, sorted: what two languages must agree on. */
export function argumentsOf(source: string): string[] {
  const names = new Set<string>()
  const visit = (text: string) => {
    for (let at = text.indexOf('{'); at !== -1; ) {
      const { body, end } = braced(text, at)
      const match = /^\s*(\w+)\s*(?:,\s*(?:plural|select)\s*,([\s\S]*))?$/.exec(body)
      if (!match) throw new Error(`bad argument in message: ${source}`)
      names.add(match[1]!)
      if (match[2]) for (const branch of branches(match[2])) visit(branch.text)
      at = text.indexOf('{', end)
    }
  }
  visit(source)
  return [...names].sort()
}
