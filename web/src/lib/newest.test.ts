import { expect, test } from 'vitest'
import { Newest } from './newest'

test('what was asked while it worked and is not the newest is left out, and the newest never is', async () => {
  const done: number[] = []
  let go: () => void = () => undefined
  const newest = new Newest<number>((n) => new Promise((resolve) => {
    go = () => {
      done.push(n)
      resolve()
    }
  }))
  expect(newest.busy).toBe(false)
  for (const n of [1, 2, 3]) newest.ask(n)
  expect(newest.busy).toBe(true)
  go()
  await Promise.resolve()
  newest.ask(4)
  go()
  await Promise.resolve()
  go()
  await Promise.resolve()
  expect(done).toEqual([1, 3, 4])
  expect(newest.busy).toBe(false)
  newest.ask(5)
  go()
  await Promise.resolve()
  expect(done).toEqual([1, 3, 4, 5])
})
