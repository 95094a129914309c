// A server process of its own, with its own folder, that a story starts, kills and starts again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext } from 'playwright-core'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const binary = process.env.OVERFLIGHT_BINARY ?? join(root, 'bin', 'overflight')
export const inRepository = (...parts: string[]) => join(root, ...parts)

/** A port that nothing listens at, of those of this worker: a server that is killed finds its own again, whatever the other workers start meanwhile. */
export async function freePort(): Promise<number> {
  const first = 20_000 + (Number(process.env.VITEST_POOL_ID ?? 0) % 10) * 1_000
  for (let tries = 0; tries < 100; tries++) {
    const port = first + Math.floor(Math.random() * 1_000)
    const s = createServer()
    const free = await new Promise<boolean>((done) => {
      s.once('error', () => done(false))
      s.listen(port, '127.0.0.1', () => done(true))
    })
    if (!free) continue
    s.close()
    await once(s, 'close')
    return port
  }
  throw new Error('no port is free')
}

export class Server {
  private child: ChildProcess | null = null
  port = 0
  output = ''

  constructor(
    readonly folder: string,
    private readonly verb: 'demo' | 'serve',
    private readonly more: readonly string[] = [],
  ) {
    if (!existsSync(binary)) throw new Error(`${binary} is not there: make build`)
  }

  get address() {
    return `http://127.0.0.1:${this.port}`
  }

  /** Starts it, always at the same port, and waits until it is ready. */
  async start(): Promise<void> {
    this.port ||= await freePort()
    this.output = ''
    const child = spawn(binary, [this.verb, '--data', this.folder, '--listen', `127.0.0.1:${this.port}`, '--lang', 'en', ...this.more], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    child.stdout.on('data', (b: Buffer) => (this.output += b.toString()))
    child.stderr.on('data', (b: Buffer) => (this.output += b.toString()))
    for (let tries = 0; tries < 600; tries++) {
      if (child.exitCode !== null) throw new Error(`the server ended: ${this.output}`)
      const ready = await fetch(`${this.address}/readyz`).then((r) => r.ok, () => false)
      if (ready) return
      await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error(`the server is not ready: ${this.output}`)
  }

  /** The link that makes the first administrator. */
  async link(): Promise<string> {
    for (let tries = 0; tries < 100; tries++) {
      const m = /http:\S+\/#\/setup\?token=\S+/.exec(this.output)
      if (m) return m[0]
      await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error(`no link: ${this.output}`)
  }

  /** Makes the first administrator, and signs in with a browser: for what is not about signing in. */
  async signIn(context: BrowserContext): Promise<void> {
    const token = (await this.link()).split('token=')[1] ?? ''
    const answer = await context.request.post(`${this.address}/api/v1/setup/${token}`, { data: { name: 'ana', password: 'correct horse battery staple' } })
    if (!answer.ok()) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`)
  }

  /** Stops it where it stands: connections stay open and nothing answers. */
  freeze(): void {
    this.child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.child?.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    const child = this.child
    this.child = null
    if (!child || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}
