import { chromium } from 'playwright-core'
const base = 'http://127.0.0.1:7070'
const link = process.argv[2]
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-quic','--no-first-run','--disable-background-networking','--use-gl=angle','--use-angle=swiftshader','--enable-unsafe-swiftshader','--autoplay-policy=no-user-gesture-required'] })
const ctx = await b.newContext({ viewport: { width: 1500, height: 900 }, locale: process.env.LOC ?? 'en-US', timezoneId: 'America/Mexico_City', storageState: process.env.STATE || undefined })
const p = await ctx.newPage()
p.on('console', m => { if (['error','warning'].includes(m.type())) console.log('CONSOLE', m.type(), m.text().slice(0,300)) })
p.on('pageerror', e => console.log('PAGEERROR', e.message.slice(0,500)))
p.on('requestfailed', r => console.log('FAILED', r.url().slice(0,120), r.failure()?.errorText))
p.on('request', r => { if (!r.url().startsWith(base) && !r.url().startsWith('blob:') && !r.url().startsWith('data:')) console.log('EXTERNAL', r.url()) })
if (link) {
  await p.goto(link)
  await p.waitForSelector('form')
  await p.screenshot({ path: '/tmp/look/setup.png' })
  await p.fill('input[autocomplete=username]', 'ana')
  const pw = await p.$$('input[type=password]')
  for (const x of pw) await x.fill('correct horse battery staple')
  await p.click('button.main')
  await p.waitForSelector('[data-testid=aircraft]')
  await ctx.storageState({ path: '/tmp/look/state.json' })
}
const steps = (process.env.STEPS ?? 'live').split(' ')
for (const s of steps) {
  const [name, hash] = s.split('=')
  await p.goto(base + '/' + (hash ? '#/' + hash.replaceAll('~','=') : '#/' + name))
  await p.waitForTimeout(Number(process.env.WAIT ?? 6000))
  await p.screenshot({ path: `/tmp/look/${name}.png` })
  console.log(name, 'ok')
}
await b.close()
