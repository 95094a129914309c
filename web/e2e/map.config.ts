import { defineConfig } from 'vitest/config'

// The browser tests of the map: vitest run --config e2e/map.config.ts
export default defineConfig({
  test: { include: ['e2e/map.test.ts', 'e2e/overlay.test.ts'], environment: 'node', testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false },
})
