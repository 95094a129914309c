import { defineConfig } from 'vitest/config'

// The pictures of docs/screens, taken of the demonstration: npm run shots
export default defineConfig({
  test: { include: ['e2e/shots.test.ts'], environment: 'node', testTimeout: 600_000, hookTimeout: 240_000, fileParallelism: false },
})
