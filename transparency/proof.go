package transparency

import (
	"encoding/base64"
	"strconv"
	"strings"

	"overflight/evidence"
)

// Proof shows that a leaf is in a log, offline (c2sp.org/tlog-proof v1). Reading one verifies nothing.
type Proof struct {
	Index      uint64
	Hashes     []evidence.Digest // the leaf's sibling first
	Checkpoint []byte            // signed note, verbatim
	// Extra is what the maker of the proof added. It is authenticated by nothing: never trust it.
	Extra    []byte
	HasExtra bool
}

const (
	proofHeader = "c2sp.org/tlog-proof@v1"
	proofFamily = "c2sp.org/tlog-proof@"
	maxProof    = 128 << 10
	maxHashes   = 63 // no tree is higher
)

// Bytes returns the proof in its text form.
func (p Proof) Bytes() []byte {
	var b strings.Builder
	b.WriteString(proofHeader + "\n")
	if p.HasExtra {
		b.WriteString("extra " + base64.StdEncoding.EncodeToString(p.Extra) + "\n")
	}
	b.WriteString("index " + number(p.Index) + "\n")
	for _, h := range p.Hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return []byte(b.String())
}

// ParseProof reads a proof. Its checkpoint is checked for form only.
func ParseProof(data []byte) (Proof, error) {
	if len(data) > maxProof {
		return Proof{}, fault(CodeProofSyntax, "1", strconv.Itoa(len(data)))
	}
	lines := &lineReader{rest: string(data)}
	bad := func(got string) (Proof, error) {
		return Proof{}, fault(CodeProofSyntax, strconv.Itoa(lines.number), got)
	}
	line, ok := lines.next()
	if !ok || line != proofHeader {
		if ok && strings.HasPrefix(line, proofFamily) {
			return Proof{}, fault(CodeProofVersion, line)
		}
		return bad(line)
	}
	var p Proof
	line, ok = lines.next()
	if extra, has := strings.CutPrefix(line, "extra "); ok && has {
		b, err := base64.StdEncoding.Strict().DecodeString(extra)
		if err != nil {
			return bad(line)
		}
		p.Extra, p.HasExtra = b, true
		line, ok = lines.next()
	}
	index, has := strings.CutPrefix(line, "index ")
	if !ok || !has {
		return bad(line)
	}
	if p.Index, ok = parseSize(index); !ok {
		return bad(line)
	}
	if p.Hashes, line, ok = lines.hashes(); !ok {
		return bad(line)
	}
	p.Checkpoint = []byte(lines.rest)
	if _, err := ParseUnverified(p.Checkpoint); err != nil {
		return Proof{}, err
	}
	return p, nil
}

// lineReader takes lines off a text. Base64 decoding would skip a carriage return: a line with one is
// no line.
type lineReader struct {
	rest   string
	number int
}

func (l *lineReader) next() (string, bool) {
	l.number++
	line, rest, ok := strings.Cut(l.rest, "\n")
	if !ok || strings.ContainsRune(line, '\r') {
		return line, false
	}
	l.rest = rest
	return line, true
}

// hashes reads lines of base64 up to an empty line.
func (l *lineReader) hashes() (all []evidence.Digest, line string, ok bool) {
	for {
		line, ok = l.next()
		if !ok {
			return nil, line, false
		}
		if line == "" {
			return all, line, true
		}
		h, ok := parseHash(line)
		if !ok || len(all) == maxHashes {
			return nil, line, false
		}
		all = append(all, h)
	}
}

// Request is the body of add-checkpoint (c2sp.org/tlog-witness): what a log sends to a witness, over
// whatever carries it. Reading one verifies nothing.
type Request struct {
	OldSize    uint64
	Proof      []evidence.Digest
	Checkpoint []byte
}

// Bytes returns the request in its text form.
func (r Request) Bytes() []byte {
	var b strings.Builder
	b.WriteString("old " + number(r.OldSize) + "\n")
	for _, h := range r.Proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(r.Checkpoint)
	return []byte(b.String())
}

// ParseRequest reads a request.
func ParseRequest(data []byte) (Request, error) {
	if len(data) > maxProof {
		return Request{}, fault(CodeRequestSyntax, "1", strconv.Itoa(len(data)))
	}
	lines := &lineReader{rest: string(data)}
	bad := func(got string) (Request, error) {
		return Request{}, fault(CodeRequestSyntax, strconv.Itoa(lines.number), got)
	}
	line, ok := lines.next()
	old, has := strings.CutPrefix(line, "old ")
	if !ok || !has {
		return bad(line)
	}
	var r Request
	if r.OldSize, ok = parseSize(old); !ok {
		return bad(line)
	}
	if r.Proof, line, ok = lines.hashes(); !ok {
		return bad(line)
	}
	r.Checkpoint = []byte(lines.rest)
	if _, err := ParseUnverified(r.Checkpoint); err != nil {
		return Request{}, err
	}
	return r, nil
}
