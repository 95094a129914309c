import { svelte } from '@sveltejs/vite-plugin-svelte'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { fileOf, groundOf, type Atlas, type Ground } from './src/map/ground.ts'

/** The ground of the map: `import url from 'ground:land'` makes a file of it and gives its address. */
const ground = (): Plugin => ({
  name: 'overflight:ground',
  resolveId: (id) => (id.startsWith('ground:') ? `\0${id}` : null),
  async load(id) {
    if (!id.startsWith('\0ground:')) return null
    const name = id.slice('\0ground:'.length)
    const atlas = JSON.parse(await readFile(fileURLToPath(import.meta.resolve('world-atlas/countries-50m.json')), 'utf8')) as Atlas
    const file = this.emitFile({ type: 'asset', name: `${name}.json`, source: fileOf(groundOf(atlas)[name as keyof Ground]) })
    return `export default import.meta.ROLLUP_FILE_URL_${file}`
  },
})

/** Of every file that becomes smaller a copy in each coding that browsers take: made once here, not by every server as it starts. */
const smaller = (folder: string): Plugin => {
  let on = false
  return {
    name: 'overflight:smaller',
    apply: 'build',
    configResolved: (c) => void (on = c.build.outDir === folder), // a build for a test is not sent to anybody
    async writeBundle(_, bundle) {
      if (!on) return
      const worth = Object.keys(bundle).filter((name) => /\.(html|js|css|json|svg)$/.test(name))
      await Promise.all(worth.map(async (name) => {
        const file = join(folder, name)
        const plain = await readFile(file)
        const brotli = await promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } })
        await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, await promisify(gzip)(plain, { level: 9 }))])
      }))
    },
  }
}

// The page is embedded in the binary and asks nobody but its own server: relative addresses, same-origin workers.
export default defineConfig({
  plugins: [svelte(), ground(), smaller('dist')],
  base: './',
  resolve: { alias: { $catalogue: fileURLToPath(new URL('../internal/catalogue', import.meta.url)) } },
  server: { fs: { allow: ['..'] } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy of the page allows no data: scripts
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 1500,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
})
