// Bytes of a file, read in slices: a file of any size takes no more memory than one of them.

export interface Source {
  readonly size: number
  /** Whether large parts that were read are nobody else's, so that they may be written over. */
  readonly owned: boolean
  /** Returns all of so many bytes at a place, undefined where the file does not have them. */
  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer> | undefined>
}

/** Thrown where the file itself cannot be read any more: it was removed, or changed meanwhile. */
export class ReadError extends Error {}

/** What is read at once where little is asked for: the headers and small files of a bundle lie side by side. */
const window = 128 << 10

export function sourceOf(file: Blob | Uint8Array): Source {
  return file instanceof Uint8Array ? new Bytes(file as Uint8Array<ArrayBuffer>) : new Slices(file)
}

class Bytes implements Source {
  readonly owned = false
  readonly size: number

  constructor(private readonly b: Uint8Array<ArrayBuffer>) {
    this.size = b.length
  }

  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return Promise.resolve(within(at, length, this.size) ? this.b.subarray(at, at + length) : undefined)
  }
}

class Slices implements Source {
  readonly owned = true
  readonly size: number
  private held = new Uint8Array(0)
  private from = 0

  constructor(private readonly file: Blob) {
    this.size = file.size
  }

  async read(at: number, length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!within(at, length, this.size)) return undefined
    if (length >= window) return this.slice(at, length)
    if (at < this.from || at + length > this.from + this.held.length) {
      this.held = await this.slice(at, Math.min(window, this.size - at))
      this.from = at
    }
    return this.held.subarray(at - this.from, at - this.from + length)
  }

  private async slice(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    let b: Uint8Array<ArrayBuffer>
    try {
      b = new Uint8Array(await this.file.slice(at, at + length).arrayBuffer())
    } catch (e) {
      throw new ReadError(String(e))
    }
    if (b.length !== length) throw new ReadError('the file was cut short')
    return b
  }
}

const within = (at: number, length: number, size: number): boolean => Number.isSafeInteger(at) && at >= 0 && length >= 0 && at + length <= size
