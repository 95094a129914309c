// Is what the page says of now true, and does it say so when it is not? A flight whose truth is known is under way; then its feed dies, the
// server stands still, the network goes, and video comes that nobody can play.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { keepAccount, metres, takeAccount } from './account'
import { Sender, perSecond, pictureNow, pictures, trueAt } from './clip'
import { Scene, sample } from './scene'

/** Positions are 32-bit integers in the stream, ten millionths of a degree on the way and in the page: a centimetre each. */
const within = 0.05

/** Says the same in both languages, and comes back to the first. */
async function inBoth(story: Scene, said: () => Promise<unknown>): Promise<void> {
  const first = story.language
  await said()
  for (const language of [first === 'en' ? 'es' : 'en', first] as const) {
    await story.page.getByRole('button', { name: language === 'es' ? 'Español' : 'English' }).click()
    story.language = language
    if (language !== first) await said()
  }
}

describe('a live flight of known truth', () => {
  const story = new Scene({ verb: 'demo', width: 1280, height: 720 })
  beforeAll(async () => {
    await story.start()
    await story.signUp()
  })
  afterAll(() => story.close())
  afterEach(() => story.sound())

  test('aircraft and footprint are drawn where they were at the instant of their metadata', async () => {
    const { page } = story
    await page.getByTestId('aircraft').locator('li').first().waitFor()
    await story.mapReady()
    await page.getByTestId('live-video').waitFor()
    await keepAccount(page, 'live-video')
    await page.waitForFunction(() => window.account.shown.filter((s) => s.drawn.footprints.length > 0).length > 20)
    const { shown } = await takeAccount(page)
    let sensor = 0, corner = 0, off = 0, n = 0
    for (const s of shown.filter((s) => s.drawn.footprints.length > 0)) {
      const [aircraft, footprint] = [s.drawn.aircraft[0]!, s.drawn.footprints[0]!]
      expect(s.drawn.aircraft).toHaveLength(1)
      expect(footprint.instant).toBe(aircraft.instant)
      const at = pictureNow(aircraft.instant)
      off = Math.max(off, Math.abs(at - Math.round(at)))
      const truth = trueAt(Math.round(at))
      sensor = Math.max(sensor, metres(aircraft.at, [truth.sensor[1], truth.sensor[0]]))
      footprint.corners.forEach((c, i) => (corner = Math.max(corner, metres(c, [truth.corners[i]![1], truth.corners[i]![0]]))))
      n++
    }
    console.log(`FIGURE live, ${n} pictures of the map: aircraft off by ${sensor.toFixed(4)} m at most, corners by ${corner.toFixed(4)} m, instants by ${((1000 * off) / perSecond).toFixed(2)} ms from a frame's`)
    expect(new Set(shown.map((s) => s.drawn.aircraft[0]?.instant)).size).toBeGreaterThan(5)
    expect(sensor).toBeLessThan(within)
    expect(corner).toBeLessThan(within)
    expect(off).toBeLessThan(0.05)
  })

  test('the video goes on, and is of now', async () => {
    const { page } = story
    await page.waitForFunction(() => window.account.told.filter((n) => n >= 0).length > 8)
    const { told } = await takeAccount(page)
    const read = told.filter((n) => n >= 0)
    const steps = read.slice(1).map((n, i) => (n - read[i]! + pictures) % pictures)
    console.log(`FIGURE live video: frames ${read.slice(0, 12).join(' ')}`)
    expect(steps.every((d) => d < pictures / 2)).toBe(true)
    expect(steps.filter((d) => d > 0).length).toBeGreaterThan(4)
    // What is buffered is seconds, not minutes.
    const behind = await page.evaluate(() => ({ number: window.account.read(), now: Date.now() }))
    const late = ((((pictureNow(behind.now) - behind.number) % pictures) + pictures) % pictures) / perSecond
    console.log(`FIGURE live video is ${late.toFixed(1)} s behind now`)
    expect(late).toBeLessThan(20)
  })

  test('distance and time to the next boundary are those of the line that is drawn', async () => {
    const { page } = story
    // The page reckons anew once a second: at 60 m/s that is 60 m, and as much again for what comes between a text and a map.
    const bound = 120
    for (const round of [1, 2, 3]) {
      await takeAccount(page)
      await page.waitForFunction(() => window.account.shown.some((s) => s.drawn.aircraft.length > 0))
      const said = await page.evaluate(() => ({
        text: document.querySelector('[data-testid=boundary]')!.textContent!,
        at: window.account.shown.at(-1)!.drawn.aircraft[0]!.at,
      }))
      const figures = /([\d.]+)\s(m|km)\D*(?:([\d.]+) s|([\d.]+) min ([\d.]+) s)?/.exec(said.text.replaceAll('\u202f', ' '))!
      const state = /[A-Z]{3}/.exec(said.text)![0]
      const distance = Number(figures[1]) * (figures[2] === 'km' ? 1000 : 1)
      const seconds = figures[3] ? Number(figures[3]) : Number(figures[4]) * 60 + Number(figures[5])
      const lines = await page.evaluate(async (state) => {
        const g = (await (await fetch(`/api/v1/airspace?states=${state}`)).json()) as { features: { geometry: { coordinates: [number, number][][][] } }[] }
        return g.features.flatMap((f) => f.geometry.coordinates.flat())
      }, state)
      const want = nearest(said.at, lines)
      console.log(`FIGURE boundary ${round}: said ${distance} m and ${seconds} s to ${state}, truly ${want.toFixed(0)} m and ${(want / 60).toFixed(1)} s`)
      expect(Math.abs(distance - want)).toBeLessThan(bound)
      expect(Math.abs(seconds - want / 60)).toBeLessThan(bound / 60 + 0.6) // whole seconds are shown from ten on
      const then = await page.evaluate(() => window.account.shown.at(-1)!.drawn.aircraft[0]!.instant)
      await page.waitForFunction((then) => (window.account.shown.at(-1)?.drawn.aircraft[0]?.instant ?? 0) > then + 6000, then)
    }
  })

  const lost = () => inBoth(story, () => story.page.getByText(story.t('page.lost')).waitFor())
  const back = async () => {
    const { page } = story
    await page.getByText(story.t('page.lost')).waitFor({ state: 'detached' })
    await takeAccount(page)
    const since = Date.now()
    await page.waitForFunction((since) => window.account.shown.some((s) => (s.drawn.aircraft[0]?.instant ?? 0) > since), since)
    const { shown } = await takeAccount(page)
    expect(shown.at(-1)!.drawn.aircraft).toHaveLength(1)
    expect(await page.getByTestId('aircraft').locator('li').count()).toBe(1)
    await page.waitForFunction(() => window.account.told.filter((n) => n >= 0).length > 2) // the video too
  }
  const flights = async () => {
    await story.nav(story.t('page.nav.flights'))
    await story.page.getByTestId('flights').locator('tbody tr').nth(1).waitFor()
    const all = await story.page.getByTestId('flights').locator('tbody tr').count()
    await story.nav(story.t('page.nav.live'))
    await story.page.getByTestId('live-video').waitFor()
    await story.mapReady()
    await keepAccount(story.page, 'live-video')
    return all
  }

  test('the server stands still: the page says so, and goes on by itself', async () => {
    const before = await flights()
    story.server.freeze()
    await lost()
    await story.screenshot('live-lost')
    story.server.thaw()
    await back()
    expect(await flights()).toBe(before)
  })

  test('the network goes and comes: the same', async () => {
    await story.context.setOffline(true)
    await lost()
    await story.context.setOffline(false)
    await back()
  })

  test('the server is killed and started: the same, and nothing is there twice', async () => {
    const before = await flights()
    await story.server.kill()
    await lost()
    await story.server.start()
    await back()
    expect(await flights()).toBe(before)
  })
})

describe('a feed that dies', () => {
  const story = new Scene({ verb: 'serve', width: 1280, height: 720 })
  let sender: Sender
  let flight = ''
  beforeAll(async () => {
    await story.start()
    await story.signUp()
  })
  afterAll(async () => {
    sender?.close()
    await story.close()
  })
  afterEach(() => story.sound())

  const lives = async () => {
    const { page } = story
    await takeAccount(page)
    await page.waitForFunction(() => window.account.shown.some((s) => s.drawn.aircraft.length === 1 && !s.drawn.aircraft[0]!.stale && s.drawn.footprints.length === 1 && !s.drawn.footprints[0]!.stale))
    await page.getByText(story.t('page.feeds', 1, 1)).waitFor()
    expect(await page.getByTestId('aircraft').locator('li').count()).toBe(1)
    expect(await page.getByTestId('aircraft').textContent()).not.toContain(story.t('page.live.stale'))
  }

  test('it is taken in on the screen of feeds, and flies', async () => {
    const { page } = story
    const free = createSocket('udp4').bind(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address()
    free.close()
    await once(free, 'close')
    await story.takeIn(`udp://127.0.0.1:${port}`, 'feed')
    await story.source('feed').waitFor()
    sender = new Sender(port)
    sender.start()
    await story.nav(story.t('page.nav.live'))
    await page.getByTestId('aircraft').locator('li').first().waitFor()
    await story.mapReady()
    await page.getByTestId('live-video').waitFor()
    await keepAccount(page, 'live-video')
    await lives()
    flight = (await page.getByTestId('aircraft').locator('.quiet').first().textContent())!.trim()
    expect(flight).toMatch(/-0001$/)
  })

  test('it dies: lamp, list and map say so, with the age', async () => {
    const { page } = story
    sender.stop()
    await inBoth(story, async () => {
      await page.getByText(story.t('page.feeds', 0, 1)).waitFor()
      const age = story.t('page.live.age', '').trim()
      await page.waitForFunction(([stale, age]) => {
        const text = document.querySelector('[data-testid=aircraft]')!.textContent!
        return text.includes(stale!) && text.includes(age!) && /\d+ s/.test(text)
      }, [story.t('page.live.stale'), age])
      await page.getByText(story.t('page.video.silent')).waitFor()
    })
    await page.waitForFunction(() => window.account.shown.at(-1)?.drawn.aircraft[0]?.stale === true && window.account.shown.at(-1)?.drawn.footprints[0]?.stale === true)
    await story.screenshot('live-stale')
    await story.noFaults()
  })

  test('it comes again: so does all else, once', async () => {
    const { page } = story
    sender.start()
    await lives()
    await page.waitForFunction(() => window.account.told.filter((n) => n >= 0).length > 2)
    await story.nav(story.t('page.nav.feeds'))
    sender.stop()
    // All that was sent has come before it is stopped.
    const state = () => page.evaluate(async () => (await (await fetch('/api/v1/sources')).json() as { items: { name: string; bytes: number; sealed_bytes: number; lost_packets: number | null; ended: boolean }[] }).items.find((s) => s.name === 'feed')!)
    await page.getByRole('button', { name: story.t('page.feeds.stop.of', 'feed') }).click()
    await story.source('feed').getByText(story.t('page.feeds.ended')).waitFor()
    await expect.poll(async () => (await state()).sealed_bytes, { timeout: 60_000 }).toBeGreaterThan(0)
    const s = await state()
    const taken = await page.evaluate(async (flight) => {
      const get = async (path: string) => (await fetch(`/api/v1${path}`)).json()
      const fixes = (await get(`/flights/${flight}/fixes?limit=1000`) as { items: { time: string }[] }).items.map((f) => f.time)
      const played = (await get(`/flights/${flight}/playback`) as { items: { segments: { segment: string; bytes: number }[] }[] }).items.flatMap((p) => p.segments)
      const rows: string[] = []
      for (const p of played) rows.push(...(await get(`/segments/${encodeURIComponent(p.segment)}/rows?purpose=story`) as { items: { time: string }[] }).items.map((r) => r.time))
      const flights = (await get('/flights') as { items: { flight: string }[] }).items.map((f) => f.flight)
      return { fixes, rows, flights, bytes: played.reduce((sum, p) => sum + p.bytes, 0) }
    }, flight)
    console.log(`FIGURE a feed that died and came again: ${sender.bytes} bytes sent, ${taken.bytes} sealed, ${s.lost_packets} packets lost; ${taken.rows.length} rows, ${taken.fixes.length} fixes, flights ${taken.flights.join(' ')}`)
    expect(taken.flights).toEqual([flight])
    const once = (all: string[]) => all.every((t, i) => i === 0 || Date.parse(t) >= Date.parse(all[i - 1]!)) && new Set(all).size === all.length
    expect(once(taken.rows)).toBe(true)
    expect(once(taken.fixes)).toBe(true)
    expect(taken.bytes).toBeLessThanOrEqual(sender.bytes)
    if (s.lost_packets === 0) expect(taken.bytes).toBe(sender.bytes)
  })

  const mpeg2 = sample('misb', 'h264_audio.ts')
  const broken = sample('misb', 'osh_sync.ts')
  test.runIf(mpeg2)('video that no browser shows: the page says why, and what still works', async () => {
    const { page } = story
    const number = await story.ingest(mpeg2, 'mpeg2')
    await page.goto(`${story.server.address}/#/review/${number}`)
    await inBoth(story, async () => {
      await page.getByRole('heading', { name: number }).waitFor()
      await page.getByTestId('verdict').filter({ hasText: story.t('page.review.cannot', story.t('play.codec', 'MPEG-2')).replace(/\.$/, '') }).waitFor()
    })
    await story.mapReady()
    await story.noFaults()
    await story.screenshot('cannot-mpeg2')
  })

  test.runIf(broken)('video that no decoder opens: map and metadata go on', async () => {
    const { page } = story
    const number = await story.ingest(broken, 'broken')
    await story.openFlight(number)
    await inBoth(story, () => page.getByTestId('verdict').filter({ hasText: story.t('page.review.cannot', story.t('play.broken')).replace(/\.$/, '') }).waitFor())
    await story.mapReady()
    await story.settled()
    // The clock goes through the metadata, and the map draws the ground of each.
    await page.evaluate(() => {
      const w = window as unknown as { ground: number[] }
      w.ground = []
      document.querySelector('[data-testid=map]')!.addEventListener('drawn', (e) => {
        const f = (e as CustomEvent<() => { footprints: { instant: number }[] }>).detail().footprints[0]
        if (f && w.ground.at(-1) !== f.instant) w.ground.push(f.instant)
      })
    })
    await story.press('k')
    await page.waitForFunction(() => (window as unknown as { ground: number[] }).ground.length > 3)
    await story.press('k')
    const ground = await page.evaluate(() => (window as unknown as { ground: number[] }).ground)
    expect(ground.slice(1).every((t, i) => t > ground[i]!)).toBe(true)
    await story.noFaults()
    await story.screenshot('cannot-broken')
  })
})

/** Metres from a place to the nearest of some lines: on the plane that touches the earth there, whose error within kilometres is millimetres. */
function nearest(at: readonly [number, number], lines: readonly (readonly (readonly [number, number])[])[]): number {
  const plane = (p: readonly [number, number]): [number, number] => {
    const east = metres([p[0], at[1]], at) * Math.sign(p[0] - at[0]), north = metres([at[0], p[1]], at) * Math.sign(p[1] - at[1])
    return [east, north]
  }
  let least = Infinity
  for (const line of lines) {
    for (let i = 1; i < line.length; i++) {
      // What is far in degrees is far in metres, and is left out before it is reckoned.
      if (Math.min(Math.abs(line[i]![1] - at[1]), Math.abs(line[i - 1]![1] - at[1])) > 1 || Math.min(Math.abs(line[i]![0] - at[0]), Math.abs(line[i - 1]![0] - at[0])) > 1) continue
      const [a, b] = [plane(line[i - 1]!), plane(line[i]!)]
      const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
      const along = Math.min(1, Math.max(0, -(a[0] * dx + a[1] * dy) / (dx * dx + dy * dy || 1)))
      least = Math.min(least, Math.hypot(a[0] + along * dx, a[1] + along * dy))
    }
  }
  return least
}
