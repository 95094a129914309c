import { defineConfig } from 'vitest/config'

// What depends on when a picture is drawn, one file after the other and nothing beside it: vitest run --config e2e/timed.config.ts
export default defineConfig({
  test: { include: ['e2e/frames.test.ts', 'e2e/live.test.ts'], environment: 'node', testTimeout: 300_000, hookTimeout: 240_000, fileParallelism: false, sequence: { concurrent: false }, expect: { poll: { timeout: 60_000, interval: 100 } } },
})
