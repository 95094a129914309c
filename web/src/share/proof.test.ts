// What a product rests on is found out from the bytes alone, and any part of it that is changed is named.
import { ed25519 } from '@noble/curves/ed25519.js'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { canonical } from '../sign/canonical'
import { keyID, lineOf, textOf } from '../sign/signature'
import { base64, encode, hex, join, uint64 } from '../verify/bytes'
import { leafOf, type Opening } from '../verify/entry'
import { sha256 } from '../verify/sha256'
import { leafHash, nodeHash } from '../verify/tree'
import { prove, stands, steps, type ProofStep, type StepID } from './proof'
import { verify } from './verified'

interface Vector {
  product: string
  wrong: string
}
const product = (JSON.parse(readFileSync(new URL('../../../docs/vectors/redaction/products.json', import.meta.url), 'utf8')) as Vector[]).find((v) => v.wrong === '')!.product
const statement = (JSON.parse(product) as { statement: { id: string; version: number; made: string; records: number; root: string; supersedes: string } }).statement

/** A key that signs as somebody: of a log or a person (1), or of a witness (4). */
function keyOf(name: string, type: number) {
  const secret = sha256(encode('secret of ' + name))
  const typed = join(Uint8Array.of(type), ed25519.getPublicKey(secret))
  const id = keyID(name, typed)
  return { name, id, text: `${name}+${id}+${base64(typed)}`, sign: (m: string) => ed25519.sign(encode(m), secret) }
}
const log = keyOf('log.example', 1), witness = keyOf('witness-mex', 4), ana = keyOf('ana', 1), ben = keyOf('ben', 1)

const form = (v: object) => canonical(encode(JSON.stringify(v)))
const digest = (v: object) => hex(sha256(form(v)))

interface Made {
  parcel: { checkpoint: string; office: Logged; report: Logged; release: Logged; view?: Logged; product: string }
  cosigned: string
  policy: string
}
interface Logged {
  document: Record<string, unknown>
  index: number
  opening: string
  proof: string[]
}

const office = { office: 'MEX/SEDENA', version: 1 }
const drafted = { statement, subject: 'ab', marking: {} }
const released = { id: 'RL-1', report: statement.id, version: 1, root: statement.root, office: 'MEX/SEDENA', office_act: digest(office), product: hex(sha256(encode(product))), purpose: 'find-laboratories', by: ['ana', 'ben'] }
const view = { id: 'V-1', office: 'MEX/SEDENA', purpose: 'find-laboratories', by: ['ana', 'ben'] }
const byView = { ...released, by: ['', ''], standing: 'V-1' }

/** The fourth act is a view, where the release is by one. */
function made(release: Record<string, unknown> = released, signers = [ana, ben], agreed: Record<string, unknown> = view): Made {
  const fourth = 'standing' in release ? 'view.agreed/v1' : 'entry.withheld/v1'
  const acts = [['office.described/v1', office], ['report.drafted/v1', drafted], ['report.released/v1', release], [fourth, fourth === 'view.agreed/v1' ? agreed : {}]] as const
  const logged = acts.map(([act, document], index): Logged & { leaf: Uint8Array } => {
    const signatures = act === (fourth === 'view.agreed/v1' ? fourth : 'report.released/v1') ? signers.map((k) => lineOf(k, k.sign(textOf(act, form(document))))) : []
    const o: Opening = { salt: new Uint8Array(16).fill(index), kind: 'authorisation/v1', body: form({ act, document, id: 'x', signatures }) }
    const opening = encode(`{"body":"${base64(o.body)}","kind":"${o.kind}","salt":"${hex(o.salt)}","version":1}`)
    return { document: document as Record<string, unknown>, index, opening: base64(opening), proof: [], leaf: leafHash(leafOf(o)) }
  })
  const [a, b, c, d] = logged.map((l) => l.leaf) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const ab = nodeHash(a, b), cd = nodeHash(c, d)
  const paths = [[b, cd], [a, cd], [d, ab], [c, ab]]
  const [x, y, z, w] = logged.map((l, i) => ({ document: l.document, index: i, opening: l.opening, proof: paths[i]!.map(hex) })) as [Logged, Logged, Logged, Logged]
  const text = `log.example\n4\n${base64(nodeHash(ab, cd))}\n`
  const checkpoint = `${text}\n${lineOf(log, log.sign(text)).line}\n`
  const at = 1_772_000_000n
  const cosigned = `${checkpoint}${lineOf(witness, join(uint64(at), witness.sign(`cosignature/v1\ntime ${at}\n${text}`))).line}\n`
  return {
    parcel: { checkpoint: base64(encode(checkpoint)), office: x, report: y, release: z, ...(fourth === 'view.agreed/v1' ? { view: w } : {}), product: base64(encode(product)) }, cosigned, policy: `log ${log.text}\n#person ${ana.text}\n#person ${ben.text}\nquorum none\n`,
  }
}

const found = (m: Made, document = product): Promise<ProofStep[]> => prove(document, verify(document, released.product), { parcel: JSON.stringify(m.parcel), cosigned: m.cosigned }, m.policy, witness.text)
const of = (all: ProofStep[], what: ProofStep['found']) => all.filter((s) => s.found === what).map((s) => s.id)

describe('what a product rests on', () => {
  test('holds, each part by its name', async () => {
    const all = await found(made())
    expect(all.map((s) => s.id)).toEqual([...steps])
    expect(of(all, 'held')).toEqual([...steps])
    expect(stands(all)).toBe(true)
    expect(all.find((s) => s.id === 'signed')!.args).toEqual(['ana, ben'])
    expect(all.find((s) => s.id === 'cosigned')!.args).toEqual(['witness-mex', '4', '2026-02-25T06:13:20Z'])
  })

  const changed: readonly (readonly [string, StepID[], (m: Made) => Made])[] = [
    ['another proof', ['released', 'signed', 'inclusion'], (m) => ((m.parcel.release.proof[0] = m.parcel.release.proof[1]!), m)],
    ['another statement', ['root'], (m) => ((m.parcel.report.document = { ...drafted, statement: { ...statement, version: 2 } }), m)],
    ['another product', ['released'], () => made({ ...released, product: digest({}) })],
    ['the root of another report', ['released'], () => made({ ...released, root: digest({}) })],
    ['one signature', ['signed'], () => made(released, [ana])],
    ['one person who signs twice', ['signed'], () => made({ ...released, by: ['ana', 'ana'] }, [ana])],
    ['the signature of another', ['signed'], () => made(released, [ana, { ...ben, sign: ana.sign }])],
    ['a checkpoint of another log', ['log'], (m) => ((m.policy = m.policy.replace(log.text, keyOf('log.other', 1).text)), m)],
    ['the cosignature of another checkpoint', ['cosigned'], (m) => ((m.cosigned = m.cosigned.replace('\n4\n', '\n5\n')), m)],
    ['the cosignature of another witness', ['cosigned'], (m) => ((m.cosigned = m.cosigned.replace('witness-mex', 'witness-usa')), m)],
  ]
  test.each(changed)('names what does not hold: %s', async (_, wrong, change) => {
    const all = await found(change(made()))
    expect(of(all, 'wrong')).toEqual(wrong)
    expect(stands(all)).toBe(false)
  })

  test('does not hold of other bytes, nor of a parcel that is none', async () => {
    expect(of(await found(made(), product.replace('"version":1', '"version":2')), 'wrong')).toEqual(['root', 'released'])
    const torn = await prove(product, verify(product, released.product), { parcel: '{"checkpoint":', cosigned: '' }, made().policy, witness.text)
    expect(of(torn, 'held')).toEqual(['commitments'])
    expect(of(torn, 'untold')).toEqual([])
  })

  test('is not said to be wrong where it cannot be told', async () => {
    const m = made()
    const unknown = await found({ ...m, policy: `log ${log.text}\nquorum none\n`, cosigned: '' })
    expect(of(unknown, 'untold')).toEqual(['signed', 'cosigned'])
    expect(stands(unknown)).toBe(true)
    const before = await prove(product, verify(product, released.product), { parcel: '', cosigned: '' }, m.policy, witness.text)
    expect(of(before, 'held')).toEqual(['commitments'])
    expect(of(before, 'wrong')).toEqual([])
  })

  test('holds by a view, which the two signed', async () => {
    const all = await found(made(byView))
    expect(of(all, 'held')).toEqual([...steps])
    expect(all.find((s) => s.id === 'signed')!.args).toEqual(['ana, ben', 'V-1'])
    expect(all.find((s) => s.id === 'inclusion')!.args).toEqual(['0, 1, 2, 3', '4'])
  })

  test('does not hold without the view that it is by, nor with one that it is not by', async () => {
    const without = made(byView)
    delete without.parcel.view
    expect(of(await found(without), 'wrong')).toEqual(['signed'])
    const needless = made()
    needless.parcel.view = needless.parcel.release
    expect(of(await found(needless), 'wrong')).toEqual(['signed', 'inclusion'])
  })

  test.each([
    ['one signature', made(byView, [ana])],
    ['another office', made(byView, [ana, ben], { ...view, office: 'MEX/FGR' })],
    ['another purpose', made(byView, [ana, ben], { ...view, purpose: 'other' })],
    ['another view', made(byView, [ana, ben], { ...view, id: 'V-2' })],
    ['the signature of another', made(byView, [ana, { ...ben, sign: ana.sign }])],
  ] as const)('does not hold by a view with %s', async (_, m) => {
    expect(of(await found(m), 'wrong')).toEqual(['signed'])
  })

  // The parcels that another implementation tries itself on: those of docs/vectors.
  test.each([['parcel.json', ['ana, ben']], ['parcel_view.json', ['ana, ben', 'V-1']]] as const)('holds of %s', async (name, signed) => {
    const at = (file: string) => readFileSync(new URL('../../../docs/vectors/redaction/' + file, import.meta.url), 'utf8')
    const parcel = at(name), bytes = Buffer.from((JSON.parse(parcel) as { product: string }).product, 'base64')
    const document = bytes.toString('utf8')
    const all = await prove(document, verify(document, hex(sha256(new Uint8Array(bytes)))), { parcel, cosigned: '' }, at('policy'), witness.text)
    expect(of(all, 'held')).toEqual(steps.filter((s) => s !== 'cosigned'))
    expect(all.find((s) => s.id === 'signed')!.args).toEqual(signed)
  })
})
