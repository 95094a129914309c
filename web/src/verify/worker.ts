// The check in a worker: the page goes on while a bundle is hashed.

import { type Options, check } from './check'
import { type Line, type Report, Refusal } from './report'

export type Asked =
  | { kind: 'check'; id: number; file: Blob | Uint8Array; policy: string; held: (string | Uint8Array)[] }
  | { kind: 'cancel'; id: number }

export type Answered =
  | { kind: 'progress'; id: number; done: number; total: number }
  | { kind: 'report'; id: number; report: Report }
  | { kind: 'refused'; id: number; reason: Line } // the policy or a held checkpoint cannot be read
  | { kind: 'cancelled'; id: number }
  | { kind: 'failed'; id: number; message: string }

/** Answers what is asked through a port. Progress is told at most ten times a second. */
export function serve(answer: (a: Answered) => void): (asked: Asked) => Promise<void> {
  const running = new Map<number, AbortController>()
  return async (asked) => {
    const { id } = asked
    if (asked.kind === 'cancel') {
      running.get(id)?.abort()
      return
    }
    const controller = new AbortController()
    running.set(id, controller)
    let told = 0
    const progress: Options['progress'] = (done, total) => {
      const now = performance.now()
      if (now - told < 100 && done < total) return
      told = now
      answer({ kind: 'progress', id, done, total })
    }
    try {
      const report = await check(asked.file, asked.policy, { held: asked.held, signal: controller.signal, progress })
      answer({ kind: 'report', id, report })
    } catch (e) {
      if (controller.signal.aborted) answer({ kind: 'cancelled', id })
      else if (e instanceof Refusal) answer({ kind: 'refused', id, reason: e.line() })
      else answer({ kind: 'failed', id, message: String(e) })
    } finally {
      running.delete(id)
    }
  }
}

// A test imports this file where there is no worker.
if ('WorkerGlobalScope' in globalThis) {
  const port = globalThis as unknown as { postMessage(a: Answered): void; onmessage: (e: MessageEvent<Asked>) => void }
  const take = serve((a) => port.postMessage(a))
  port.onmessage = (e) => void take(e.data)
}
