package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"overflight/evidence"
)

// A record is a small file of three lines: what it is, its JSON, and the SHA-256 digest of the two
// lines before. There is one encoding of each content: what does not encode back to itself is
// damaged.
const (
	folderRecord    = "overflight-archive/v1"
	segmentRecord   = "overflight-segment/v1"
	tombstoneRecord = "overflight-tombstone/v1"

	maxRecord = 4 << 20 // bytes
)

func encodeRecord(kind string, content any) ([]byte, error) {
	line, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(kind + "\n")
	b.Write(line)
	b.WriteByte('\n')
	sum := sha256.Sum256(b.Bytes())
	b.WriteString("sha256 " + hex.EncodeToString(sum[:]) + "\n")
	if b.Len() > maxRecord {
		return nil, fmt.Errorf("record of %d bytes, at most %d", b.Len(), maxRecord)
	}
	return b.Bytes(), nil
}

// decodeRecord reads a record of one kind into content, a pointer.
func decodeRecord(kind string, data []byte, content any) error {
	if len(data) > maxRecord {
		return fmt.Errorf("record of %d bytes, at most %d", len(data), maxRecord)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	if len(lines) != 4 || len(lines[3]) != 0 {
		return fmt.Errorf("not a record of three lines")
	}
	if got := string(bytes.TrimSuffix(lines[0], []byte("\n"))); got != kind {
		return fmt.Errorf("record is %.40q, want %q", got, kind)
	}
	sum := sha256.Sum256(data[:len(lines[0])+len(lines[1])])
	if want := "sha256 " + hex.EncodeToString(sum[:]) + "\n"; string(lines[2]) != want {
		return fmt.Errorf("digest of the record does not match")
	}
	d := json.NewDecoder(bytes.NewReader(lines[1]))
	d.DisallowUnknownFields()
	if err := d.Decode(content); err != nil {
		return fmt.Errorf("reading record: %w", err)
	}
	again, err := encodeRecord(kind, content)
	if err != nil {
		return fmt.Errorf("reading record: %w", err)
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("record is not in its one encoding")
	}
	return nil
}

// hexHash is 32 bytes, in JSON as lower-case hexadecimal.
type hexHash [sha256.Size]byte

func (h hexHash) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h[:])), nil }

func (h *hexHash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("hash of %d digits", len(text))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

type mediaLine struct {
	Name   string  `json:"name"`
	Offset int64   `json:"offset"`
	Length int64   `json:"length"`
	Digest hexHash `json:"digest"`
}

type segmentLine struct {
	ID      ID          `json:"id"`
	Start   time.Time   `json:"start"`
	End     time.Time   `json:"end"`
	Size    int64       `json:"size"`
	Digest  hexHash     `json:"digest"`
	Packets int64       `json:"packets"`
	Root    hexHash     `json:"root"`
	Media   []mediaLine `json:"media,omitempty"`

	// Not in the record sealed inside the encrypted file, which cannot hold its own digest.
	Sealed     *hexHash `json:"sealed,omitempty"`
	SealedSize int64    `json:"sealed_size,omitempty"`
}

// inside returns the segment without what the encrypted file cannot say of itself.
func (s Segment) inside() Segment {
	s.Sealed, s.SealedSize = evidence.Digest{}, 0
	return s
}

func encodeSegment(s Segment) ([]byte, error) {
	line := segmentLine{
		ID: s.ID, Start: s.Start, End: s.End, Size: s.Size, Digest: hexHash(s.Digest),
		Packets: s.Packets, Root: hexHash(s.Root),
	}
	for _, m := range s.Media {
		line.Media = append(line.Media, mediaLine{Name: m.Name, Offset: m.Offset, Length: m.Length, Digest: hexHash(m.Digest)})
	}
	if s.Sealed != (evidence.Digest{}) {
		sealed := hexHash(s.Sealed)
		line.Sealed, line.SealedSize = &sealed, s.SealedSize
	}
	return encodeRecord(segmentRecord, &line)
}

func decodeSegment(data []byte) (Segment, error) {
	var line segmentLine
	if err := decodeRecord(segmentRecord, data, &line); err != nil {
		return Segment{}, err
	}
	s := Segment{
		ID: line.ID, Start: line.Start, End: line.End, Size: line.Size, Digest: evidence.Digest(line.Digest),
		Packets: line.Packets, Root: tlog.Hash(line.Root), SealedSize: line.SealedSize,
	}
	if line.Sealed != nil {
		s.Sealed = evidence.Digest(*line.Sealed)
	}
	if (line.Sealed != nil) != (s.Sealed != evidence.Digest{}) || (line.Sealed != nil) != (s.SealedSize > 0) {
		return Segment{}, fmt.Errorf("sealed digest and size are there by half")
	}
	for _, m := range line.Media {
		s.Media = append(s.Media, Media{Name: m.Name, Offset: m.Offset, Length: m.Length, Digest: evidence.Digest(m.Digest)})
	}
	if err := s.check(); err != nil {
		return Segment{}, err
	}
	return s, nil
}

func (s Segment) check() error {
	switch {
	case s.ID.Check() != nil:
		return s.ID.Check()
	case !utc(s.Start) || !utc(s.End) || s.End.Before(s.Start):
		return fmt.Errorf("time range %v to %v: want UTC, in order", s.Start, s.End)
	case s.Size < 0 || s.SealedSize < 0 || s.Packets < 0 || s.Packets > MaxPackets:
		return fmt.Errorf("size %d, sealed %d, %d packets", s.Size, s.SealedSize, s.Packets)
	case len(s.Media) > MaxMedia:
		return fmt.Errorf("%d media ranges, at most %d", len(s.Media), MaxMedia)
	}
	for _, m := range s.Media {
		if err := inside(m.Offset, m.Length, s.Size); err != nil {
			return fmt.Errorf("media range: %w", err)
		}
		if len(m.Name) > maxName || !utf8.ValidString(m.Name) {
			return fmt.Errorf("media name %.40q is not UTF-8 of at most %d bytes", m.Name, maxName)
		}
	}
	return nil
}

func utc(t time.Time) bool { return t.Location() == time.UTC }

func inside(offset, length, size int64) error {
	if offset < 0 || length < 0 || offset > size || length > size-offset {
		return fmt.Errorf("%d bytes at %d are outside the %d of the segment", length, offset, size)
	}
	return nil
}

type tombstoneLine struct {
	ID      ID        `json:"id"`
	Digest  hexHash   `json:"digest"`
	Packets int64     `json:"packets"`
	Root    hexHash   `json:"root"`
	Sealed  hexHash   `json:"sealed"`
	At      time.Time `json:"at"`
	Reason  string    `json:"reason"`
}

func encodeTombstone(t Tombstone) ([]byte, error) {
	return encodeRecord(tombstoneRecord, &tombstoneLine{
		ID: t.ID, Digest: hexHash(t.Digest), Packets: t.Packets, Root: hexHash(t.Root), Sealed: hexHash(t.Sealed), At: t.At, Reason: t.Reason,
	})
}

func decodeTombstone(data []byte) (Tombstone, error) {
	var l tombstoneLine
	if err := decodeRecord(tombstoneRecord, data, &l); err != nil {
		return Tombstone{}, err
	}
	t := Tombstone{
		ID: l.ID, Digest: evidence.Digest(l.Digest), Packets: l.Packets, Root: tlog.Hash(l.Root),
		Sealed: evidence.Digest(l.Sealed), At: l.At, Reason: l.Reason,
	}
	return t, t.check()
}

func (t Tombstone) check() error {
	switch {
	case t.ID.Check() != nil:
		return t.ID.Check()
	case !utc(t.At):
		return fmt.Errorf("instant %v is not in UTC", t.At)
	case len(t.Reason) > maxReason || !utf8.ValidString(t.Reason):
		return fmt.Errorf("reason %.40q is not UTF-8 of at most %d bytes", t.Reason, maxReason)
	}
	return nil
}
