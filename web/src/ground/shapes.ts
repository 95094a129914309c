import { area } from '../place/geodesy'
import type { Shape } from './task'

/** Square metres of a shape, without what is cut out. */
export const areaOf = (s: Shape): number => Math.abs(area(s.points)) - s.holes.reduce((sum, h) => sum + Math.abs(area(h)), 0)
