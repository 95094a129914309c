// An account of what is on the screen, kept in the page by the story itself: at every picture that the map draws, which frame the video shows,
// read from its pixels, and which ground the map has drawn, read from what it gave to the graphics card.
import type { Page } from 'playwright-core'
import type { OverflightMap } from '../src/map/map'
import type { Drawn } from '../src/map/moving-geometry'

export interface Shown {
  /** in the mark of the frame that the video shows when the map has drawn; -1 where none is read */
  number: number
  /** in the mark of the frame that the browser last told of */
  told: number
  /** Seconds by which the video's own clock had gone on from that frame when the map had drawn: a busy machine shows further frames meanwhile. */
  since: number
  seeking: boolean
  paused: boolean
  media: number
  drawn: Drawn
}

export interface Account {
  shown: Shown[]
  /** The marks of the frames that the browser told of, in turn. */
  told: number[]
}

declare global {
  interface Window {
    account: Account & { read(): number; look(): void }
  }
}

/** Begins the account; `look` adds to it what stands on the screen at that moment, where nothing is drawn anew. */
export function keepAccount(page: Page, video: string): Promise<void> {
  return page.evaluate((video) => {
    const v = document.querySelector<HTMLVideoElement>(`[data-testid=${video}]`)!
    const map = document.querySelector<HTMLElement & { readonly overflight: OverflightMap }>('[data-testid=map]')!
    // The mark as docs/simulate.md describes it: 19 cells under the label, white, black, sixteen bits and a parity.
    const cells = 19
    const canvas = document.createElement('canvas')
    const g = canvas.getContext('2d', { willReadFrequently: true })!
    const read = (): number => {
      const side = 4 * Math.floor(v.videoWidth / 320)
      if (v.readyState < 2 || side === 0) return -1
      canvas.width = cells * side
      canvas.height = side
      g.drawImage(v, v.videoWidth - (cells + 1) * side, 3 * side, cells * side, side, 0, 0, cells * side, side)
      const d = g.getImageData(0, 0, cells * side, side).data
      const level = (cell: number) => {
        let sum = 0, n = 0
        for (let y = side / 4; y < side - side / 4; y++) {
          for (let x = cell * side + side / 4; x < (cell + 1) * side - side / 4; x++) {
            sum += d[4 * (y * cells * side + x) + 1]!
            n++
          }
        }
        return sum / n
      }
      const white = level(0), black = level(1)
      if (white - black < 120) return -1
      let bits = 0, odd = 0
      for (let i = 2; i < cells; i++) {
        const share = (level(i) - black) / (white - black)
        if (share > 0.3 && share < 0.7) return -1
        const bit = share >= 0.7 ? 1 : 0
        bits = bits * 2 + bit
        odd += bit
      }
      return odd % 2 === 1 ? bits >> 1 : -1
    }
    let told = -1
    let media = 0
    const look = () => {
      account.shown.push({ number: read(), told, since: v.currentTime - media, seeking: v.seeking, paused: v.paused, media: v.currentTime, drawn: map.overflight.moving.account() })
    }
    const account: Window['account'] = { shown: [], told: [], read, look }
    window.account = account
    const onFrame = (_: number, frame: VideoFrameCallbackMetadata) => {
      told = read()
      media = frame.mediaTime
      account.told.push(told)
      v.requestVideoFrameCallback(onFrame)
    }
    v.requestVideoFrameCallback(onFrame)
    map.addEventListener('drawn', look)
  }, video)
}

/** Takes what was written since the last time. */
export function takeAccount(page: Page): Promise<Account> {
  return page.evaluate(() => {
    const { shown, told } = window.account
    const out = { shown: [...shown], told: [...told] }
    shown.length = 0
    told.length = 0
    return out
  })
}

/** Metres between two places that are near each other. */
export function metres(a: readonly [number, number], b: readonly [number, number]): number {
  const rad = Math.PI / 180
  const mid = ((a[1] + b[1]) / 2) * rad
  // Radii of curvature of WGS 84 at the latitude, for the small difference.
  const e2 = 0.00669437999014, w = 1 - e2 * Math.sin(mid) ** 2
  const north = (6378137 * (1 - e2)) / w ** 1.5, east = (6378137 / Math.sqrt(w)) * Math.cos(mid)
  return Math.hypot((a[1] - b[1]) * rad * north, (a[0] - b[0]) * rad * east)
}
