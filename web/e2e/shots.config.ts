import { defineConfig } from 'vitest/config'

// The pictures of docs/screens, taken of the demonstration and of two nodes that are joined: npm run shots
export default defineConfig({
  test: { include: ['e2e/shots.test.ts', 'e2e/shots.share.test.ts'], environment: 'node', testTimeout: 600_000, hookTimeout: 240_000, fileParallelism: false },
})
