// Which screens are about authority, and for whom: what is on record is everybody's to read.
export const deciders = ['planner', 'operator', 'liaison', 'auditor', 'administrator'] as const

export const authorityScreens = [
  { id: 'authorise', text: 'page.nav.authorise', roles: deciders },
  { id: 'record', text: 'page.nav.record', roles: [] },
  { id: 'designations', text: 'page.nav.designations', roles: [] },
  { id: 'statements', text: 'page.nav.statements', roles: [] },
  { id: 'tempo', text: 'page.nav.tempo', roles: [] },
] as const
