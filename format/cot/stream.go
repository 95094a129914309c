package cot

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
)

// Magic begins a message in a stream, and no XML: it is no first byte of UTF-8.
const Magic = 0xBF

// AppendFrame appends a message as it goes into a stream: the magic byte, its length as a varint, itself.
func AppendFrame(b, message []byte) []byte {
	b = append(b, Magic)
	b = protowire.AppendVarint(b, uint64(len(message)))
	return append(b, message...)
}

// Frame is one thing of a stream: an XML document (an event, or the <auth> of a client), or a message.
type Frame struct {
	Offset int64 // bytes from the start of the stream
	XML    []byte
	Proto  []byte // without magic and length
}

// Event reads the event of a frame, whichever it is in; nil where a message has none.
func (f Frame) Event() (*Event, error) {
	if f.Proto != nil {
		m, err := ParseMessage(f.Proto)
		if err != nil {
			return nil, err
		}
		return m.Event, nil
	}
	return ParseXML(f.XML)
}

// Reader cuts a stream into its frames. Each tells by its first byte what it is in, so that a stream may go over from XML to protobuf
// at any time.
type Reader struct {
	r      *bufio.Reader
	at     int64
	limit  int
	buffer []byte
}

// NewReader reads from r. A frame of more bytes than limit is an error; 0 is [MostBytes].
func NewReader(r io.Reader, limit int) *Reader {
	if limit == 0 {
		limit = MostBytes
	}
	return &Reader{r: bufio.NewReaderSize(r, 16<<10), limit: limit}
}

// Next returns the next frame, which is valid until the next call; io.EOF at the end between two. After any other error nothing more
// can be read: where the next frame begins is not known.
func (r *Reader) Next() (Frame, error) {
	for {
		r.buffer = r.buffer[:0]
		c, err := r.r.ReadByte()
		if err != nil {
			return Frame{}, err
		}
		r.at++
		switch {
		case c == Magic:
			return r.message()
		case c == '<':
			f, err := r.document()
			if err != nil || f.XML != nil {
				return f, err
			}
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			return Frame{}, wrong(r.at-1, "byte %#02x between frames: expected '<' or %#02x", c, Magic)
		}
	}
}

func (r *Reader) message() (Frame, error) {
	f := Frame{Offset: r.at - 1}
	var length uint64
	for shift := 0; ; shift += 7 {
		c, err := r.byte()
		if err != nil {
			return Frame{}, err
		}
		length |= uint64(c&0x7F) << shift
		if length > uint64(r.limit) || shift > 28 {
			return Frame{}, wrong(f.Offset, "a message of at least %d bytes: expected at most %d", length, r.limit)
		}
		if c < 0x80 {
			break
		}
	}
	// No more is allocated than has come: a length that lies costs nobody memory.
	for uint64(len(r.buffer)) < length {
		n := min(length-uint64(len(r.buffer)), 16<<10)
		from := len(r.buffer)
		r.buffer = append(r.buffer, make([]byte, n)...)
		got, err := io.ReadFull(r.r, r.buffer[from:])
		r.at += int64(got)
		if err != nil {
			return Frame{}, cutOff(r.at, err)
		}
	}
	f.Proto = r.buffer
	return f, nil
}

func (r *Reader) byte() (byte, error) {
	c, err := r.r.ReadByte()
	if err != nil {
		return 0, cutOff(r.at, err)
	}
	r.at++
	return c, nil
}

func cutOff(at int64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &SyntaxError{Offset: at, What: "the stream ends within a frame", Err: io.ErrUnexpectedEOF}
	}
	return fmt.Errorf("reading CoT: %w", err)
}

// document reads up to the end of the element that has just begun, by what opens and closes only: quotes, CDATA and comments hide both.
// A declaration or a comment before it gives no frame.
func (r *Reader) document() (Frame, error) {
	f := Frame{Offset: r.at - 1}
	r.buffer = append(r.buffer, '<')
	depth := 0
	for {
		// Behind '<'.
		c, err := r.more()
		if err != nil {
			return Frame{}, err
		}
		switch c {
		case '?':
			err = r.until("?>")
		case '!':
			err = r.hidden()
		case '/':
			depth--
			err = r.until(">")
		default:
			var closed bool
			closed, err = r.tag(c)
			if !closed {
				depth++
			}
		}
		if err != nil {
			return Frame{}, err
		}
		if c != '?' && c != '!' && depth <= 0 {
			f.XML = r.buffer
			return f, nil
		}
		if depth == 0 {
			return Frame{}, nil // a declaration: what follows it may be anything
		}
		for c = 0; c != '<'; {
			if c, err = r.more(); err != nil {
				return Frame{}, err
			}
		}
	}
}

// more reads a byte of the frame.
func (r *Reader) more() (byte, error) {
	if len(r.buffer) >= r.limit {
		return 0, wrong(r.at, "an event of more than %d bytes", r.limit)
	}
	c, err := r.byte()
	if err == nil {
		r.buffer = append(r.buffer, c)
	}
	return c, err
}

// until reads up to a mark.
func (r *Reader) until(mark string) error {
	from := len(r.buffer)
	for {
		if _, err := r.more(); err != nil {
			return err
		}
		if len(r.buffer)-from >= len(mark) && bytes.HasSuffix(r.buffer, []byte(mark)) {
			return nil
		}
	}
}

// hidden reads a comment or a CDATA section, of which "<!" is there.
func (r *Reader) hidden() error {
	c, err := r.more()
	if err != nil {
		return err
	}
	mark, end := "--", "-->"
	if c == '[' {
		mark, end = "[CDATA[", "]]>"
	}
	for i := 0; ; i++ {
		if c != mark[i] {
			return wrong(r.at-1, "a declaration of a document type: expected none")
		}
		if i == len(mark)-1 {
			return r.until(end)
		}
		if c, err = r.more(); err != nil {
			return err
		}
	}
}

// tag reads a start tag, of which the first byte is there, and says whether it closes itself.
func (r *Reader) tag(c byte) (bool, error) {
	var quote, before byte
	for {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return before == '/', nil
		}
		before = c
		var err error
		if c, err = r.more(); err != nil {
			return false, err
		}
	}
}
