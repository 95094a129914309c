// What a sortie takes, put on record with the commands beside a server that runs: for pictures, which are about what is shown.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sample } from './scene'
import { binary, type Server } from './server'

const hour = 3600_000
const stamp = (ms: number) => new Date(Math.floor(ms / 60_000) * 60_000).toISOString().replace('.000Z', 'Z')

/** Puts a sortie with all that it rests on on record, and what two parties say of a flight that was flown. */
export function putOnRecord(server: Server, flown: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'overflight-record-'))
  const here = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return name
  }
  const run = (...args: string[]) => execFileSync(binary, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, OVERFLIGHT_PASSPHRASE_FILE: here('secret', 'correct horse battery staple'), LANG: 'en_GB.UTF-8' } })
  const put = (...args: string[]) => run(...args, '--data', server.folder, '--recorded-by', 'rosa')
  const signed = (name: string, ...args: string[]) => run(...args, '--data', server.folder, '--key', `${name}.age`)
  const digest = (...args: string[]) => (JSON.parse(run(...args, '--data', server.folder, '--json').trim().split('\n').at(-1)!) as { sha256: string }).sha256
  try {
    const takeOff = Math.ceil(Date.now() / hour + 5) * hour
    const from = stamp(takeOff - 48 * hour), to = stamp(takeOff + 96 * hour)
    for (const name of ['diaz', 'luis', 'rosa']) {
      run('key', 'person', 'create', name, '-o', `${name}.age`)
      run('key', 'person', 'register', `${name}.age`, '--data', server.folder, '--by', 'ana')
    }
    const paper = ['--document', here('note.txt', 'A note, as it was received.')]
    put('request', 'add', '--id', 'R-7', '--by', 'MEX/SEDENA', '--question', 'Are there new clearings west of the valley?', '--purpose', 'find-laboratories', '--from', from, '--to', to)
    put('basis', 'add', '--id', 'O-7', '--basis', 'order', '--issuer', 'USA/CBP', '--reference', 'order 7', '--from', from, '--to', to, '--purposes', 'find-laboratories', '--no-lethal-force', ...paper)
    const states = { MEX: { clearance: true, state_aircraft: true, unmanned: true, notice: true, notice_lead: '1h', acknowledgement: true, looks_in: 'with-clearance', inspection: true }, USA: { clearance: false, looks_in: 'permitted' } }
    put('agreement', 'add', here('agreement.json', JSON.stringify({ id: 'A-1', parties: ['USA', 'MEX'], period: { from }, terms: { purposes: ['find-laboratories'], no_lethal_force: true, unarmed: true, warning: '72h', states } })))
    const text = digest('agreement', 'list', 'A-1')
    signed('luis', 'agreement', 'sign', 'A-1', '--party', 'MEX/SRE', '--by', 'luis', '--text', text)
    signed('diaz', 'agreement', 'sign', 'A-1', '--party', 'USA', '--by', 'diaz', '--text', text)
    put('clearance', 'add', '--id', 'SRE-41', '--state', 'MEX', '--issuer', 'MEX/SRE', '--reference', 'SRE/41', '--issued', from, '--from', from, '--to', to, '--unmanned', '--state-aircraft', '--looks', ...paper)
    put('clearance', 'add', '--id', 'SRE-38', '--state', 'MEX', '--issuer', 'MEX/SRE', '--reference', 'SRE/38', '--issued', from, '--from', from, '--to', to, '--unmanned', ...paper)
    put('clearance', 'revoke', 'SRE-38', '--by', 'MEX/SRE', '--reason', 'replaced by SRE/41')
    put('notice', 'add', '--id', 'N-12', '--state', 'MEX', '--sender', 'USA/CBP', '--recipient', 'MEX/SRE', '--sortie', 'CBP-12', '--from', from, '--to', to, '--means', 'note')
    put('notice', 'acknowledge', 'N-12', '--by', 'MEX/SRE')
    const stations = [{ station: '1', carried: 'sensor', item: 'EO turret' }, { station: '2', carried: 'fuel' }, { station: '3', carried: 'nothing' }]
    signed('diaz', 'loadout', 'add', here('loadout.json', JSON.stringify({ id: 'L-12', tail: 'OVF-04', stations, capable: true, armed: false, by: 'diaz', at: stamp(Date.now() - hour), period: { from, to } })))
    signed('luis', 'loadout', 'inspect', 'L-12', '--party', 'MEX', '--inspector', 'luis', '--agrees')
    const plan = (sortie: string, tail: string, at: number, cited: object) => ({
      sortie, operator: 'USA/CBP', aircraft: { tail, type: 'mq-9a', state_aircraft: true, unmanned: true }, planner: 'pat', purpose: 'find-laboratories', basis: [{ basis: 'order', id: 'O-7' }],
      scope: { by: 'designation', list: 'OFAC-SDN', programme: 'FTO', organisations: ['11440'] }, retention: '30d', sensors: [{ name: 'EO turret', finest_ground_m: 0.5 }], ...cited,
      route: [[31.6, -110.6], [31.1, -110.3], [30.9, -109.75], [31.6, -109.9]].map(([lat, lon], i) => ({ lat, lon, altitude_m: 6000, datum: 'MSL', at: stamp(at + i * 0.5 * hour) })),
    })
    put('sortie', 'file', here('plan.json', JSON.stringify({ plan: plan('CBP-12', 'OVF-04', takeOff, { loadout: 'L-12', notices: ['N-12'], clearances: ['SRE-41'], requests: ['R-7'] }) })))
    put('sortie', 'file', here('older.json', JSON.stringify({ plan: plan('CBP-02', 'OVF-01', Date.UTC(2025, 2, 3, 16), { clearances: ['SRE-38'] }) })))
    put('sortie', 'flown', 'CBP-02', '--flight', flown, '--by', 'pat')
    const sha = digest('sortie', 'list', 'CBP-12')
    for (const [name, role] of [['diaz', 'chief'], ['rosa', 'duty officer']] as const) signed(name, 'sortie', 'approve', 'CBP-12', '--plan', sha, '--by', name, '--role', role)
    run('authorise', 'CBP-12', '--data', server.folder, '--by', 'diaz')
    const said = (id: string, party: string, speaker: readonly [string, string], language: string, quotation: string, ...more: string[]) =>
      put('statement', 'add', '--id', id, '--party', party, ...speaker, '--date', '2025-03-04', '--source', here('transcript.txt', 'What was said.'), '--language', language, '--quotation', quotation, '--paraphrase', ...more)
    said('not-entered', 'MEX/SEDENA', ['--office', 'minister'], 'es-MX', 'No ingresaron al espacio aéreo nacional.', '--kind', 'claims', '--flight', flown, '--claim', 'did-not-enter', '--state', 'MEX')
    said('cannot-rule-out', 'MEX/SEDENA', ['--office', 'minister'], 'es-MX', 'No se puede descartar que se haya observado desde afuera.', '--kind', 'cannot-say', '--flight', flown, '--claim', 'looked-in-from-outside', '--state', 'MEX')
    said('over', 'USA', ['--unnamed', 'a senior official'], 'en', 'The flights reached well into the country.', '--kind', 'claims', '--flight', flown, '--claim', 'flights-over', '--state', 'MEX')
    said('silent', 'USA', ['--office', 'spokesperson'], 'en', 'Nothing to add.', '--kind', 'did-not-address', '--answers', 'over')
    const list = sample('authority', 'sdn_2026-04-23_extract.csv')
    if (list) run('designations', 'import', list, '--document-date', '2026-04-23', '--data', server.folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
