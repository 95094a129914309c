// May this sortie fly: everything that it takes is put on record through the page, by several people with keys of their own.
import type { Locator } from 'playwright-core'
import { join } from 'node:path'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { described } from '../drawn'
import { sample } from '../scene'
import { type Key, type Person, type Sitting } from '../story'
import { enter } from './users'

const passphrase = 'staple horse battery correct'
const escaped = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Forms are filled in by the words that stand beside their fields. */
function field(p: Person, within: Locator, key: Key, nth = 0): Locator {
  const label = new RegExp(`^\\s*${escaped(p.w(key))}\\s*(${escaped(p.w('page.act.optional'))})?\\s*$`)
  return within.locator('label').filter({ hasText: label }).nth(nth).locator('input, textarea')
}
const select = (p: Person, within: Locator, key: Key) => within.locator('label').filter({ hasText: new RegExp(`^\\s*${escaped(p.w(key))}`) }).locator('select').first()

async function fill(p: Person, within: Locator, what: Partial<Record<Key, string>>) {
  for (const [key, text] of Object.entries(what)) await field(p, within, key as Key).fill(text)
}

/** A tab of the screens about authority. */
async function go(p: Person, tab: Key) {
  await p.nav('page.nav.authority')
  await p.page.getByRole('navigation', { name: p.w('page.authority') }).getByRole('link', { name: p.w(tab), exact: true }).click()
  await p.page.getByRole('heading', { name: p.w(tab), level: 1 }).waitFor()
}

/** A section of what is on record, and the form of its act. */
async function section(p: Person, name: Key): Promise<void> {
  await go(p, 'page.nav.record')
  await p.page.getByRole('group', { name: p.w('page.nav.record') }).getByRole('button', { name: p.w(name), exact: true }).click()
}
async function add(p: Person, name: Key, kind: string): Promise<Locator> {
  await section(p, name)
  await p.page.getByRole('button', { name: p.w('page.record.add'), exact: true }).click()
  return p.page.getByTestId(`act-${kind}`)
}
const record = async (p: Person, form: Locator, id: string) => {
  await form.getByRole('button', { name: p.w('page.act.do'), exact: true }).click()
  await p.page.getByRole('status').filter({ hasText: p.w('page.act.recorded', id) }).first().waitFor()
}

/** Opens one's key, signs, and waits until it is on record. */
async function sign(p: Person, form: Locator, key: string, id: string) {
  await form.getByRole('button', { name: p.w('page.act.tosign') }).click()
  await form.getByLabel(p.w('page.sign.file')).setInputFiles(key)
  await form.getByLabel(p.w('page.sign.passphrase')).fill(passphrase)
  await form.getByRole('button', { name: p.w('page.sign.open') }).click()
  await form.getByRole('button', { name: p.w('page.sign.do'), exact: true }).click()
  await p.page.getByRole('status').filter({ hasText: p.w('page.act.recorded', id) }).first().waitFor()
}

const row = (p: Person, text: string) => p.page.getByTestId('record').locator('tbody tr').filter({ hasText: text })
const verdict = (p: Person) => p.page.getByTestId('verdict').locator('.big')
const rule = (p: Person, name: string, about = '') => p.page.getByTestId('reasons').locator(`li[data-rule="${name}"]`).filter({ hasText: about }).first()

async function expectVerdict(p: Person, key: Key) {
  await expect.poll(async () => (await verdict(p).innerText()).replace(/^\S+\s+/, ''), { timeout: 60_000 }).toBe(p.w(key))
  await expect.poll(() => p.page.locator('.middle').getAttribute('aria-busy')).toBe('false')
}
async function slide(p: Person, slider: 'takeoff' | 'known', to: string) {
  const box = p.page.getByTestId(slider).getByRole('textbox')
  await box.fill(to)
  await box.press('Enter')
}
/** What is told, once it stands still: of a list that is just asked for, the answer counts. */
const told = async (of: Locator) => (await of.allInnerTexts()).join('\n')

const stamp = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')

export function authority(at: Sitting) {
  let lia: Person, mara: Person, otto: Person
  const keys: Record<string, string> = {}
  let paper = ''
  const hour = 3600_000
  const takeOff = Math.floor(Date.now() / hour + 6) * hour
  const period = { from: stamp(takeOff - 24 * hour), to: stamp(takeOff + 48 * hour) }
  const asks = '{"MEX": {"clearance": true, "state_aircraft": true, "unmanned": true, "notice": true, "notice_lead": "1h", "acknowledgement": true, "looks_in": "with-clearance"}, "USA": {"clearance": false, "looks_in": "permitted"}}'
  const route = (from: number) => [[31.5, -110.3, 0], [30.9, -109.75, 1], [31.5, -110.3, 2]].map(([lat, lon, h]) => `${lat}, ${lon}, 6000, MSL, ${stamp(from + h! * hour)}`).join('\n')

  /** The server is killed and started again, the page opened anew: the same is told. */
  const survives = async (p: Person, ...of: Locator[]) => {
    const before = await Promise.all(of.map(told))
    expect(before.every((text) => text !== '')).toBe(true)
    await at.story.restart(p)
    await p.page.reload()
    for (const [i, one] of of.entries()) await expect.poll(() => told(one)).toBe(before[i])
  }
  /** Makes a key in the page and saves its file; gives the public half. */
  const makeKey = async (p: Person, name: string): Promise<string> => {
    await section(p, 'page.key.title')
    const box = p.page.getByTestId('key')
    await fill(p, box, { 'page.name': name, 'page.sign.passphrase': passphrase, 'page.key.again': passphrase })
    await box.getByRole('button', { name: p.w('page.key.make') }).click()
    const saved = p.page.waitForEvent('download')
    await box.getByRole('link', { name: p.w('page.key.save') }).click()
    keys[name] = join(at.story.folder, `${name}.key`)
    await (await saved).saveAs(keys[name])
    expect(readFileSync(keys[name], 'utf8')).toContain('AGE ENCRYPTED FILE')
    return (await box.locator('.copied').textContent())!.trim()
  }

  test('authority: people make keys of their own, and an administrator registers them', async () => {
    paper = join(at.story.folder, 'paper.txt')
    writeFileSync(paper, `a paper of ${at.language}`)
    lia = await enter(at.story, at.ana, 'lia', 'liaison')
    mara = await enter(at.story, at.ana, 'mara', 'partner')
    otto = await enter(at.story, at.ana, 'otto', 'operator')
    const { ana } = at
    await makeKey(ana, 'ana')
    await ana.page.getByRole('button', { name: ana.w('page.key.register'), exact: true }).click()
    await ana.page.getByText(ana.w('page.key.registered', 'ana')).waitFor()
    for (const [p, name] of [[lia, 'lia'], [mara, 'mara'], [otto, 'otto']] as const) {
      const half = await makeKey(p, name)
      expect(half.startsWith(`${name}+`)).toBe(true)
      await p.page.getByText(p.w('page.key.handover')).waitFor()
      await field(ana, ana.page.getByTestId('key'), 'page.key.other').fill(half)
      await ana.page.getByRole('button', { name: ana.w('page.key.register.other') }).click()
      await ana.page.getByText(ana.w('page.key.registered', name)).waitFor()
    }
    await ana.noFaults('keys')
    const persons = ana.page.getByTestId('persons')
    for (const name of ['ana', 'lia', 'mara', 'otto']) await persons.getByRole('cell', { name, exact: true }).first().waitFor()
    await ana.screenshot('record-keys')
    await survives(ana, persons)
  })

  test('authority: an agreement binds once both parties have signed it', async () => {
    const form = await add(lia, 'page.record.agreements', 'agreement.proposed')
    // What is wrong is said at the form, and nothing is on record.
    await form.getByRole('button', { name: lia.w('page.act.do'), exact: true }).click()
    await form.getByRole('alert').filter({ hasText: lia.w('page.act.wrong.needed') }).waitFor()
    await lia.noFaults('a form with a fault')
    await fill(lia, form, { 'page.act.id': 'A-1', 'page.act.party.first': 'USA', 'page.act.party.second': 'MEX', 'page.act.asks': asks, 'page.act.from': period.from })
    for (const box of await form.getByRole('group', { name: lia.w('page.act.purposes') }).getByRole('checkbox').all()) await box.check()
    await record(lia, form, 'A-1')
    await row(lia, 'A-1').getByText(lia.w('page.record.notinforce')).waitFor()
    for (const [p, name, party] of [[lia, 'lia', 'USA'], [mara, 'mara', 'MEX']] as const) {
      await section(p, 'page.record.agreements')
      await row(p, 'A-1').getByRole('button', { name: `${p.w('page.act.agreement.sign')}: A-1` }).click()
      const signing = p.page.getByTestId('act-agreement.signed')
      await fill(p, signing, { 'page.act.party': party })
      if (name === 'lia') {
        // Signed with somebody else's key it is refused.
        await signing.getByRole('button', { name: p.w('page.act.tosign') }).click()
        await signing.getByLabel(p.w('page.sign.file')).setInputFiles(keys['mara']!)
        await signing.getByLabel(p.w('page.sign.passphrase')).fill('not the right passphrase')
        await signing.getByRole('button', { name: p.w('page.sign.open') }).click()
        await signing.getByRole('alert').filter({ hasText: p.w('page.sign.fault.passphrase') }).waitFor()
        await p.noFaults('a wrong passphrase')
        await signing.getByRole('button', { name: p.w('page.act.back') }).click()
      }
      await sign(p, signing, keys[name]!, 'A-1')
    }
    await row(mara, 'A-1').getByText(mara.w('page.record.inforce'), { exact: true }).waitFor()
    await mara.noFaults('agreements')
    await mara.screenshot('record-agreements')
    await survives(mara, mara.page.getByTestId('record').locator('tbody'))
  })

  test('authority: order, clearance, notice and its receipt, and what the aircraft carries', async () => {
    let form = await add(lia, 'page.record.bases', 'basis.stated')
    await fill(lia, form, { 'page.act.id': 'O-1', 'page.act.issuer': 'USA/DHS', 'page.act.reference': 'order 7', 'page.act.from': period.from, 'page.act.to': period.to })
    for (const box of await form.getByRole('group', { name: lia.w('page.act.purposes') }).getByRole('checkbox').all()) await box.check()
    await form.getByLabel(lia.w('page.act.paper.file')).setInputFiles(paper)
    await form.locator('code').waitFor()
    await record(lia, form, 'O-1')

    form = await add(lia, 'page.record.clearances', 'clearance.given')
    await fill(lia, form, { 'page.act.id': 'C-1', 'page.act.state': 'MEX', 'page.act.issuer': 'MEX/SRE', 'page.act.reference': 'DGAC-17', 'page.act.issued': stamp(Date.now()), 'page.act.from': period.from, 'page.act.to': period.to })
    await form.getByLabel(lia.w('page.act.stateaircraft')).check()
    await form.getByLabel(lia.w('page.act.unmanned')).check()
    await form.getByLabel(lia.w('page.act.paper.file')).setInputFiles(paper)
    await form.locator('code').waitFor()
    await record(lia, form, 'C-1')
    await row(lia, 'C-1').getByText(lia.w('page.record.standing')).waitFor()

    form = await add(lia, 'page.record.notices', 'notice.sent')
    await fill(lia, form, { 'page.act.id': 'N-1', 'page.act.state': 'MEX', 'page.act.sender': 'USA/CBP', 'page.act.receiver': 'MEX/SRE', 'page.act.from': period.from, 'page.act.to': period.to, 'page.act.sent': stamp(Date.now() - 1000), 'page.act.means': 'note' })
    await record(lia, form, 'N-1')
    await section(mara, 'page.record.notices')
    await row(mara, 'N-1').getByRole('button', { name: `${mara.w('page.act.notice.acknowledge')}: N-1` }).click()
    await record(mara, mara.page.getByTestId('act-notice.acknowledged'), 'N-1')
    await row(mara, 'N-1').getByText(mara.w('page.record.acknowledged'), { exact: true }).waitFor()

    form = await add(otto, 'page.record.loadouts', 'loadout.attested')
    await fill(otto, form, { 'page.act.id': 'L-1', 'page.act.tail': 'N700', 'page.act.station': '1', 'page.act.from': period.from, 'page.act.to': period.to })
    await form.getByLabel(otto.w('page.act.capable')).check()
    await sign(otto, form, keys['otto']!, 'L-1')
    await row(otto, 'L-1').getByText(otto.w('page.record.unarmed')).waitFor()
    await otto.noFaults('loadouts')
    await otto.screenshot('record-loadouts')
    await survives(otto, otto.page.getByTestId('record').locator('tbody'))
    for (const name of ['page.record.bases', 'page.record.clearances', 'page.record.notices'] as const) {
      await section(otto, name)
      await otto.page.getByTestId('record').locator('tbody tr').first().waitFor()
    }
    await row(otto, 'N-1').getByText(otto.w('page.record.acknowledged'), { exact: true }).waitFor()
  })

  const newPlan = async (p: Person, sortie: string, from: number) => {
    await go(p, 'page.nav.authorise')
    await p.page.getByRole('button', { name: p.w('page.authorise.new'), exact: true }).click()
    const form = p.page.getByTestId('new-plan')
    await fill(p, form, {
      'page.act.sortie': sortie, 'page.act.operator': 'USA/CBP', 'page.act.tail': 'N700', 'page.authorise.organisations': '11440', 'page.authorise.bases': 'order O-1', 'page.act.loadout.id': 'L-1',
      'page.authorise.notices': 'N-1', 'page.authorise.clearances': 'C-1', 'page.authorise.route': route(from),
    })
    await form.getByRole('button', { name: p.w('page.authorise.ask'), exact: true }).click()
    await verdict(p).filter({ hasNotText: '…' }).waitFor()
    await p.page.getByText(p.w('page.authorise.draft')).waitFor()
  }

  test('authority: a plan is asked about, filed, approved by two with their own keys, and may fly', async () => {
    await newPlan(lia, 'S-1', takeOff)
    await expectVerdict(lia, 'page.verdict.incomplete') // nobody has approved it
    expect(await rule(lia, 'approvers').getAttribute('data-outcome')).toBe('unknown')
    await lia.page.getByRole('button', { name: lia.w('page.authorise.file') }).click()
    await lia.page.getByTestId('plans').getByRole('button', { name: /S-1/ }).waitFor()
    for (const [p, name] of [[at.ana, 'ana'], [otto, 'otto']] as const) {
      await go(p, 'page.nav.authorise')
      await p.page.getByTestId('plans').getByRole('button', { name: /S-1/ }).click()
      await p.page.getByRole('button', { name: p.w('page.act.approve'), exact: true }).click()
      await sign(p, p.page.getByTestId('act-plan.approved'), keys[name]!, 'S-1')
    }
    await expectVerdict(otto, 'page.verdict.go')
    await otto.page.getByRole('button', { name: otto.w('page.authorise.decide') }).click()
    await otto.page.getByTestId('decisions').getByRole('cell', { name: otto.w('page.verdict.go'), exact: true }).first().waitFor()

    // A reason rests on facts, each with its place in the log and its paper.
    await rule(otto, 'clearance', 'MEX').getByRole('button').first().click()
    const facts = rule(otto, 'clearance', 'MEX').getByTestId('facts')
    await facts.getByText('C-1').first().waitFor()
    const saved = otto.page.waitForEvent('download')
    await facts.getByRole('link', { name: otto.w('page.facts.download') }).first().click()
    expect(readFileSync(await (await saved).path(), 'utf8')).toBe(`a paper of ${at.language}`)
    await otto.page.getByTestId('crossings').locator('tbody tr').filter({ hasText: 'MEX' }).filter({ hasText: otto.w('leave.cleared') }).waitFor()
    await otto.noFaults('GO')
    await otto.screenshot('authorise-go')
  })

  test('authority: the same when the server was killed', async () => {
    await survives(otto, verdict(otto), otto.page.getByTestId('reasons').locator('li > button'), otto.page.getByTestId('decisions').locator('tbody'), otto.page.getByTestId('crossings').locator('tbody'))
    await expectVerdict(otto, 'page.verdict.go')
  })

  test('authority: a clearance that is revoked takes the permission with it', async () => {
    await section(lia, 'page.record.clearances')
    await row(lia, 'C-1').getByRole('button', { name: `${lia.w('page.act.clearance.revoke')}: C-1` }).click()
    const form = lia.page.getByTestId('act-clearance.revoked')
    await fill(lia, form, { 'page.act.from': stamp(Date.now()), 'page.act.reason': 'withdrawn' })
    await record(lia, form, 'C-1')
    await otto.page.reload()
    await expectVerdict(otto, 'page.verdict.no-go')
    expect(await rule(otto, 'clearance', 'MEX').getAttribute('data-outcome')).toBe('fail')
    await otto.noFaults('NO-GO')
    await otto.screenshot('authorise-no-go')
    await survives(otto, verdict(otto), otto.page.getByTestId('reasons').locator('li > button'))
  })

  test('authority: a slider over three days of February 2025 moves the answer, and says that it is not on record', async () => {
    await newPlan(lia, 'S-2', Date.UTC(2025, 1, 18, 12))
    await lia.page.getByRole('button', { name: lia.w('page.authorise.file') }).click()
    await lia.page.getByTestId('plans').getByRole('button', { name: /S-2/ }).click()
    await expectVerdict(lia, 'page.verdict.no-go')
    await expect.poll(() => rule(lia, 'scope').getAttribute('data-outcome')).toBe('fail')
    await slide(lia, 'takeoff', '2025-02-19 12:00')
    await lia.page.getByTestId('whatif').waitFor()
    await expectVerdict(lia, 'page.verdict.no-go')
    await expect.poll(() => rule(lia, 'scope').getAttribute('data-outcome')).toBe('fail')
    await slide(lia, 'takeoff', '2025-02-20 12:00')
    await expect.poll(() => rule(lia, 'scope').getAttribute('data-outcome')).toBe('pass')
    // By what was known two days before, nobody could have said so.
    await slide(lia, 'known', '2025-02-18 12:00')
    await expect.poll(() => rule(lia, 'scope').getAttribute('data-outcome')).not.toBe('pass')
    await lia.noFaults('what if')
    await lia.screenshot('authorise-what-if')
    await survives(lia, verdict(lia), lia.page.getByTestId('reasons').locator('li > button'), lia.page.getByTestId('whatif'))

    // By the keyboard alone: each step of the slider asks.
    await lia.page.getByTestId('known').getByRole('button').click()
    await expect.poll(() => rule(lia, 'scope').getAttribute('data-outcome')).toBe('pass')
    const slider = lia.page.getByTestId('takeoff').getByRole('slider')
    await slider.focus()
    for (let i = 0; i < 24; i++) await slider.press('ArrowLeft')
    await expect.poll(() => rule(lia, 'scope').getAttribute('data-outcome')).toBe('fail')
  })

  test('authority: an organisation is picked by a person, and has a history', async () => {
    await go(lia, 'page.nav.designations')
    const main = sample('authority', 'sdn_2026-04-23_extract.csv')
    if (main) {
      const form = lia.page.getByTestId('import')
      await lia.page.locator('summary').filter({ hasText: lia.w('page.import') }).click()
      await field(lia, form, 'page.import.main').setInputFiles(main)
      await field(lia, form, 'page.import.document').fill('2026-04-23')
      await form.getByRole('button', { name: lia.w('page.import.do'), exact: true }).click()
      await form.getByRole('status').waitFor()
    }
    await lia.page.getByLabel(lia.w('page.designations.name')).fill('La Nueva Familia Michoacana')
    await lia.page.getByRole('button', { name: lia.w('page.designations.search'), exact: true }).click()
    const first = lia.page.getByTestId('suggestions').locator('> li').first()
    await first.getByText('39376').first().waitFor()
    if (main) await first.getByText('11439').first().waitFor() // beside it, and never it
    await lia.noFaults('suggestions')
    await lia.screenshot('designations')
    await first.getByRole('button', { name: lia.like('page.designations.pick.of') }).first().click()
    const form = lia.page.getByTestId('act-designation.picked')
    await fill(lia, form, { 'page.act.id': 'P-1', 'page.act.reason': 'named in the request' })
    await record(lia, form, 'P-1')

    await lia.page.goto(`${at.story.server.address}/#/designations/${encodeURIComponent('OFAC-SDN/11440')}`)
    const fto = lia.page.getByTestId('inforce').locator('tr[data-programme="FTO"]')
    await expect.poll(() => fto.getAttribute('data-standing')).toBe('in')
    const type = async (slider: string, to: string) => {
      await lia.page.getByTestId(slider).getByRole('textbox').fill(to)
      await lia.page.getByTestId(slider).getByRole('textbox').press('Enter')
    }
    await type('designation-at', '2025-02-18 12:00')
    await expect.poll(() => fto.getAttribute('data-standing')).not.toBe('in')
    await type('designation-at', '2025-02-20 12:00')
    await expect.poll(() => fto.getAttribute('data-standing')).toBe('in')
    await type('designation-known', '2025-02-18 12:00')
    await expect.poll(async () => (await fto.count()) === 0 || (await fto.getAttribute('data-standing')) !== 'in').toBe(true)
    await type('designation-known', '2026-05-01')
    await lia.page.getByTestId('history').waitFor()
    await lia.noFaults('an organisation')
    await lia.screenshot('designation')
    await survives(lia, lia.page.getByTestId('inforce').locator('tbody'), lia.page.getByTestId('history').locator('tbody'))
  })

  test('authority: what was said stands beside the record, and no winner is picked', async () => {
    await go(lia, 'page.nav.statements')
    const say = async (id: string, party: string, manner: string, claim: string, quotation: string) => {
      await lia.page.getByRole('button', { name: lia.w('page.statements.add'), exact: true }).click()
      const form = lia.page.getByTestId('act-statement.made')
      await fill(lia, form, { 'page.act.id': id, 'page.act.party': party, 'page.act.office': 'minister', 'page.act.date': '2025-02-11', 'page.act.quotation': quotation, 'page.act.language': 'es-MX', 'page.act.about.from': '2025-01-31', 'page.act.about.to': '2025-02-04' })
      await form.getByLabel(lia.w('page.act.paper.file')).setInputFiles(paper)
      await form.locator('code').waitFor()
      await select(lia, form, 'page.act.manner').selectOption(manner)
      if (claim) {
        await select(lia, form, 'page.act.claim').selectOption(claim)
        await fill(lia, form, { 'page.act.claim.state': 'MEX' })
      }
      await record(lia, form, id)
    }
    await say('not-entered', 'MEX/SEDENA', 'claims', 'did-not-enter', 'Ellos no violaron el espacio aéreo nacional')
    await say('flew', 'USA', 'claims', 'flights-over', 'Flights were made')
    await lia.page.getByTestId('said').getByRole('button', { name: 'MEX/SEDENA' }).click()
    await lia.page.getByTestId('finding').filter({ hasText: lia.w('finding.cannot-be-determined') }).waitFor()
    await lia.page.getByTestId('others').getByText('Flights were made').waitFor()
    await lia.noFaults('statements')
    await lia.screenshot('statements')
    await lia.page.getByLabel(lia.w('page.act.party'), { exact: true }).fill('USA')
    await lia.page.getByRole('button', { name: lia.w('page.flights.filter') }).click()
    await expect.poll(() => lia.page.getByTestId('said').locator('tbody tr').count()).toBe(1)
    await at.story.restart(lia)
    await lia.page.reload()
    await lia.page.getByTestId('finding').filter({ hasText: lia.w('finding.cannot-be-determined') }).waitFor()
    await expect.poll(() => lia.page.getByTestId('said').locator('tbody tr').count()).toBe(1) // narrowed as before
    await select(lia, lia.page.locator('.left'), 'page.act.manner').selectOption('denies')
    await expect.poll(() => lia.page.getByTestId('said').locator('tbody tr').count()).toBe(0)
  })

  test('authority: the tempo is plots and the same in figures, and a week without a record is no zero', async () => {
    await go(lia, 'page.nav.tempo')
    // The clip comes into the USA and leaves it; of the weeks around it nothing is on record.
    await lia.page.getByLabel(lia.w('page.tempo.from')).fill('2025-02-17')
    await lia.page.getByLabel(lia.w('page.tempo.to')).fill('2025-03-24')
    await lia.page.getByLabel(lia.w('page.tempo.split')).fill('2025-03-03')
    await lia.page.getByLabel(lia.w('page.entries.state')).fill('USA')
    await lia.page.getByRole('button', { name: lia.w('page.tempo.count'), exact: true }).click()
    const table = lia.page.getByTestId('tempo').locator('tbody tr')
    await expect.poll(() => table.count()).toBe(5)
    const none = table.filter({ hasText: lia.w('kept.no-record') })
    expect(await none.count()).toBeGreaterThan(0)
    expect(await none.first().locator('td').nth(3).innerText()).toBe('—')
    await expect.poll(() => lia.page.getByTestId('tempo-plot').locator('canvas').count()).toBe(3)
    const saved = lia.page.waitForEvent('download')
    await lia.page.getByRole('button', { name: lia.w('page.tempo.csv') }).click()
    expect(readFileSync(await (await saved).path(), 'utf8').split('\r\n')).toHaveLength(7)
    await lia.noFaults('tempo')
    await lia.screenshot('tempo')
    await survives(lia, lia.page.getByTestId('tempo').locator('tbody'), lia.page.getByTestId('tempo-sums').locator('tbody'))
  })

  test('authority: an entry says by what leave it was, then and now', async () => {
    const { ana } = at
    await go(lia, 'page.nav.authorise')
    await newPlan(lia, 'S-3', Date.UTC(2025, 2, 3, 16))
    await lia.page.getByRole('button', { name: lia.w('page.authorise.file') }).click()
    await lia.page.getByTestId('plans').getByRole('button', { name: /S-3/ }).click()
    await lia.page.getByRole('button', { name: lia.w('page.act.flown'), exact: true }).click()
    const form = lia.page.getByTestId('act-plan.flown')
    await fill(lia, form, { 'page.column.flight': at.clip })
    await record(lia, form, 'S-3')
    await ana.nav('page.nav.entries')
    const mine = ana.page.getByTestId('entries').locator('tbody tr').filter({ hasText: at.clip }).filter({ hasText: 'MEX' }).first()
    await mine.getByText(ana.w('leave.none'), { exact: true }).waitFor()
    await mine.getByRole('button').click()
    await ana.page.getByTestId('leave').waitFor()
    await expect.poll(async () => (await described(ana.page)).filter((d) => d.standing === 'uncleared').map((d) => d.kind).sort()).toEqual(['airspace', 'entry'])
    await ana.noFaults('entries with their leave')
    await ana.screenshot('entries-leave')
    await survives(ana, mine, ana.page.getByTestId('leave').locator('dd'))
  })

  test.each(['day', 'night', 'red'] as const)('authority: %s is legible', async (theme) => {
    await lia.page.evaluate((theme) => { document.documentElement.dataset.theme = theme }, theme)
    for (const tab of ['page.nav.authorise', 'page.nav.record', 'page.nav.designations', 'page.nav.statements', 'page.nav.tempo'] as const) {
      await go(lia, tab)
      await lia.noFaults(`${tab}, ${theme}`)
    }
  })
}
