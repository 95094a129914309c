import { page } from './stories/page'

page('es')
