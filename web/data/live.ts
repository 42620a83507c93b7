// A value that can be watched. The whole state of the shell is made of these; React only reads them.
export class Live<T> {
  #value: T
  readonly #watchers = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  readonly get = (): T => this.#value

  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const tell of this.#watchers) tell()
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value))
  }

  readonly watch = (tell: () => void): (() => void) => {
    this.#watchers.add(tell)
    return () => this.#watchers.delete(tell)
  }
}
