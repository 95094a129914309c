import { page } from './stories/page'

page('en')
