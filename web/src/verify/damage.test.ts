import { expect, test } from 'vitest'
import { archive, bundle, members, vectors, type BundleVector, type Form } from './testing'
import { check } from './check'
import type { Report } from './report'

const good = vectors<BundleVector>('bundles.json').find((v) => v.name === 'a bundle that holds, one segment')!
const whole = bundle(good)
const policy = good.policy
const patience = 60_000 // thousands of bundles

const reasons = (r: Report): string[] => r.checks.flatMap((c) => (c.reason ? [c.reason.code] : []))

test('cut anywhere it is no archive', async () => {
  for (let n = 0; n < whole.length; n++) {
    expect(reasons(await check(whole.subarray(0, n), policy)), `cut at ${n}`).toEqual(['bundle.archive'])
  }
})

test('no flipped bit of a file is verified', { timeout: patience }, async () => {
  const files = members(whole)
  let flipped = 0
  for (const [i, m] of files.entries()) {
    if (m.name === 'policy') continue // it counts for nothing
    for (let at = 0; at < m.bytes.length; at++) {
      const bytes = m.bytes.slice()
      bytes[at]! ^= 1 << at % 8
      const changed = archive(files.map((f, j) => (j === i ? { ...f, bytes } : f)))
      expect((await check(changed, policy)).verified, `${m.name} byte ${at}`).toBe(false)
      flipped++
    }
  }
  expect(flipped).toBeGreaterThan(2000)
})

// Whatever is done to the archive around them, what is verified are the same entries.
test('no flipped bit of the archive changes what is verified', { timeout: patience }, async () => {
  const shown = (r: Report): unknown => [r.flight, r.log, r.size, r.entries, r.verdict]
  const right = shown(await check(whole, policy))
  for (let at = 0; at < whole.length; at++) {
    const b = whole.slice()
    b[at]! ^= 1 << at % 8
    const r = await check(b, policy)
    if (r.verified) expect(shown(r)).toEqual(right)
  }
})

const forms: [string, Form, string[]][] = [['plain', {}, []], ['zip64', { zip64: true }, []]]

test.each(forms)('an archive in another form: %s', async (_, form, want) => {
  expect(reasons(await check(archive(members(whole), form), policy))).toEqual(want)
})

test('a file that is read whole has a limit', async () => {
  const r = await check(archive(members(whole).map((m) => (m.name === 'checkpoint' ? { ...m, bytes: new Uint8Array((1 << 20) + 1) } : m))), policy)
  expect(r.checks.at(-1)?.reason).toEqual({ code: 'bundle.large', args: ['checkpoint', '1048577', '1048576'] })
})

test('a directory of more files than the limit is not read on, whatever its count says', { timeout: patience }, async () => {
  const many = Array.from({ length: 65536 + 3 }, (_, i) => ({ name: `${i}`, bytes: new Uint8Array(0) }))
  const b = archive(many)
  new DataView(b.buffer).setUint16(b.length - 12, 3, true)
  new DataView(b.buffer).setUint16(b.length - 14, 3, true)
  expect(reasons(await check(b, policy))).toEqual(['bundle.files'])
})

test('a file that cannot be read any more is told', async () => {
  const b = new Blob([whole])
  const gone = { size: b.size, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) } as unknown as Blob
  expect(reasons(await check(gone, policy))).toEqual(['bundle.archive'])
})
