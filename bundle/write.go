package bundle

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"overflight/transparency"
)

// ErrContents says that contents cannot be a bundle.
var ErrContents = errors.New("bundle contents")

// Write writes a bundle: equal contents give equal bytes. It checks the form, not the proofs; Check
// does that.
func Write(w io.Writer, c Contents) error {
	checkpoint, err := transparency.ParseUnverified(c.Checkpoint)
	if err != nil {
		return fmt.Errorf("reading the checkpoint: %w", err)
	}
	// The caller's slices keep their order.
	c.Entries, c.Segments = slices.Clone(c.Entries), slices.Clone(c.Segments)
	c.Packets, c.Consistency = slices.Clone(c.Packets), slices.Clone(c.Consistency)
	slices.SortFunc(c.Entries, func(a, b Entry) int { return cmp.Compare(a.Index, b.Index) })
	slices.SortFunc(c.Segments, func(a, b Segment) int { return cmp.Compare(a.Index, b.Index) })
	slices.SortFunc(c.Packets, func(a, b Packet) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), cmp.Compare(a.Number, b.Number))
	})
	slices.SortFunc(c.Consistency, func(a, b Consistency) int { return cmp.Compare(a.From, b.From) })
	head, err := describe(c, checkpoint).bytes()
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	if _, refused := parseManifest(head); refused != nil {
		return fmt.Errorf("%w: %w", ErrContents, refused)
	}
	z := zip.NewWriter(w)
	// Without an instant and without compression there is one form.
	put := func(name string, r io.Reader) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = io.Copy(f, r)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		return nil
	}
	small := func(name string, b []byte) error { return put(name, bytes.NewReader(b)) }
	if err := errors.Join(small(manifestName, head), small(policyName, c.Policy), small(checkpointName, c.Checkpoint)); err != nil {
		return err
	}
	for _, e := range c.Entries {
		if err := small(leafName(e.Index), e.Leaf); err != nil {
			return err
		}
		if e.Opening != nil {
			if err := small(openingName(e.Index), e.Opening.Bytes()); err != nil {
				return err
			}
		}
		proof := transparency.Proof{Index: e.Index, Hashes: e.Proof, Checkpoint: c.Checkpoint}
		if err := small(proofName(e.Index), proof.Bytes()); err != nil {
			return err
		}
	}
	for _, p := range c.Packets {
		if err := small(packetName(p.Index, p.Number), p.Bytes); err != nil {
			return err
		}
	}
	for _, s := range c.Segments {
		lengths, err := encodeRuns(s.Lengths)
		if err != nil {
			return err
		}
		if err := small(lengthsName(s.Index), lengths); err != nil {
			return err
		}
		if err := put(bytesName(s.Index), s.Bytes); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("closing the bundle: %w", err)
	}
	return nil
}

func describe(c Contents, checkpoint transparency.SignedCheckpoint) manifest {
	m := manifest{
		Format: formatName, Version: Version, Flight: c.Flight, Log: checkpoint.Origin, Size: checkpoint.Size,
		Consistency: []consistencyItem{}, Entries: []entryItem{}, Segments: []uint64{}, Packets: []packetItem{},
	}
	for _, k := range c.Consistency {
		m.Consistency = append(m.Consistency, consistencyItem{From: k.From, Proof: texts(k.Proof)})
	}
	for _, e := range c.Entries {
		m.Entries = append(m.Entries, entryItem{Index: e.Index, Opened: e.Opening != nil})
	}
	for _, s := range c.Segments {
		m.Segments = append(m.Segments, s.Index)
	}
	for _, p := range c.Packets {
		m.Packets = append(m.Packets, packetItem{Index: p.Index, Packet: p.Number, Proof: texts(p.Proof)})
	}
	return m
}

func encodeRuns(runs []Run) ([]byte, error) {
	var b []byte
	for _, r := range runs {
		if r.Count == 0 || r.Length == 0 {
			return nil, fmt.Errorf("%w: a packet without bytes", ErrContents)
		}
		b = binary.AppendUvarint(b, r.Count)
		b = binary.AppendUvarint(b, r.Length)
	}
	return b, nil
}
