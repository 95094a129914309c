// What somebody takes out of a flight as a file: the frame that is shown, and the stretch between two marks, byte for byte as it is kept.
import { app } from '../lib/app.svelte'
import { saveHashed } from '../lib/save'
import { timeOfDay } from '../lib/time'
import { number, t } from '../lib/words.svelte'
import { joined, runsOf, stretch, tablesOf, type Piece } from './clip'

/** More than this no browser holds with ease; a bundle has it all. */
const most = 512e6
const purpose = 'clip'

export class Cut {
  /** Unix milliseconds; NaN where there is none */
  marks = $state.raw({ in: NaN, out: NaN })
  exported = $state.raw<{ name: string; hash: string; pieces: readonly Piece[] } | null>(null)
  readonly whole = $derived(Number.isFinite(this.marks.in) && Number.isFinite(this.marks.out))

  constructor(private readonly flight: () => string) {}

  /** A mark at what the clock shows; the other one gives way where it would lie on the wrong side. */
  mark(which: 'in' | 'out'): void {
    const at = app.clock.now(), { in: from, out: to } = this.marks
    this.marks = which === 'in' ? { in: at, out: to > at ? to : NaN } : { in: from < at ? from : NaN, out: at }
    app.said = t(which === 'in' ? 'page.review.marked.in' : 'page.review.marked.out', timeOfDay(at, 1))
  }

  async frame(video: HTMLVideoElement): Promise<void> {
    if (video.videoWidth === 0) return
    const canvas = document.createElement('canvas')
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    canvas.getContext('2d')?.drawImage(video, 0, 0)
    const name = `${this.flight()}_${new Date(app.clock.now()).toISOString().replaceAll(':', '')}.png`
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
    if (blob) await this.save(blob, name)
  }

  /** The stretch between the marks; position gives seconds of the playlist. Returns why there is none, empty where there is one. */
  async clip(source: string, position: (at: number) => Promise<number>): Promise<string> {
    const { in: begin, out: end } = this.marks
    const flight = this.flight()
    const playlist = await (await app.client.send('GET', `/flights/${encodeURIComponent(flight)}/playlist.m3u8`, { query: { source, fine: 'true', purpose } })).text()
    const runs = stretch(runsOf(playlist), await position(begin), await position(end))
    if (runs.length === 0) return t('page.review.novideo')
    const pieces = joined(runs)
    if (pieces.reduce((sum, p) => sum + p.length, 0) > most) return t('page.review.toolong', number(most / 1e6))
    const bytes = await Promise.all(pieces.map(async (p) => {
      const answer = await app.client.send('GET', `/segments/${encodeURIComponent(p.segment)}/bytes`, { query: { purpose }, range: p })
      return new Uint8Array(await answer.arrayBuffer())
    }))
    const tables = tablesOf(bytes[0]!)
    const before = tables.map((at) => ({ segment: pieces[0]!.segment, offset: pieces[0]!.offset + at, length: 188 }))
    const name = `${flight}_${source}_${[begin, end].map((at) => new Date(at).toISOString().replaceAll(/[:-]/g, '')).join('_')}.ts`
    await this.save(new Blob([...tables.map((at) => bytes[0]!.slice(at, at + 188)), ...bytes], { type: 'video/mp2t' }), name, joined([...before, ...pieces]))
    return ''
  }

  private async save(blob: Blob, name: string, pieces: readonly Piece[] = []): Promise<void> {
    this.exported = { name, hash: await saveHashed(blob, name), pieces }
    app.said = t('page.review.exported', name)
  }
}
