import { expect, test } from 'vitest'
import { together } from './marking'

test('markings together are the highest, released only to whom each is', () => {
  expect(together([])).toBeNull()
  expect(together([null, undefined])).toBeNull()
  const open = { classification: 'UNCLASSIFIED', country: 'USA', releasable: ['USA', 'MEX'] }
  const shut = { classification: 'SECRET', country: 'USA', caveats: 'ORCON', releasable: ['USA', 'CAN'] }
  expect(together([open, null])).toEqual(open)
  expect(together([open, shut])).toEqual({ classification: 'SECRET', country: 'USA', caveats: 'ORCON', releasable: ['USA'] })
  expect(together([shut, open])).toEqual({ classification: 'SECRET', country: 'USA', caveats: 'ORCON', releasable: ['USA'] })
  expect(together([{ classification: 'RESTRICTED' }, open])?.releasable).toEqual([])
})
