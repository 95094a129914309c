// What a page costs the network before it is of use, counted where it comes in.
import type { Page, Request } from 'playwright-core'

/** Counts the scripts of a page, those of its workers too, in bytes as they are sent. Called before the page is opened. */
export function countScripts(page: Page): () => Promise<ReadonlyMap<string, number>> {
  const requests: Request[] = []
  page.on('requestfinished', (r) => void requests.push(r))
  return async () => {
    const sent = new Map<string, number>()
    for (const r of requests) {
      const answer = await r.response()
      if (!answer || !/javascript/.test(answer.headers()['content-type'] ?? '')) continue
      const { responseBodySize, responseHeadersSize } = await r.sizes()
      sent.set(r.url(), (sent.get(r.url()) ?? 0) + responseBodySize + responseHeadersSize)
    }
    return sent
  }
}

/** Notes when the Live screen is of use: its ground is drawn, and whoever flies is in the list. Given to a context before it opens a page. */
export function notePaint(): void {
  const look = () => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=map][data-drawn=yes] canvas')
    if (!canvas || !document.querySelector('[data-testid=aircraft] > li')) {
      requestAnimationFrame(look)
      return
    }
    const gl = canvas.getContext('webgl2')
    gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)) // waits until what was asked for is drawn
    Object.assign(window, { painted: performance.now() })
  }
  requestAnimationFrame(look)
}

/** Milliseconds from the beginning of the navigation until then. */
export async function painted(page: Page): Promise<number> {
  const at = await page.waitForFunction(() => (window as unknown as { painted?: number }).painted)
  return (await at.jsonValue()) ?? NaN
}

/** Kilobytes of all that was counted. */
export const kilobytes = (sent: ReadonlyMap<string, number>): number => [...sent.values()].reduce((a, b) => a + b, 0) / 1000
