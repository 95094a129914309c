import { defineConfig } from 'vitest/config'

// What the page costs, in a real browser: vitest run --config bench/config.ts. `make bench` reads the lines that begin with FIGURE.
export default defineConfig({
  test: { include: ['bench/*.bench.ts'], environment: 'node', testTimeout: 1_800_000, hookTimeout: 240_000, fileParallelism: false, disableConsoleIntercept: true },
})
