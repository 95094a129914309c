// Evidence is checked in the browser, and what is no evidence is refused in words.
import { closeSync, openSync, readFileSync, ftruncateSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import words from '../../../docs/vectors/transparency/words.json'
import { Server } from '../server'
import type { Person, Sitting } from '../story'

const zip = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/zip', buffer })
const policy = (text: string) => ({ name: 'policy', mimeType: 'text/plain', buffer: Buffer.from(text) })

/** A text without its places, as it stands in what a person reads. */
const saying = (p: Person, code: keyof typeof words.en) => new RegExp(words[p.language][code].split(/\{\d\}/).map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'))

/** The policy of a log that has nothing to do with this one. */
async function policyOfAnother(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'overflight-other-'))
  const other = new Server(join(folder, 'node'), 'serve')
  try {
    await other.start()
    return await fetch(`${other.address}/log/policy`).then((r) => r.text())
  } finally {
    await other.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is shown is a sentence: no code, no stack, no name of an exception. */
async function expectPlain(p: Person) {
  const text = await p.page.locator('main').innerText()
  expect(text).not.toMatch(/\b(TypeError|RangeError|Error:|undefined|null|NaN|\[object)|\bat .+:\d+:\d+/)
  expect(text).not.toMatch(/\b(bundle|page|verdict|what|segment|policy|entry|inclusion)\.[a-z]+\b(?!\.zip)/)
}

export function verify(at: Sitting) {
  test('a bundle is verified in the browser, in words that say what it does not prove', async () => {
    const { ana } = at
    const { page, w } = ana
    await ana.openFlight(at.clip)
    const wait = page.waitForEvent('download')
    await page.getByTestId('bundle').click()
    at.bundle = readFileSync(await (await wait).path())
    await ana.nav('page.nav.verify')
    await page.getByTestId('bundle-file').setInputFiles(zip('clip.zip', at.bundle))
    await page.getByRole('status').filter({ hasText: w('page.verify.needpolicy') }).waitFor()
    await page.getByRole('button', { name: w('page.verify.policy.server') }).click()
    await page.getByTestId('verdict').filter({ hasText: '✓' }).filter({ hasText: saying(ana, 'verdict.operator.many') }).waitFor()
    await page.getByTestId('not-shown').getByText(saying(ana, 'not.truth')).waitFor()
    await expectPlain(ana)
    await ana.noFaults()
    await ana.screenshot('verify')
  })

  test('what is no proof is refused in plain words', async () => {
    const { ana } = at
    const { page, w } = ana
    const refusedAs = async (name: string, code: keyof typeof words.en) => {
      await page.getByTestId('verdict').filter({ hasText: '✗' }).filter({ hasText: saying(ana, 'verdict.failed') }).filter({ hasText: saying(ana, code) }).waitFor()
      expect(await page.getByTestId('verdict').textContent(), name).toMatch(saying(ana, code))
      await expectPlain(ana)
    }
    const give = (name: string, buffer: Buffer) => page.getByTestId('bundle-file').setInputFiles(zip(name, buffer))

    await give('truncated.zip', at.bundle.subarray(0, at.bundle.length / 2))
    await refusedAs('truncated', 'bundle.archive')
    await give('letter.zip', Buffer.from('Dear auditor, this is no bundle at all.'))
    await refusedAs('no zip', 'bundle.archive')
    await give('empty.zip', Buffer.alloc(0))
    await refusedAs('empty', 'bundle.archive')
    const changed = Buffer.from(at.bundle)
    changed[Math.floor(changed.length / 2)]! ^= 1
    await give('changed.zip', changed)
    // Where the bit lies decides in which words; that it is found does not.
    await page.getByTestId('verdict').filter({ hasText: '✗' }).filter({ hasText: saying(ana, 'verdict.failed') }).filter({ hasNotText: saying(ana, 'bundle.archive') }).waitFor()
    await expectPlain(ana)
    await ana.noFaults()
    await ana.screenshot('verify-bad')
    const note = Buffer.from(at.bundle)
    note[note.indexOf('\u2014 ') + 30]! ^= 1
    await give('note.zip', note)
    await page.getByTestId('verdict').filter({ hasText: '✗' }).waitFor()
    await expectPlain(ana)

    // A file as large as a disk of a laptop: sparse, so that it takes none of this one.
    const folder = mkdtempSync(join(tmpdir(), 'overflight-large-'))
    try {
      const large = join(folder, 'large.zip')
      const f = openSync(large, 'w')
      ftruncateSync(f, 6e9)
      closeSync(f)
      await page.getByTestId('bundle-file').setInputFiles(large)
      await page.getByText('large.zip', { exact: true }).waitFor()
      await refusedAs('huge', 'bundle.archive')
    } finally {
      rmSync(folder, { recursive: true })
    }

    // Whose signatures count is the reader's choice: those of another log do not make this one good.
    await page.getByTestId('policy').setInputFiles(policy(await policyOfAnother()))
    await page.getByText(w('page.verify.policy.loaded')).waitFor()
    await give('clip.zip', at.bundle)
    await page.getByTestId('verdict').filter({ hasText: '✗' }).waitFor()
    await expectPlain(ana)
    await page.getByTestId('policy').setInputFiles(policy('whom to trust\n'))
    await page.getByRole('alert').filter({ hasText: saying(ana, 'policy.syntax') }).waitFor()
    await expectPlain(ana)
    await ana.noFaults()
    await page.getByRole('button', { name: w('page.verify.policy.server') }).click()
    await page.getByTestId('verdict').filter({ hasText: '✓' }).waitFor()
  })

  test('anybody checks a bundle, without signing in', async () => {
    const somebody = await at.story.person()
    const { page, w } = somebody
    await page.goto(at.story.server.address)
    await page.getByRole('link', { name: w('page.signin.verify') }).click()
    await page.getByRole('button', { name: w('page.verify.policy.server') }).click()
    await page.getByTestId('bundle-file').setInputFiles(zip('clip.zip', at.bundle))
    await page.getByTestId('verdict').filter({ hasText: '✓' }).waitFor()
    await somebody.noFaults()
    await somebody.context.close()
  })
}
