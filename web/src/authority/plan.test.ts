import { expect, test } from 'vitest'
import { FieldError, initial, type Value } from './document'
import { planForm, planOf, routeLine, routeOf } from './plan'

const typed: Record<string, Value> = {
  ...Object.fromEntries(planForm.fields.map((f) => [f.at, initial(f)])),
  sortie: 'S-1', operator: 'USA/CBP', 'aircraft.tail': 'N700', planner: 'ana', 'scope.organisations': '11440', basis: 'order O-1\nclearance C-1', sensors: 'video 0.5\ninfrared',
  route: '31.5, -110.3, 1400, MSL, 2025-03-10 12:00\n27, -107, 6000, MSL, 2025-03-10 16:00',
}

test('fields make the plan that the command reads', () => {
  expect(planOf(typed)).toEqual({
    sortie: 'S-1', operator: 'USA/CBP', aircraft: { tail: 'N700', type: 'mq-9a', state_aircraft: true, unmanned: true }, planner: 'ana', purpose: 'find-laboratories',
    scope: { by: 'designation', list: 'OFAC-SDN', programme: 'FTO', organisations: ['11440'] }, basis: [{ basis: 'order', id: 'O-1' }, { basis: 'clearance', id: 'C-1' }],
    sensors: [{ name: 'video', finest_ground_m: 0.5 }, { name: 'infrared' }], retention: '30d',
    route: [{ lat: 31.5, lon: -110.3, altitude_m: 1400, datum: 'MSL', at: '2025-03-10T12:00:00Z' }, { lat: 27, lon: -107, altitude_m: 6000, datum: 'MSL', at: '2025-03-10T16:00:00Z' }],
  })
  expect(planOf({ ...typed, 'scope.by': 'agreement' }).scope).toEqual({ by: 'agreement' })
})

test('a route is written as it is read', () => {
  const route = routeOf(typed['route'] as string)!
  expect(routeOf(route.map(routeLine).join('\n'))).toEqual(route)
  for (const wrong of ['31.5, -110.3', '31.5, -110.3, 1400, AGL, 2025-03-10', 'a, b, c, MSL, 2025-03-10', '1, 2, 3, MSL, soon']) expect(() => routeOf(wrong), wrong).toThrow(FieldError)
  expect(() => planOf({ ...typed, basis: 'order' })).toThrow(FieldError)
})
