// Asks a worker to check a bundle.

import type { Options } from './check'
import { type Report, Refusal } from './report'
import type { Answered, Asked } from './worker'

/** Checks as check does, in a worker of its own that is gone when it is done. */
export function checkAside(file: Blob | Uint8Array, policy: string, options: Options = {}): Promise<Report> {
  const { held = [], signal, progress } = options
  if (signal?.aborted) return Promise.reject(signal.reason)
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const ask = (asked: Asked): void => worker.postMessage(asked)
  const cancel = (): void => ask({ kind: 'cancel', id: 0 })
  signal?.addEventListener('abort', cancel)
  const answered = new Promise<Report>((resolve, reject) => {
    worker.onmessage = ({ data: a }: MessageEvent<Answered>) => {
      switch (a.kind) {
        case 'progress':
          return progress?.(a.done, a.total)
        case 'report':
          return resolve(a.report)
        case 'refused':
          return reject(new Refusal(a.reason.code, a.reason.args))
        case 'cancelled':
          return reject(signal?.reason)
        case 'failed':
          return reject(new Error(a.message))
      }
    }
    worker.onerror = (e) => reject(new Error(e.message))
    worker.onmessageerror = () => reject(new Error('the answer of the worker cannot be read'))
    ask({ kind: 'check', id: 0, file, policy, held })
  })
  return answered.finally(() => {
    signal?.removeEventListener('abort', cancel)
    worker.terminate()
  })
}
