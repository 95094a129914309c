// Package source opens inputs and tells by their content what they are: never by their name.
//
// An Input streams: memory does not grow with the file, and a gzip layer is taken off on the way,
// within a bound on how much it may swell.
package source

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"overflight/evidence"
	"overflight/ingest"
)

// The refusals. They are Defects of an Error, and the catalogue has their texts.
const (
	// CodeEmpty: an input of no bytes.
	CodeEmpty evidence.Code = "source.empty"
	// CodeForeign: a well-known kind of file that is none of ours; Got names it.
	CodeForeign evidence.Code = "source.foreign"
	// CodeKind: bytes that are of no kind known; Got has the first of them.
	CodeKind evidence.Code = "source.kind"
	// CodeGzip: a gzip layer that cannot be taken off.
	CodeGzip evidence.Code = "source.gzip"
	// CodeSwell: a gzip layer that swells beyond the bound.
	CodeSwell evidence.Code = "source.swell"
)

// Error is an input that is refused.
type Error struct {
	File   string
	Defect evidence.Defect
	Err    error // the cause, where there is one
}

// Error is for logs; what a person reads is made from the catalogue.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.File, e.Defect, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Defect)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Stdin is the name under which standard input is opened.
const Stdin = "-"

// Progress is told how many bytes of how many have been read; size is -1 where nobody knows.
type Progress func(read, size int64)

// step is how often progress is told.
const step = 1 << 20

// Input is an open source. It is for one goroutine.
type Input struct {
	Name       string
	Kind       ingest.Kind
	Compressed bool  // a gzip layer is being taken off: offsets count in what is inside
	Size       int64 // of the file as it lies there; -1 when unknown

	file   io.ReadCloser
	raw    *counter
	hash   hash.Hash
	stream *bufio.Reader
	limit  *swell
}

// window is how much of the beginning is looked at.
const window = 64 << 10

// Open opens a file, or standard input under the name "-", and tells its kind. Progress may be nil.
func Open(name string, progress Progress) (*Input, error) {
	if name == Stdin {
		return New("stdin", os.Stdin, -1, progress)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	size := int64(-1)
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		_ = f.Close()
		return nil, &Error{File: name, Defect: evidence.Defect{Code: CodeForeign, Got: "directory", Want: Kinds}}
	}
	if err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return New(name, f, size, progress)
}

// New tells the kind of an open stream, which it closes when the input is refused.
func New(name string, file io.ReadCloser, size int64, progress Progress) (*Input, error) {
	in := &Input{Name: name, Size: size, file: file, hash: sha256.New()}
	in.raw = &counter{r: file, hash: in.hash, size: size, progress: progress}
	if err := in.begin(); err != nil {
		_ = file.Close()
		return nil, err
	}
	return in, nil
}

func (in *Input) begin() error {
	in.stream = bufio.NewReaderSize(in.raw, window)
	head, err := in.peek()
	if err != nil {
		return err
	}
	if len(head) >= 2 && head[0] == 0x1F && head[1] == 0x8B {
		z, err := gzip.NewReader(in.stream)
		if err != nil {
			return &Error{File: in.Name, Defect: evidence.Defect{Code: CodeGzip, Got: hexadecimal(head), Want: "RFC 1952"}, Err: err}
		}
		in.Compressed = true
		in.limit = &swell{z: z, raw: in.raw, name: in.Name}
		in.stream = bufio.NewReaderSize(in.limit, window)
		if head, err = in.peek(); err != nil {
			return err
		}
	}
	if len(head) == 0 {
		return &Error{File: in.Name, Defect: evidence.Defect{Code: CodeEmpty, Want: Kinds}}
	}
	kind, foreign := sniff(head)
	if kind == "" {
		code, got := CodeForeign, foreign
		if foreign == "" {
			code, got = CodeKind, hexadecimal(head)
		}
		return &Error{File: in.Name, Defect: evidence.Defect{Code: code, Got: got, Want: Kinds}}
	}
	in.Kind = kind
	return nil
}

// peek looks at the beginning. A short input is no error here.
func (in *Input) peek() ([]byte, error) {
	head, err := in.stream.Peek(window)
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && len(head) > 0 {
		return head, nil
	}
	var refusal *Error
	if errors.As(err, &refusal) {
		return nil, err
	}
	if in.Compressed {
		return nil, &Error{File: in.Name, Defect: evidence.Defect{Code: CodeGzip, Offset: in.raw.n, Want: "RFC 1952"}, Err: err}
	}
	return nil, fmt.Errorf("reading %s: %w", in.Name, err)
}

// Read reads the content, without the gzip layer.
func (in *Input) Read(p []byte) (int, error) { return in.stream.Read(p) }

// Digest reads what is left and returns the digest of the file as it lies there. The content cannot be
// read afterwards.
func (in *Input) Digest() (evidence.Digest, error) {
	buf := make([]byte, window)
	for {
		if _, err := in.raw.Read(buf); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return evidence.Digest{}, fmt.Errorf("reading %s: %w", in.Name, err)
		}
	}
	return evidence.Digest(in.hash.Sum(nil)), nil
}

// Count is how many bytes of the file were read.
func (in *Input) Count() int64 { return in.raw.n }

// Close closes the file.
func (in *Input) Close() error { return in.file.Close() }

// counter counts, hashes and tells progress.
type counter struct {
	r        io.Reader
	hash     hash.Hash
	n, told  int64
	size     int64
	progress Progress
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.hash.Write(p[:n])
	if c.progress != nil && (c.n-c.told >= step || errors.Is(err, io.EOF)) {
		c.told = c.n
		c.progress(c.n, c.size)
	}
	return n, err
}

// The bound on a gzip layer: beyond the allowance nothing that an aircraft or a receiver records
// shrinks to less than a two-hundredth.
const (
	allowance = 64 << 20
	mostTimes = 200
)

// swell reads a gzip layer as long as it does not swell beyond the bound.
type swell struct {
	z    *gzip.Reader
	raw  *counter
	name string
	n    int64
}

func (s *swell) Read(p []byte) (int, error) {
	if s.n > allowance && s.n > mostTimes*s.raw.n {
		return 0, &Error{File: s.name, Defect: evidence.Defect{
			Code: CodeSwell, Offset: s.raw.n, Got: fmt.Sprintf("%d : %d", s.n, s.raw.n), Want: fmt.Sprintf("≤ %d : 1", mostTimes),
		}}
	}
	n, err := s.z.Read(p)
	s.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = &Error{File: s.name, Defect: evidence.Defect{Code: CodeGzip, Offset: s.raw.n, Want: "RFC 1952"}, Err: err}
	}
	return n, err
}
