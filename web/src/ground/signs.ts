// The signs of what is reported of places, one drawing for the table and for the map. Each is told by its form: in red light, and
// for who sees no colours, they differ as much.

/** The closed list, in the order in which it is shown. */
export const classes = [
  'structure', 'tank', 'barrel-cluster', 'burn-pit', 'plume', 'gas-reading', 'hotspot', 'generator', 'vehicles', 'airstrip', 'track-in-vegetation', 'explosive-hazard', 'other',
] as const
export type Class = (typeof classes)[number]

/** Strokes two units wide in a square of 24. */
export const strokes: Readonly<Record<Class, string>> = {
  structure: 'M4.5 12 12 5.5l7.5 6.5M7 10.5V19h10v-8.5M12 19v-4.5',
  tank: 'M6 7.5c0-2.2 12-2.2 12 0v9c0 2.2-12 2.2-12 0zM6 7.5c0 2.2 12 2.2 12 0',
  'barrel-cluster': 'M9.2 8a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0-5.6 0M5 15.6a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0-5.6 0M13.4 15.6a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0-5.6 0',
  'burn-pit': 'M4.5 13.5c0 7.3 15 7.3 15 0M12 15.5c-4.2-3 1.6-5.4-.4-10.5 5 3 5.4 7.5.4 10.5',
  plume: 'M7 19.5c-3.6-4.6 3.6-8 0-13.5M12 19.5c-3.6-5.2 3.6-9 0-15M17 19.5c-3.6-4.6 3.6-8 0-13.5',
  'gas-reading': 'M4.5 16.5a7.5 7.5 0 0 1 15 0zM12 16.5l3.2-4.4',
  hotspot: 'M9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M12 4.2v2.6M12 17.2v2.6M4.2 12h2.6M17.2 12h2.6M6.5 6.5l1.8 1.8M15.7 15.7l1.8 1.8M17.5 6.5l-1.8 1.8M8.3 15.7l-1.8 1.8',
  generator: 'M13.6 4.5 6.8 13h5L10.4 19.5 17.2 11h-5z',
  vehicles: 'M4 7.5h9.5v8H4zM13.5 10h3.4l3.1 3v2.5h-6.5M6.2 17.8h2.4M14.6 17.8H17',
  airstrip: 'M8 19.5 10 4.5h4l2 15zM12 7.5v2M12 12v3.5',
  'track-in-vegetation': 'M5 19.5c8-1 1-6.5 6.5-8.5S12 6 19 4.5M15.5 19v-5M13 15.5l2.5-3 2.5 3M6.5 10.5v-4M4.5 8l2-2.5 2 2.5',
  'explosive-hazard': 'M12 4.5 20.5 19.5h-17zM12 10v4.5M12 16.7v.4',
  other: 'M8.8 9.2a3.2 3.2 0 1 1 4.9 2.7c-1.2.8-1.7 1.4-1.7 2.7M12 17.6v.3',
}

export const isClass = (x: string): x is Class => (classes as readonly string[]).includes(x)

/** What a site is known by on the map: a danger before anything else, then what tells most of its use (docs/sites.md has the ratios). */
const telling: readonly Class[] = [
  'explosive-hazard', 'barrel-cluster', 'gas-reading', 'tank', 'generator', 'burn-pit', 'structure', 'plume', 'track-in-vegetation', 'hotspot', 'vehicles', 'airstrip', 'other',
]
export const mainSign = (reported: readonly string[]): Class => telling.find((c) => reported.includes(c)) ?? 'other'
