// Which screens are about what is given to whom. Those of the node that releases are not those of the node that receives.
import type { Session } from '../api/client'

/** Who reads what is released to whom. */
export const sharers = ['analyst', 'liaison', 'auditor', 'administrator'] as const
/** Who reads releases: an office of another state, at the operator's node, its own. */
export const officials = [...sharers, 'partner'] as const
/** Who drafts and releases. */
export const releasers = ['analyst', 'liaison', 'administrator'] as const
/** Who takes copies that were released as files: of an office its own. */
export const exporters = ['analyst', 'liaison', 'partner', 'administrator'] as const
/** Who keeps an entry from a state, with a second person. */
export const withholders = ['liaison', 'administrator'] as const
/** Who reads what arrived, at a partner's node. */
export const receivers = ['liaison', 'partner', 'auditor', 'administrator'] as const
/** Who answers for an office there. */
export const answerers = ['liaison', 'partner', 'administrator'] as const

export type Role = Session['node']

export const shareScreens = [
  { id: 'reports', text: 'page.nav.reports', roles: sharers, node: 'operator' },
  { id: 'releases', text: 'page.nav.releases', roles: officials, node: 'operator' },
  { id: 'offices', text: 'page.nav.offices', roles: sharers, node: 'operator' },
] as const

export const inboxScreens = [{ id: 'inbox', text: 'page.nav.inbox', roles: receivers, node: 'partner' }] as const

/** Whether a screen is of this node: most are of either. */
export const ofNode = (s: object, node: Role | undefined): boolean => !('node' in s) || node === undefined || s.node === node
