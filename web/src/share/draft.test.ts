import { describe, expect, test } from 'vitest'
import { blank, draftOf, listOf, queryOf, samePerson } from './draft'
import { finenessOf, officeOf, type TypedOffice } from './office'

const near = Date.UTC(2026, 2, 1)

describe('a draft', () => {
  test('is of a flight, a site or a period', () => {
    expect(draftOf({ ...blank, flight: ' LOCAL-2026-0001 ' }, near).body).toEqual({ flight: 'LOCAL-2026-0001' })
    expect(draftOf({ ...blank, of: 'site', site: '12' }, near).body).toEqual({ site: 12 })
    expect(draftOf({ ...blank, of: 'period', from: '2026-03-01', to: '2026-03-02 12:00' }, near).body).toEqual({ from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T12:00:00.000Z' })
  })

  test.each([
    [{ flight: '' }, 'flight'], [{ flight: 'yesterday' }, 'flight'],
    [{ of: 'site', site: '0' }, 'site'], [{ of: 'site', site: '1.5' }, 'site'], [{ of: 'site', site: 'x' }, 'site'],
    [{ of: 'period', from: '2026-02-30', to: '2026-03-02' }, 'from'], [{ of: 'period', from: '2026-03-02', to: '2026-03-02' }, 'to'],
    [{ flight: 'LOCAL-2026-0001', states: 'Mexico' }, 'states'],
  ] as const)('with %o names the field that is no good', (typed, wrong) => {
    expect(draftOf({ ...blank, ...typed }, near).wrong).toBe(wrong)
  })

  test('says of its marking what was typed and nothing else', () => {
    expect(draftOf({ ...blank, of: 'site', site: '1', states: 'mex, GTM MEX', caveats: 'sierra, sierra madre', handling: 'TLP:RED' }, near).body).toEqual({
      site: 1, releasable_to: ['MEX', 'GTM'], caveats: ['SIERRA', 'SIERRA MADRE'], handling: 'TLP:RED',
    })
    expect(listOf(' ')).toEqual([])
  })
})

test('letters of another size make no other person', () => {
  expect(samePerson('ana', ' ANA')).toBe(true)
  expect(samePerson('ana', 'ben')).toBe(false)
})

test('what is not said is not asked', () => {
  expect(queryOf({ office: 'MEX/SEDENA', purpose: 'ferry', after: '' })).toEqual({ office: 'MEX/SEDENA', purpose: 'ferry' })
  expect(queryOf({ office: 'MEX/SEDENA', purpose: 'ferry', after: '2026-03-01T00:00:00Z' })).toHaveProperty('not_before')
})

describe('an office', () => {
  const good: TypedOffice = {
    office: 'MEX/SEDENA', level: 'RESTRICTED', handling: 'TLP:AMBER', compartments: 'sierra', classes: ['position'], purposes: ['find-laboratories'], place: '5', time: '12', hours: '1.5',
    node: 'node-mex+0a1b2c3d+AAAA', people: 'luz+0a1b2c3d+BBBB\n mar+0a1b2c3d+CCCC', witness: '',
  }
  test('is sent as it is typed', () => {
    expect(officeOf(good).body).toEqual({
      office: 'MEX/SEDENA', level: 'RESTRICTED', handling: 'TLP:AMBER', compartments: ['SIERRA'], classes: ['position'], purposes: ['find-laboratories'], place_digits: 5, time_digits: 12, delay_s: 5400,
      node: 'node-mex+0a1b2c3d+AAAA', signatories: ['luz+0a1b2c3d+BBBB', 'mar+0a1b2c3d+CCCC'],
    })
  })
  test.each([[{ office: 'MEX' }, 'office'], [{ classes: [] }, 'classes'], [{ purposes: [] }, 'purposes'], [{ hours: '-1' }, 'hours'], [{ hours: 'soon' }, 'hours'], [{ node: 'x' }, 'node'], [{ people: '' }, 'people'], [{ people: 'luz' }, 'people']] as const)('with %o is not', (typed, wrong) => {
    expect(officeOf({ ...good, ...typed }).wrong).toBe(wrong)
  })
})

test('digits of an instant come to a part of a calendar', () => {
  expect([0, 4, 6, 8, 10, 12, 14, 17].map(finenessOf)).toEqual(['none', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fraction'])
})
