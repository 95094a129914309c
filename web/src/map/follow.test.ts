import { expect, test } from 'vitest'
import { emptyFrame, flag, type MovingFrame } from '../live/frame'
import { whereIs } from './follow'

const frame: MovingFrame = {
  ...emptyFrame, ids: Uint32Array.of(7, 8), flags: Uint8Array.of(0, flag.unknown), lonLat: Int32Array.of(-1109e6, 313e6, 0, 0),
  footprintOf: Uint32Array.of(8, 7), footprintFlags: Uint8Array.of(0, flag.unknown), footprintCentres: Int32Array.of(-1070e6, 300e6, 0, 0),
}

test.each([
  [7, 'aircraft', [-110.9, 31.3]], [8, 'footprint', [-107, 30]],
  // what is not known is nowhere, and the one is never taken for the other
  [8, 'aircraft', undefined], [7, 'footprint', undefined], [9, 'aircraft', undefined], [9, 'footprint', undefined],
] as const)('%d, its %s', (id, what, at) => expect(whereIs({ id, what }, frame)).toEqual(at))
