// Package bundle is evidence that is handed on: leaves of the log, what opens them, their proofs, the
// checkpoint with its cosignatures, and, where they are disclosed, sealed segments or single packets
// of them. Who has a bundle and a policy checks it offline, with no word of who made it.
//
// A bundle is a zip archive (APPNOTE 6.3) whose files are stored, not compressed. Its files:
//
//	manifest.json                    what is in the bundle
//	policy                           the maker's policy (c2sp.org/tlog-policy); it counts for nothing
//	checkpoint                       signed note (c2sp.org/tlog-checkpoint)
//	entries/INDEX.leaf               the leaf
//	entries/INDEX.opening            what it commits to, where it is disclosed
//	entries/INDEX.tlog-proof         c2sp.org/tlog-proof v1
//	segments/INDEX.bytes             a segment as it was received
//	segments/INDEX.lengths           the lengths of its packets: pairs of count and length, each a LEB128 number
//	packets/INDEX-PACKET.bytes       one packet of a segment; its path is in the manifest
//
// INDEX is the index of the leaf in the log in twelve digits. The manifest is checked against the rest
// and the rest against the log; nothing is believed because a bundle says so.
package bundle

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"overflight/evidence"
	"overflight/transparency"
)

// Contents is what a bundle is made of.
type Contents struct {
	Flight      string // sortie number
	Policy      []byte
	Checkpoint  []byte // signed note
	Consistency []Consistency
	Entries     []Entry
	Segments    []Segment
	Packets     []Packet
}

// Consistency shows that the checkpoint continues an older one, for a reader who holds that.
type Consistency struct {
	From  uint64 // size of the older tree
	Proof []evidence.Digest
}

// Entry is one leaf of the log.
type Entry struct {
	Index   uint64
	Leaf    []byte
	Opening *transparency.Opening // nil: what the leaf says is not disclosed
	Proof   []evidence.Digest
}

// Segment is the plain bytes of the segment that the leaf at Index commits to.
type Segment struct {
	Index   uint64
	Lengths []Run
	Bytes   io.Reader
}

// Run is so many packets of one length that follow each other. Neither is zero.
type Run struct {
	Count  uint64
	Length uint64
}

// Runs returns the lengths of packets as runs.
func Runs(lengths []int) []Run {
	var runs []Run
	for _, l := range lengths {
		if n := len(runs); n > 0 && runs[n-1].Length == uint64(l) {
			runs[n-1].Count++
		} else {
			runs = append(runs, Run{Count: 1, Length: uint64(l)})
		}
	}
	return runs
}

// Packet is one packet of the segment that the leaf at Index commits to, proven without the others.
type Packet struct {
	Index  uint64
	Number uint64 // within the segment, from 0
	Bytes  []byte
	Proof  []evidence.Digest // RFC 6962 path to the segment's root
}

// Limits of what a bundle may hold. Memory is bounded by them, never by the size of the archive.
const (
	maxEntries   = 10_000
	maxSegments  = 10_000
	maxPackets   = 10_000
	maxFiles     = 3 + 3*maxEntries + 2*maxSegments + maxPackets
	maxDirectory = 16 << 20
	maxManifest  = 16 << 20
	maxSmall     = 1 << 20 // every other file that is read whole
	maxFlight    = 64
)

const (
	manifestName   = "manifest.json"
	policyName     = "policy"
	checkpointName = "checkpoint"
)

func leafName(index uint64) string    { return fmt.Sprintf("entries/%012d.leaf", index) }
func openingName(index uint64) string { return fmt.Sprintf("entries/%012d.opening", index) }
func proofName(index uint64) string   { return fmt.Sprintf("entries/%012d.tlog-proof", index) }
func bytesName(index uint64) string   { return fmt.Sprintf("segments/%012d.bytes", index) }
func lengthsName(index uint64) string { return fmt.Sprintf("segments/%012d.lengths", index) }
func packetName(index, number uint64) string {
	return fmt.Sprintf("packets/%012d-%d.bytes", index, number)
}

// validFlight: a name that stands on one line and means the same in every encoding.
func validFlight(s string) bool {
	return s != "" && len(s) <= maxFlight && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= 0x20 || r == 0x7f || r == utf8.RuneError || r >= 0x80
	})
}
