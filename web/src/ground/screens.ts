// Which screens are about the ground: where to look next, who looked where, what was found.
export const groundScreens = [
  { id: 'plan', text: 'page.nav.plan', roles: ['planner', 'operator', 'liaison', 'auditor', 'administrator'] },
  { id: 'seen', text: 'page.nav.seen', roles: [] },
  { id: 'coverage', text: 'page.nav.coverage', roles: [] },
  { id: 'sites', text: 'page.nav.sites', roles: [] },
] as const
