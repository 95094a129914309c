// The nodes of two states, each a process with a folder of its own, joined over TLS in which both show a certificate.
import { execFileSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { binary, freePort } from './server'
import { type Language, Story } from './story'

const openssl = (folder: string, ...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })

/** An authority, and a certificate of it for each of the two, PEM. */
function certify(folder: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl(folder, 'req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=an authority of tests', '-days', '2')
  for (const name of ['operator', 'mexico']) {
    openssl(folder, 'req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}.example`)
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${name}.example\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\n`)
    openssl(folder, 'x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', `${name}.ext`, '-out', `${name}.pem`)
  }
}

export const passphrase = 'una frase larga de prueba'

export class States {
  readonly operator: Story
  readonly partner: Story

  constructor(browser: Browser, language: Language) {
    this.operator = new Story(browser, language, 'serve', true)
    this.partner = new Story(browser, language, 'serve', true)
  }

  /** The overflight command at one of the two. */
  run(at: Story, ...args: string[]): string {
    return execFileSync(binary, [...args, '--data', at.server.folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, LANG: 'en_GB.UTF-8', OVERFLIGHT_PASSPHRASE_FILE: join(this.operator.folder, 'secret') } })
  }

  /** The file of somebody's key. */
  key(name: string): string {
    return join(this.operator.folder, `${name}.age`)
  }

  async start(): Promise<void> {
    const { folder } = this.operator
    certify(folder)
    writeFileSync(join(folder, 'secret'), passphrase + '\n')
    const link = `127.0.0.1:${await freePort()}`
    const pem = (name: string) => `certificate: ${join(folder, name + '.pem')}, key: ${join(folder, name + '.key')}, authorities: ${join(folder, 'ca.pem')}`
    writeFileSync(this.operator.configuration, `party: USA/OPS
marking: {classification: RESTRICTED, releasable_to: [MEX], handling: "TLP:AMBER"}
log: {leaves_per_day: 0}
link: {listen: "${link}", ${pem('operator')}, partners: [{code: MEX, name: mexico.example}]}
`)
    writeFileSync(this.partner.configuration, `operator: MEX
party: MEX
role: partner
log: {leaves_per_day: 0}
origin: {policy: ${join(folder, 'origin')}}
link: {remote: "${link}", name: operator.example, code: MEX, ${pem('mexico')}}
`)
    await this.operator.server.start()
    this.run(this.operator, 'policy', 'make', '-o', join(folder, 'origin'))
    await this.partner.server.start()
  }

  /** Makes the key of somebody as they do; gives its public half. */
  person(name: string): string {
    const env = { ...process.env, OVERFLIGHT_PASSPHRASE_FILE: join(this.operator.folder, 'secret') }
    return execFileSync(binary, ['key', 'person', 'create', name, '-o', this.key(name)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env }).trim().split('\n')[0]!
  }

  /** Makes the key of somebody of the operator, whom the partner's policy vouches for from then on; gives its public half. */
  known(name: string): string {
    const key = this.person(name)
    appendFileSync(join(this.operator.folder, 'origin'), `#person ${key}\n`)
    return key
  }

  expectQuiet(): void {
    this.operator.expectQuiet()
    this.partner.expectQuiet()
  }

  async end(): Promise<void> {
    await this.partner.end()
    await this.operator.end()
  }
}
