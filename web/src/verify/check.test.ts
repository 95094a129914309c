import { expect, test } from 'vitest'
import { encode } from './bytes'
import { check } from './check'
import { parsePolicy } from './policy'
import { type Line, type Report, Refusal, say, sentence } from './report'
import { type BundleVector, type PolicyVector, bundle, vectors } from './testing'

const line = (l: Line | null): string[] => (l ? [l.code, ...l.args] : [])

/** What a vector says, of a report. */
const told = (r: Report) => ({
  verdict: line(r.verdict),
  checks: r.checks.map((c) => ({ what: line(c.what), reason: line(c.reason) })),
  not_shown: r.notShown.map(line),
  reason: r.checks.find((c) => c.reason)?.reason?.code ?? '',
  text: sentence('en', r),
  text_es: sentence('es', r),
})

const expected = ({ verdict, checks, not_shown, reason, text, text_es }: BundleVector) => ({ verdict, checks, not_shown, reason, text, text_es })

test.each(vectors<BundleVector>('bundles.json').map((v) => [v.name, v] as const))('%s', async (_, v) => {
  const b = bundle(v)
  for (const file of [b, new Blob([b])]) {
    const r = await check(file, v.policy, { held: v.held })
    expect(told(r)).toEqual(expected(v))
    expect(r.verified).toBe(v.reason === '')
  }
})

test.each(vectors<PolicyVector>('policies.json').map((v) => [v.name, v] as const))('policy: %s', (_, v) => {
  let found: Line | null = null
  try {
    parsePolicy(encode(v.policy))
  } catch (e) {
    if (!(e instanceof Refusal)) throw e
    found = e.line()
  }
  expect(line(found)).toEqual(v.reason)
  if (found) expect([say('en', found), say('es', found)]).toEqual([v.text, v.text_es])
})

test('a policy and a held checkpoint that cannot be read are no finding about the bundle', async () => {
  const [good] = vectors<BundleVector>('bundles.json')
  await expect(check(bundle(good!), 'quorum none')).rejects.toMatchObject({ code: 'policy.nolog' })
  await expect(check(bundle(good!), good!.policy, { held: ['x'] })).rejects.toMatchObject({ code: 'note.syntax' })
})

test('both notes of a fork are kept', async () => {
  const v = vectors<BundleVector>('bundles.json').find((v) => v.reason === 'fork' && v.held.length === 1)!
  const r = await check(bundle(v), v.policy, { held: v.held })
  const evidence = r.checks.find((c) => c.reason)?.evidence
  expect(evidence?.older).toBe(v.held[0])
  expect(evidence?.newer).toContain('overflight.example/log\n6\n')
})

test('what is in the bundle is shown', async () => {
  const [good] = vectors<BundleVector>('bundles.json')
  const r = await check(bundle(good!), good!.policy)
  expect(r).toMatchObject({ flight: 'OVF-2026-0007', log: 'overflight.example/log', size: 5n })
  expect(r.cosigned.map((c) => c.witness)).toEqual(['w1', 'w2'])
  expect(r.entries.map((e) => [e.index, e.opened, e.kind])).toEqual([[0n, true, 'segment/v1'], [3n, true, 'padding/v1']])
  expect(JSON.parse(new TextDecoder().decode(r.entries[0]!.body))).toMatchObject({ flight: 'OVF-2026-0007', packets: 5 })
})
