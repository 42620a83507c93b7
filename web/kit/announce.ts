// Says something to screen readers without moving the focus.
let region: HTMLElement | undefined

export function announce(text: string): void {
  if (!region) {
    region = document.createElement('div')
    region.className = 'sr'
    region.setAttribute('role', 'status')
    region.setAttribute('aria-live', 'polite')
    document.body.append(region)
  }
  region.textContent = ''
  // an empty moment makes the same sentence heard twice
  setTimeout(() => region && (region.textContent = text), 40)
}
