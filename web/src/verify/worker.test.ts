import { expect, test } from 'vitest'
import { bundle, vectors, type BundleVector } from './testing'
import { type Answered, serve } from './worker'

const good = vectors<BundleVector>('bundles.json')[0]!

/** Asks and returns all answers. */
async function ask(policy: string, held: string[] = [], during?: (take: ReturnType<typeof serve>) => void): Promise<Answered[]> {
  const answers: Answered[] = []
  const take = serve((a) => void answers.push(structuredClone(a)))
  const done = take({ kind: 'check', id: 3, file: new Blob([bundle(good)]), policy, held })
  during?.(take)
  await done
  return answers
}

test('a report is answered, and how far the check is', async () => {
  const answers = await ask(good.policy)
  expect(answers.map((a) => [a.kind, a.id])).toEqual([['progress', 3], ['report', 3]])
  expect(answers[0]).toMatchObject({ done: 200, total: 200 })
  expect(answers[1]).toMatchObject({ report: { verified: true, size: 5n } })
})

test('a policy that is none is answered', async () => {
  expect(await ask('log x\n')).toEqual([{ kind: 'refused', id: 3, reason: { code: 'key.syntax', args: ['x'] } }])
  expect(await ask(good.policy, ['x'])).toEqual([{ kind: 'refused', id: 3, reason: { code: 'note.syntax', args: [] } }])
})

test('a check is cancelled', async () => {
  expect(await ask(good.policy, [], (take) => void take({ kind: 'cancel', id: 3 }))).toEqual([{ kind: 'cancelled', id: 3 }])
  expect((await ask(good.policy, [], (take) => void take({ kind: 'cancel', id: 4 }))).at(-1)?.kind).toBe('report')
})
