import { readFileSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import { encode } from '../verify/bytes'
import { KeyError, PersonKey } from './keyfile'
import { parseKey, verify } from './signature'

/** Key files that either program made. They are random: each program writes its own, once, and both read both. */
interface FileVector {
  maker: string
  passphrase: string
  file: string
  public: string
  kind: string
  document: string
  line: string
}

const path = (maker: string): URL => new URL(`../../../docs/vectors/signature/keyfile-${maker}.json`, import.meta.url)
const vector = (maker: string): FileVector => JSON.parse(readFileSync(path(maker), 'utf8')) as FileVector

const passphrase = 'una frase de contraseña que nadie sabe'
const kind = 'loadout.attested/v1'
const document = '{"armed":false,"stations":["cámara"]}'
const quick = 10

if (process.env['UPDATE_KEYFILES'] === '1') {
  const key = PersonKey.create('José.Peña')
  const made: FileVector = {
    maker: 'typescript', passphrase, file: new TextDecoder().decode(await key.file(passphrase, quick)), public: key.public.text,
    kind, document, line: (await key.sign(kind, encode(document))).line,
  }
  writeFileSync(path('typescript'), JSON.stringify(made, null, 1) + '\n')
}

const fault = async (look: () => unknown): Promise<string> => {
  try {
    await look()
    return ''
  } catch (e) {
    if (!(e instanceof KeyError)) throw e
    return e.fault
  }
}

test.each(['go', 'typescript'])('the key file of %s opens, and signs the same line', async (maker) => {
  const v = vector(maker)
  const key = await PersonKey.open(encode(v.file), v.passphrase)
  expect(key.public.text).toBe(v.public)
  expect(await key.sign(v.kind, encode(v.document))).toEqual({ name: key.public.name, line: v.line })
  expect(await fault(() => PersonKey.open(encode(v.file), v.passphrase + ' '))).toBe('passphrase')
})

test('a key is made, kept as a file and opened again', async () => {
  const key = PersonKey.create('ana')
  const file = await key.file(passphrase, quick)
  expect(new TextDecoder().decode(file)).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  const again = await PersonKey.open(file, passphrase)
  expect(again.public.text).toBe(key.public.text)
  const signed = await again.sign(kind, encode(document))
  await verify(kind, encode(document), signed, parseKey(key.public.text))
  expect(PersonKey.create('ana').public.text).not.toBe(key.public.text)
})

test('without WebCrypto it is the same', async () => {
  const key = PersonKey.create('ana')
  const native = await key.sign(kind, encode(document))
  const { getRandomValues } = crypto
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) }) // as outside of secure contexts
  try {
    expect(await key.sign(kind, encode(document))).toEqual(native)
  } finally {
    vi.unstubAllGlobals()
  }
})

test('what is no key is refused by name', async () => {
  const file = new TextDecoder().decode(await PersonKey.create('ana').file(passphrase, quick))
  expect(await fault(() => PersonKey.create(''))).toBe('name')
  expect(await fault(() => PersonKey.create('ana luisa'))).toBe('name')
  expect(await fault(() => PersonKey.create('ñ'.repeat(33)))).toBe('name')
  expect(await fault(() => PersonKey.create('ana').file('too short', quick))).toBe('short')
  expect(await fault(() => PersonKey.open(encode(''), passphrase))).toBe('file')
  expect(await fault(() => PersonKey.open(encode(file.slice(0, 200)), passphrase))).toBe('file')
  expect(await fault(() => PersonKey.open(new Uint8Array(17 << 10), passphrase))).toBe('file')
  const { Encrypter, armor } = await import('age-encryption')
  const other = async (text: string): Promise<Uint8Array> => {
    const e = new Encrypter()
    e.setPassphrase(passphrase)
    e.setScryptWorkFactor(quick)
    return encode(armor.encode(await e.encrypt(text)))
  }
  const line = 'PRIVATE+KEY+ana+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
  for (const [text, want] of [
    ['', 'file'],
    [`overflight key v1\nlog\n${line}\n`, 'role'],
    [`overflight key v2\nperson\n${line}\n`, 'file'],
    [`overflight key v1\nperson\n${line}\n`, 'file'], // another identifier
    [`overflight key v1\nperson\n${line}`, 'file'],
    [`overflight key v1\nperson\nPRIVATE+KEY+ana+00000000+AQAA\n`, 'file'],
  ] as const) {
    expect([text, await fault(async () => PersonKey.open(await other(text), passphrase))]).toEqual([text, want])
  }
})

test('a key that is printed shows its public half alone', () => {
  const key = PersonKey.create('ana')
  for (const shown of [String(key), JSON.stringify(key), inspect(key, { depth: 9, showHidden: true })]) expect(shown).not.toMatch(/PRIVATE|seed/)
  expect(JSON.stringify({ key })).toContain(key.public.text)
})
