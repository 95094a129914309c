// What a sensor is called: by the name it reports under, or, of the people who mark frames, by what they are.
import { t } from '../lib/words.svelte'

/** The name that the server puts the marks of people under (internal/server/sites.go). */
const people = 'analyst'

export const sensorName = (sensor: string): string => (sensor === people ? t('role.analyst') : sensor)
