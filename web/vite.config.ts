import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// The page is embedded in the binary and asks nobody but its own server: relative addresses, same-origin workers.
export default defineConfig({
  plugins: [svelte()],
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
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
