// Is the ground that the map draws that of the frame that is shown? Both are read from the outside: the frame from a mark in its pixels, the
// ground from what the map gave to the graphics card; and what is true of each frame was told by the simulator when it drew it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { OverflightMap } from '../src/map/map'
import { keepAccount, metres, takeAccount, type Shown } from './account'
import { began, perSecond, pictureAt, pictures, recording, trueAt, turn } from './clip'
import { Scene } from './scene'

// A smaller window than a person's: without a graphics card every pixel of the map is paid for in time.
const story = new Scene({ verb: 'serve', width: 1280, height: 720 })
const turns = 2
const last = turns * pictures - 1

/** Corners are 32-bit integers in the stream and ten millionths of a degree in the page: a centimetre each way. */
const within = 0.05

beforeAll(async () => {
  await story.start()
  await story.signUp()
})
afterAll(() => story.close())
afterEach(() => story.sound())

/** How many frames the ground drawn is ahead of the frame shown; null where none is drawn. A mark does not tell the turn: the ground may. */
function ahead(s: Shown, number: number): number | null {
  const f = s.drawn.footprints[0]
  if (!f) return null
  const d = (((pictureAt(f.instant) - number) % pictures) + pictures) % pictures
  return d > pictures / 2 ? d - pictures : d
}

/** How far the corners drawn are from those of the frame that they claim to be of. */
function cornersOff(s: Shown): number {
  const f = s.drawn.footprints[0]!
  const want = trueAt(pictureAt(f.instant)).corners
  return Math.max(...f.corners.map((c, i) => metres(c, [want[i]![1], want[i]![0]])))
}

function offsets(shown: readonly Shown[], against: 'number' | 'told') {
  const read = shown.filter((s) => s[against] >= 0)
  const known = read.map((s) => ahead(s, s[against])).filter((d) => d !== null).map(Math.abs)
  return { known, none: read.length - known.length, greatest: Math.max(0, ...known) }
}

function figures(what: string, shown: readonly Shown[]) {
  const drawn = shown.filter((s) => s.drawn.footprints.length > 0)
  const corner = Math.max(0, ...drawn.map(cornersOff))
  // What the video shows once the map has drawn is the frame told of, or one that came while the machine was busy drawing: as many later
  // as the video's own clock had gone on.
  const late = (s: Shown) => Math.max(0, Math.floor(s.since * perSecond + 0.01))
  const soon = offsets(shown.filter((s) => late(s) === 0), 'number')
  const all = offsets(shown, 'number')
  const told = offsets(shown, 'told')
  const text = ({ known, greatest }: { known: number[]; greatest: number }) => {
    const share = (n: number) => `${((100 * known.filter((d) => d === n).length) / Math.max(1, known.length)).toFixed(1)} %`
    return `${known.length} pictures of the map, offset 0 in ${share(0)}, 1 in ${share(1)}, greatest ${greatest}`
  }
  console.log(`FIGURE ${what}, by the frame told of: ${text(told)}; ${told.none} without ground; corners off by ${corner.toFixed(4)} m at most`)
  console.log(`FIGURE ${what}, by the pixels once the map has drawn: ${text(all)}; before the video had gone on: ${text(soon)}`)
  const worst = Math.max(0, ...shown.filter((s) => s.number >= 0).map((s) => Math.abs(ahead(s, s.number) ?? 0) - late(s)))
  return { told, soon, corner, worst }
}

const isRight = (f: ReturnType<typeof figures>, least: number) => {
  expect(f.told.known.length).toBeGreaterThanOrEqual(least)
  expect(f.told.none).toBe(0)
  expect(f.told.greatest).toBeLessThanOrEqual(1)
  expect(f.soon.greatest).toBeLessThanOrEqual(1)
  expect(f.worst).toBeLessThanOrEqual(1)
  expect(f.corner).toBeLessThan(within)
}

/**
 * Waits until the video stands, at a frame where one is given, and there is ground on the map, and looks at the two when the picture after
 * that is drawn: what moves is drawn once for a frame, in the turn in which the browser tells of it.
 */
const stands = async (number?: number) => {
  const still = () => story.page.waitForFunction((number) => {
    const v = document.querySelector<HTMLVideoElement>('[data-testid=video]')!
    const { overflight: map } = document.querySelector<HTMLElement & { overflight: OverflightMap }>('[data-testid=map]')!
    const read = window.account.read()
    return !v.seeking && v.paused && read >= 0 && (number === null || read === number) && map.moving.account().footprints.length === 1
  }, number === undefined ? null : number % pictures)
  await still()
  await story.page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))))
  await still() // the rows of its minute may have come meanwhile
  await story.page.evaluate(() => window.account.look())
}

const instantOf = (n: number) => new Date(began + Math.ceil((n * 1000) / perSecond)).toISOString().replace('T', ' ').replace('Z', '')

describe('the ground drawn is that of the frame shown', () => {
  let flight = ''

  test('a recording of two turns is taken in and opened', async () => {
    const path = join(story.folder, 'turns.ts')
    writeFileSync(path, recording(turns))
    flight = await story.ingest(path, 'turns')
    await story.openFlight(flight)
    await story.settled()
    await story.mapReady()
    await keepAccount(story.page, 'video')
    await story.goTo(instantOf(0))
    await stands(0)
    const { shown } = await takeAccount(story.page)
    expect(ahead(shown.at(-1)!, 0)).toBe(0)
  })

  test('while it plays, for twelve seconds', async () => {
    await story.press('k')
    // A busy machine draws few pictures of the map a second: it is played until there are enough of them.
    await story.page.waitForFunction(() => document.querySelector<HTMLVideoElement>('[data-testid=video]')!.currentTime > 12 && window.account.shown.length > 30, undefined, { timeout: turns * turn })
    const { shown, told } = await takeAccount(story.page)
    await story.press('k')
    const played = shown.filter((s) => !s.seeking && !s.paused)
    console.log(`FIGURE frames told of while ${Math.round(played.at(-1)!.media * perSecond)} were played: ${new Set(told).size}`)
    isRight(figures('playing', played), 25)
  })

  test('when it is paused: exactly that frame', async () => {
    const page = story.page
    await stands()
    const { shown } = await takeAccount(page)
    expect(ahead(shown.at(-1)!, shown.at(-1)!.number)).toBe(0)
    // The map draws anew for other reasons: the ground stays that of the frame.
    for (const by of ['+', '-']) {
      await page.getByTestId('map').locator('canvas').first().press(by)
      await page.waitForFunction(() => window.account.shown.length > 0)
    }
    const again = await takeAccount(page)
    isRight(figures('paused', again.shown), 1)
    expect(offsets(again.shown, 'number').greatest).toBe(0)
  })

  const sought = [450, 15, 899, 900, 905, 301, last, 1, 897, 1207]
  test.each(sought)('after seeking to frame %i', async (n) => {
    await takeAccount(story.page)
    await story.goTo(instantOf(n))
    await stands(n)
    const { shown } = await takeAccount(story.page)
    const s = shown.at(-1)!
    expect(s.number).toBe(n % pictures)
    expect(pictureAt(s.drawn.footprints[0]!.instant)).toBe(n)
    expect(cornersOff(s)).toBeLessThan(within)
    figures(`on the way to frame ${n}`, shown)
  })

  test('while it plays across the border of two segments', async () => {
    const page = story.page
    await story.goTo(instantOf(pictures - 20))
    await stands(pictures - 20)
    await takeAccount(page)
    await story.press('k')
    await page.waitForFunction((until) => document.querySelector<HTMLVideoElement>('[data-testid=video]')!.currentTime > until, turn / 1000 + 2)
    await story.press('k')
    const { shown } = await takeAccount(page)
    const played = shown.filter((s) => !s.seeking && !s.paused)
    isRight(figures('playing across a border', played), 2)
    const segments = played.map((s) => Math.floor(pictureAt(s.drawn.footprints[0]!.instant) / pictures))
    expect(new Set(segments).size).toBe(2)
  })

  test.each([200, pictures - 2, 3])('a frame on and a frame back, from frame %i', async (n) => {
    const page = story.page
    await story.goTo(instantOf(n))
    await stands(n)
    const at = async (m: number) => {
      await stands(m)
      const s = (await takeAccount(page)).shown.at(-1)!
      expect(pictureAt(s.drawn.footprints[0]!.instant)).toBe(m)
      expect(cornersOff(s)).toBeLessThan(within)
    }
    for (const step of [1, 2, 3, 4]) {
      await story.press('.')
      await at(n + step)
    }
    for (const step of [3, 2, 1, 0, -1]) {
      await story.press(',')
      await at(n + step)
    }
    // Pressed faster than frames come, every press counts.
    for (let i = 0; i < 5; i++) await story.press('.')
    await at(n + 4)
  })

  test('a clip of ten seconds is the sealed bytes of it, and plays', async () => {
    const page = story.page
    for (const [n, key] of [[pictures - 75, 'i'], [pictures + 75, 'o']] as const) {
      await story.goTo(instantOf(n))
      await stands(n)
      await story.press(key)
    }
    await story.screenshot('clip-marked')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: story.t('page.review.clip') }).click()
    const saved = await download
    const path = await saved.path()
    const bytes = readFileSync(path)
    await page.getByTestId('pieces').waitFor()
    await story.noFaults()
    await story.screenshot('clip-exported')
    const text = (await page.getByTestId('exported').first().textContent())!
    expect(text).toContain(saved.suggestedFilename())
    expect(text).toContain(Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex'))

    // The bytes are those of the sealed segments, as the server gives them out, at the places that are said.
    const lines = await page.getByTestId('pieces').locator('li').allTextContents()
    const pieces = lines.map((l) => {
      const m = /^(\S+): \D*([\d,.\s]+?), ([\d,.\s]+) bytes$/.exec(l)
      expect(m, l).not.toBeNull()
      const figure = (s: string) => Number(s.replaceAll(/\D/g, ''))
      return { segment: m![1]!, offset: figure(m![2]!), length: figure(m![3]!) }
    })
    expect(new Set(pieces.map((p) => p.segment)).size).toBe(2)
    let at = 0
    for (const p of pieces) {
      const whole = Buffer.from(await page.evaluate(async (segment) => {
        const b = new Uint8Array(await (await fetch(`/api/v1/segments/${encodeURIComponent(segment)}/bytes?purpose=story`)).arrayBuffer())
        let s = ''
        for (let i = 0; i < b.length; i += 0x8000) s += String.fromCharCode(...b.subarray(i, i + 0x8000))
        return btoa(s)
      }, p.segment), 'base64')
      expect(bytes.subarray(at, at + p.length).equals(whole.subarray(p.offset, p.offset + p.length)), `${p.segment} from ${p.offset}`).toBe(true)
      at += p.length
    }
    expect(at).toBe(bytes.length)

    // Ten seconds are asked for; a key picture comes each second, so there is less than a second more.
    const probe = spawnSync('ffprobe', ['-v', 'error', '-count_frames', '-select_streams', 'v', '-show_entries', 'stream=nb_read_frames,width', '-of', 'json', path])
    if (probe.error) {
      if (process.env.OVERFLIGHT_REQUIRE_ORACLES === '1') throw probe.error
      console.log('NOT CHECKED: ffprobe is not installed: nobody else plays the clip')
      return
    }
    const { width, nb_read_frames: read } = (JSON.parse(probe.stdout.toString()) as { streams: { width: number; nb_read_frames: string }[] }).streams[0]!
    const frames = Number(read)
    console.log(`FIGURE clip of ten seconds: ${bytes.length} bytes in ${pieces.length} pieces, ${frames} frames decoded by ffprobe`)
    expect(probe.stderr.toString()).toBe('')
    expect(width).toBe(640)
    expect(frames).toBeGreaterThanOrEqual(150)
    expect(frames).toBeLessThan(180)
  })
})
