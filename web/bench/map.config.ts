import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['bench/*.bench.ts'], environment: 'node', testTimeout: 180_000, hookTimeout: 120_000, disableConsoleIntercept: true },
})
