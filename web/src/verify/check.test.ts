import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { check } from './check'
import { sentence } from './report'

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../../docs/vectors/transparency/${name}`, import.meta.url), 'utf8'))

test('bundles', async () => {
  for (const v of read('bundles.json')) {
    const r = await check(Uint8Array.from(Buffer.from(v.bundle, 'base64')), v.policy)
    expect([v.name, sentence('en', r)]).toEqual([v.name, v.text])
  }
})
