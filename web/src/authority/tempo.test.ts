import { expect, test } from 'vitest'
import type { Tempo } from '../api/client'
import { columnsOf, csv } from './tempo'

const week = (n: number, more: Partial<Tempo>): Tempo => ({
  week: `2025-W0${n}`, state: 'MEX', from: `2025-02-0${n}T00:00:00Z`, to: `2025-02-0${n + 1}T00:00:00Z`, record: 'complete', flights: 0, most_flights: 0, hours: 0, depth_m: null, days_complete: 7, events: [], ...more,
})

test('a week without a record is no zero', () => {
  const weeks = [week(1, { flights: 2 }), week(2, {}), week(3, { record: 'no-record', flights: null, hours: null, most_flights: null })]
  const c = columnsOf(weeks, 'flights')
  expect(c.values).toEqual([2, 0, null])
  expect(c.none).toEqual([[Date.UTC(2025, 1, 3) / 1000, Date.UTC(2025, 1, 4) / 1000]])
  expect(columnsOf(weeks, 'depth_m').none).toHaveLength(1)
  expect(csv(weeks).split('\r\n')[3]).toBe('2025-W03,MEX,2025-02-03T00:00:00Z,2025-02-04T00:00:00Z,no-record,,,,,7')
})
