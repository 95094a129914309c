// Connects to a TAK server with node-tak and prints every event that comes, as node-cot reads it, and when it came: one JSON object a line.
// node receive.js ssl://HOST:PORT CERTIFICATE.pem KEY.pem
import { readFileSync } from 'node:fs'
import TAK from '@tak-ps/node-tak'

const [url, cert, key] = process.argv.slice(2)
const say = (what) => process.stdout.write(JSON.stringify({ ...what, at: new Date().toISOString() }) + '\n')

const tak = await TAK.connect('peer', new URL(url), { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') })
tak.on('ping', () => say({ open: tak.open, server: tak.version ?? '' }))
tak.on('cot', (cot) => say({ event: cot.raw.event, feature: cot.is_tasking() ? null : cot.to_geojson() }))
tak.on('error', (error) => say({ error: String(error) }))
tak.on('end', () => {
  say({ end: true })
  process.exit(0)
})
