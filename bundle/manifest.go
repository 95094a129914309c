package bundle

import (
	"bytes"
	"encoding/json"
	"strconv"

	"overflight/evidence"
	"overflight/transparency"
)

// Version is the version of the bundle that this package writes, and the last that it reads.
const Version = 1

const formatName = "overflight-bundle"

// manifest says what is in the bundle. Lists are in ascending order without repetition.
type manifest struct {
	Format      string            `json:"format"`
	Version     int               `json:"version"`
	Flight      string            `json:"flight"`
	Log         string            `json:"log"`  // origin of the checkpoint
	Size        uint64            `json:"size"` // of the checkpoint
	Consistency []consistencyItem `json:"consistency"`
	Entries     []entryItem       `json:"entries"`
	Segments    []uint64          `json:"segments"` // indexes of leaves
	Packets     []packetItem      `json:"packets"`
}

type consistencyItem struct {
	From  uint64   `json:"from"`
	Proof []string `json:"proof"` // base64, as in a tlog-proof
}

type entryItem struct {
	Index  uint64 `json:"index"`
	Opened bool   `json:"opened"`
}

type packetItem struct {
	Index  uint64   `json:"index"`
	Packet uint64   `json:"packet"`
	Proof  []string `json:"proof"`
}

func (m manifest) bytes() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// parseManifest reads a manifest in the one form that is written.
func parseManifest(b []byte) (manifest, transparency.Coded) {
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(b, &head); err != nil || head.Format != formatName || head.Version < 1 {
		return manifest{}, refuse(CodeManifest)
	}
	if head.Version > Version {
		return manifest{}, refuse(CodeVersion, strconv.Itoa(head.Version), strconv.Itoa(Version))
	}
	var m manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return manifest{}, refuse(CodeManifest)
	}
	if again, err := m.bytes(); err != nil || !bytes.Equal(again, b) {
		return manifest{}, refuse(CodeManifest)
	}
	if !validFlight(m.Flight) || !m.ordered() || !m.proofs() {
		return manifest{}, refuse(CodeManifest)
	}
	if len(m.Entries) == 0 {
		return manifest{}, refuse(CodeEmpty)
	}
	if len(m.Entries) > maxEntries || len(m.Segments) > maxSegments || len(m.Packets) > maxPackets || len(m.Consistency) > maxEntries {
		return manifest{}, refuse(CodeFiles, strconv.Itoa(len(m.Entries)+len(m.Segments)+len(m.Packets)), strconv.Itoa(maxFiles))
	}
	return m, nil
}

// proofs reports whether every hash is one. A consistency proof that no reader needs is not looked at
// further: it says nothing.
func (m manifest) proofs() bool {
	for _, c := range m.Consistency {
		if _, ok := digests(c.Proof); !ok || c.From == 0 || c.From > m.Size {
			return false
		}
	}
	for _, p := range m.Packets {
		if _, ok := digests(p.Proof); !ok {
			return false
		}
	}
	return true
}

func (m manifest) ordered() bool {
	for i := 1; i < len(m.Entries); i++ {
		if m.Entries[i-1].Index >= m.Entries[i].Index {
			return false
		}
	}
	for i := 1; i < len(m.Segments); i++ {
		if m.Segments[i-1] >= m.Segments[i] {
			return false
		}
	}
	for i := 1; i < len(m.Packets); i++ {
		a, b := m.Packets[i-1], m.Packets[i]
		if a.Index > b.Index || a.Index == b.Index && a.Packet >= b.Packet {
			return false
		}
	}
	for i := 1; i < len(m.Consistency); i++ {
		if m.Consistency[i-1].From >= m.Consistency[i].From {
			return false
		}
	}
	return true
}

// names returns the files that a bundle with this manifest has, in the order in which they are
// written: no other may be there.
func (m manifest) names() []string {
	names := []string{manifestName, policyName, checkpointName}
	for _, e := range m.Entries {
		names = append(names, leafName(e.Index))
		if e.Opened {
			names = append(names, openingName(e.Index))
		}
		names = append(names, proofName(e.Index))
	}
	for _, p := range m.Packets {
		names = append(names, packetName(p.Index, p.Packet))
	}
	for _, s := range m.Segments {
		names = append(names, lengthsName(s), bytesName(s))
	}
	return names
}

// consistency returns the proof that the checkpoint continues the tree of a size.
func (m manifest) consistency(from uint64) ([]evidence.Digest, bool) {
	for _, c := range m.Consistency {
		if c.From == from {
			return digests(c.Proof)
		}
	}
	return nil, false
}

func digests(text []string) ([]evidence.Digest, bool) {
	var out []evidence.Digest
	for _, s := range text {
		d, ok := transparency.ParseDigest(s)
		if !ok {
			return nil, false
		}
		out = append(out, d)
	}
	return out, true
}

func texts(ds []evidence.Digest) []string {
	out := []string{}
	for _, d := range ds {
		out = append(out, transparency.EncodeDigest(d))
	}
	return out
}
