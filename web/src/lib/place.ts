// Where the keyboard is. What has the focus may be taken away by what it did: a row that opens a flight is gone with its list.
// The browser then leaves the keyboard nowhere, and the next Tab begins at the top of the page; the screen gets it instead.

/** Watches until it is told to end. */
export function keepPlace(screen: () => HTMLElement | null): () => void {
  let last: Element | null = null
  const remember = (e: FocusEvent) => (last = e.target as Element)
  const look = () => {
    if (!last || last.isConnected || document.activeElement !== document.body) return
    last = null
    screen()?.focus()
  }
  const changes = new MutationObserver(look)
  document.addEventListener('focusin', remember)
  changes.observe(document.body, { childList: true, subtree: true })
  return () => {
    document.removeEventListener('focusin', remember)
    changes.disconnect()
  }
}
