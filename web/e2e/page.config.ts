import { defineConfig } from 'vitest/config'

// The page against the real server, in a real browser: vitest run --config e2e/page.config.ts. OVERFLIGHT_BINARY names the program.
// Each file has a server and a folder of its own, and most of its time is waiting: three go side by side.
export default defineConfig({
  test: {
    include: ['e2e/page.*.test.ts', 'e2e/sent.test.ts', 'e2e/print.test.ts', 'e2e/plan.test.ts', 'e2e/seen.test.ts', 'e2e/sites.test.ts', 'e2e/share.test.ts'],
    environment: 'node', testTimeout: 300_000, hookTimeout: 240_000, maxWorkers: 3, sequence: { concurrent: false }, expect: { poll: { timeout: 60_000, interval: 100 } },
  },
})
