// Trees of RFC 6962 section 2.1 with SHA-256.

import { equal } from './bytes'
import { Sha256, sha256 } from './sha256'

export type Digest = Uint8Array

const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)

/** No log comes near it. */
export const maxSize = 1n << 62n

export const leafHash = (leaf: Uint8Array): Digest => sha256(leafPrefix, leaf)
export const nodeHash = (left: Digest, right: Digest): Digest => sha256(nodePrefix, left, right)

/** The root over leaves that come one after the other; one hash a level is kept. */
export class Tree {
  size = 0
  private readonly levels: Uint8Array<ArrayBuffer>[] = [] // a level counts where its bit of the size is set
  private readonly hash = new Sha256()
  private readonly carried = new Uint8Array(32)

  /** Adds the hash of the next leaf, which lies in b. */
  append(b: Uint8Array, at: number): void {
    this.carried.set(b.subarray(at, at + 32))
    let level = 0
    for (let n = this.size; n % 2 === 1; n = (n - 1) / 2, level++) {
      this.hash.update(nodePrefix).update(this.levels[level]!).update(this.carried).digestInto(this.carried, 0)
    }
    if (level === this.levels.length) this.levels.push(new Uint8Array(32))
    this.levels[level]!.set(this.carried)
    this.size++
  }

  root(): Digest {
    let root: Digest | undefined
    for (let n = this.size, level = 0; n > 0; n = Math.floor(n / 2), level++) {
      if (n % 2 === 1) root = root ? nodeHash(this.levels[level]!, root) : this.levels[level]!.slice()
    }
    return root ?? sha256()
  }
}

/** The largest power of two below n, for n of two or more. */
function split(n: bigint): bigint {
  return 1n << BigInt((n - 1n).toString(2).length - 1)
}

/** Reports whether the path leads from a leaf's hash to the root (section 2.1.1). */
export function included(size: bigint, root: Digest, index: bigint, leaf: Digest, path: Digest[]): boolean {
  if (size > maxSize || index < 0n || index >= size) return false
  // From the root down it is known on which side of each node the leaf lies; the path is used up from its end.
  const onRight: boolean[] = []
  let width = size
  while (width > 1n) {
    const k = split(width)
    const right = index >= k
    onRight.push(right)
    if (right) {
      index -= k
      width -= k
    } else {
      width = k
    }
  }
  if (onRight.length !== path.length) return false
  let hash = leaf
  for (const sibling of path) hash = onRight.pop() ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
  return equal(hash, root)
}

/** Reports whether the tree of the newer size continues that of the older (section 2.1.2), 0 < older < newer. */
export function continues(newer: bigint, newRoot: Digest, older: bigint, oldRoot: Digest, path: Digest[]): boolean {
  if (newer > maxSize || older <= 0n || older >= newer) return false
  const onRight: boolean[] = []
  let width = newer
  let left = older // leaves of the older tree below this node
  let whole = true // the node starts at the first leaf
  while (left !== width) {
    const k = split(width)
    const right = left > k
    onRight.push(right)
    if (right) {
      left -= k
      width -= k
      whole = false
    } else {
      width = k
    }
  }
  // Where the walk ends is a node of both trees. Where it is all of the older tree, its root is held already.
  const hashes = path.slice()
  if (hashes.length !== onRight.length + (whole ? 0 : 1)) return false
  let old = whole ? oldRoot : hashes.shift()!
  let now = old
  for (const sibling of hashes) {
    if (onRight.pop()) {
      old = nodeHash(sibling, old)
      now = nodeHash(sibling, now)
    } else {
      now = nodeHash(now, sibling)
    }
  }
  return equal(old, oldRoot) && equal(now, newRoot)
}
