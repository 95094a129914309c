// A paper that an act rests on goes to the server by itself; the act names it by its digest.
import { app } from '../lib/app.svelte'

export async function keep(file: File): Promise<string> {
  const answer = await app.client.send('POST', '/documents', { bytes: file })
  return ((await answer.json()) as { sha256: string }).sha256
}
