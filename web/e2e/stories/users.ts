// Who may sign in, and what each may do: the page leaves out what the server refuses, and the server refuses it.
import { expect, test } from 'vitest'
import { type Key, password, type Person, type Sitting, type Story } from '../story'

/** Invites somebody with one role and gives the link that the page shows. */
export async function invite(admin: Person, name: string, role: string): Promise<string> {
  const { page, w } = admin
  await admin.nav('page.nav.users')
  await page.getByLabel(w('page.name')).fill(name)
  for (const box of await page.getByRole('group', { name: w('page.users.roles') }).getByRole('checkbox').all()) await box.setChecked((await box.getAttribute('value')) === role)
  await page.getByRole('button', { name: w('page.users.add.do') }).click()
  await page.getByRole('status').filter({ hasText: admin.w('page.users.link', name) }).waitFor()
  return (await page.getByTestId('link').textContent())!
}

/** Invites somebody, who takes a password and comes in. */
export async function enter(story: Story, admin: Person, name: string, role: string): Promise<Person> {
  const link = await invite(admin, name, role)
  const p = await story.person()
  await p.page.goto(link)
  await p.page.getByLabel(p.w('page.password'), { exact: true }).fill(password)
  await p.page.getByLabel(p.w('page.password.again')).fill(password)
  await p.page.getByRole('button', { name: p.w('page.setup.do') }).click()
  await p.page.getByRole('button', { name: p.w('page.signout', name) }).waitFor()
  return p
}

const signIn = async (p: Person, name: string) => {
  await p.page.getByLabel(p.w('page.name')).fill(name)
  await p.page.getByLabel(p.w('page.password')).fill(password)
  await p.page.getByRole('button', { name: p.w('page.signin.do') }).click()
}
const rowOf = (p: Person, name: string) => p.page.getByTestId('users').locator('tbody tr').filter({ hasText: name })

export function users(at: Sitting) {
  const screens: Record<string, readonly Key[]> = {
    partner: ['page.nav.flights', 'page.nav.ground', 'page.nav.entries', 'page.nav.authority', 'page.nav.share', 'page.nav.verify'],
    liaison: ['page.nav.live', 'page.nav.flights', 'page.nav.ground', 'page.nav.entries', 'page.nav.authority', 'page.nav.share', 'page.nav.verify', 'page.nav.feeds'],
  }
  const refused: Record<string, readonly [method: string, path: string, body?: object][]> = {
    partner: [['GET', '/sources'], ['GET', '/health'], ['GET', '/live'], ['GET', '/users'], ['GET', '/flights/{clip}/bundle'], ['GET', '/flights/{clip}/playback'], ['POST', '/sources', { url: 'udp://127.0.0.1:5000' }]],
    liaison: [['GET', '/users'], ['POST', '/sources', { url: 'udp://127.0.0.1:5000', name: 'x' }], ['POST', '/users', { name: 'eve', roles: ['administrator'] }], ['PUT', '/users/luis.liaison', { roles: ['administrator'] }]],
  }

  test.each(['partner', 'liaison'])('a %s is invited, comes in once, and may do what a role may', async (role) => {
    const { ana } = at
    const name = `luis.${role}`
    const link = await invite(ana, name, role)
    await ana.noFaults()
    await ana.screenshot('users')

    const luis = await at.story.person()
    const { page, w } = luis
    await page.goto(link)
    await page.getByText(w('page.setup.invited', name)).waitFor()
    await page.getByLabel(w('page.password'), { exact: true }).fill(password)
    await page.getByLabel(w('page.password.again')).fill('something else entirely')
    await page.getByRole('button', { name: w('page.setup.do') }).click()
    await page.getByRole('alert').filter({ hasText: w('page.setup.differ') }).waitFor()
    await luis.noFaults()
    await page.getByLabel(w('page.password.again')).fill(password)
    await page.getByRole('button', { name: w('page.setup.do') }).click()
    await page.getByRole('button', { name: w('page.signout', name) }).waitFor()
    await page.getByText(w('page.connected')).waitFor()
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(screens[role]!.map((k) => w(k)))

    for (const [method, path, body] of refused[role]!) expect(await luis.status(path.replace('{clip}', at.clip), method, body), `${method} ${path}`).toBe(403)
    await page.goto(`${at.story.server.address}/#/users`)
    await page.getByText(w('problem.role', w('role.administrator'))).waitFor()
    expect(await page.getByTestId('users').count()).toBe(0)
    await luis.noFaults()
    await luis.nav('page.nav.flights')
    await page.getByTestId('flights').getByRole('button', { name: at.clip }).click()
    if (role === 'partner') {
      await page.getByText(w('page.review.role')).waitFor()
      expect(await page.getByTestId('bundle').count()).toBe(0)
    } else {
      await luis.settled()
      await page.getByTestId('bundle').waitFor()
      await luis.nav('page.nav.feeds')
      await page.getByTestId('health').waitFor()
      expect(await page.getByRole('button', { name: w('page.feeds.add.do') }).count()).toBe(0)
      expect(await page.getByTestId('sources').getByRole('button').count()).toBe(0)
    }
    await luis.noFaults()

    const late = await at.story.person()
    await late.page.goto(link)
    await late.page.getByRole('alert').filter({ hasText: late.w('problem.set-up-link') }).waitFor()
    await late.context.close()
    await luis.context.close()
  })

  test('who is disabled is out at once, and stays out when the server was killed', async () => {
    const { ana } = at
    const luis = await at.story.person()
    await luis.page.goto(at.story.server.address)
    await signIn(luis, 'luis.partner')
    await luis.page.getByRole('button', { name: luis.w('page.signout', 'luis.partner') }).waitFor()

    await ana.nav('page.nav.users')
    await ana.page.getByRole('button', { name: ana.w('page.users.disable.of', 'luis.partner') }).click()
    await rowOf(ana, 'luis.partner').getByText(ana.w('user.state.disabled')).waitFor()
    await luis.page.getByRole('heading', { name: luis.w('page.signin'), level: 1 }).waitFor()
    const before = await ana.page.getByTestId('users').locator('tbody').innerText()

    await at.story.restart(ana)
    await expect.poll(() => ana.page.getByTestId('users').locator('tbody').innerText()).toBe(before)
    await ana.page.reload()
    await rowOf(ana, 'luis.partner').getByText(ana.w('user.state.disabled')).waitFor()
    expect(await ana.page.getByTestId('users').locator('tbody').innerText()).toBe(before)
    await signIn(luis, 'luis.partner')
    await luis.page.getByRole('alert').filter({ hasText: luis.w('problem.sign-in') }).waitFor()
    await luis.noFaults()

    // Taken back, and in again with the same password.
    await ana.page.getByRole('button', { name: ana.w('page.users.enable.of', 'luis.partner') }).click()
    await rowOf(ana, 'luis.partner').getByText(ana.w('user.state.active')).waitFor()
    await signIn(luis, 'luis.partner')
    await luis.page.getByRole('button', { name: luis.w('page.signout', 'luis.partner') }).click()
    await luis.page.getByRole('heading', { name: luis.w('page.signin'), level: 1 }).waitFor()
    await luis.context.close()
  })
}
