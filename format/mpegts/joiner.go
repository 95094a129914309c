package mpegts

import "bytes"

// The head of a triplet: a 16-byte SMPTE universal label and a BER length of at most five bytes.
const (
	keyLen  = 16
	headMax = keyLen + 5
)

var labelPrefix = []byte{0x06, 0x0E, 0x2B, 0x34}

// source says where bytes of a metadata stream came from.
type source struct {
	offset   int64 // of the transport packet
	pts      int64
	timeline int
	hasPTS   bool
	damaged  bool
	streamID byte
	service  byte
	sequence byte
}

// sink takes what a joiner cuts.
type sink interface {
	triplet(src *source, data []byte, truncated, damaged bool)
	loose(offset int64, count int64)
	badLength(src *source, length int)
}

type mark struct {
	at  int // first byte of joiner.buf that came from src
	src source
}

// joiner cuts the bytes of one metadata stream into KLV triplets, whatever PES packets or access
// unit cells they came in. It keeps at most one triplet.
type joiner struct {
	out     sink
	max     int
	buf     []byte // the start of a triplet, or what may turn out to be one
	marks   []mark // where the bytes of buf came from; the first mark covers buf[0]
	need    int    // length of the triplet in buf, 0 when its head is not whole
	damaged bool

	looseAt    int64 // run of bytes that are in no triplet
	looseCount int64
}

type verdict uint8

const (
	more  verdict = iota // head not whole
	noKey                // no universal label
	bad                  // a label, but its length is illegal or too long
	good
)

// probe reads the head of a triplet at the start of b.
func (j *joiner) probe(b []byte) (total int, v verdict) {
	n := min(len(b), len(labelPrefix))
	if !bytes.Equal(b[:n], labelPrefix[:n]) {
		return 0, noKey
	}
	if len(b) <= keyLen {
		return 0, more
	}
	if b[keyLen] < 0x80 {
		return keyLen + 1 + int(b[keyLen]), good
	}
	k := int(b[keyLen] & 0x7F)
	if k == 0 || k > 4 {
		return int(b[keyLen]), bad
	}
	if len(b) < keyLen+1+k {
		return 0, more
	}
	for _, c := range b[keyLen+1 : keyLen+1+k] {
		total = total<<8 | int(c)
	}
	total += keyLen + 1 + k
	if total > j.max {
		return total, bad
	}
	return total, good
}

// candidate returns the first place in b where a key starts or may start.
func candidate(b []byte) int {
	if i := bytes.Index(b, labelPrefix); i >= 0 {
		return i
	}
	for k := min(len(labelPrefix)-1, len(b)); k > 0; k-- {
		if bytes.Equal(b[len(b)-k:], labelPrefix[:k]) {
			return len(b) - k
		}
	}
	return len(b)
}

// pending reports whether a triplet has begun and is not whole.
func (j *joiner) pending() bool { return len(j.buf) > 0 }

// feed takes the next bytes of the stream.
func (j *joiner) feed(b []byte, src *source) {
	for {
		j.resolve()
		switch {
		case len(b) == 0:
			return
		case j.need > 0:
			n := min(j.need-len(j.buf), len(b))
			j.keep(b[:n], src)
			b = b[n:]
		case len(j.buf) > 0: // head not whole
			n := min(headMax-len(j.buf), len(b))
			j.keep(b[:n], src)
			b = b[n:]
		default:
			b = j.start(b, src)
		}
	}
}

// start looks for a triplet in b while nothing is kept, and returns what it did not take. A
// triplet that is whole in b is handed out where it stands.
func (j *joiner) start(b []byte, src *source) []byte {
	if i := candidate(b); i > 0 {
		j.addLoose(src, i)
		b = b[i:]
		if len(b) == 0 {
			return nil
		}
	}
	total, v := j.probe(b)
	switch v {
	case bad, noKey:
		if v == bad {
			j.out.badLength(src, total)
		}
		j.addLoose(src, 1)
		return b[1:]
	case good:
		if total <= len(b) {
			j.endLoose()
			j.out.triplet(src, b[:total], false, src.damaged)
			return b[total:]
		}
		j.need = total
	case more:
	}
	j.keep(b, src)
	return nil
}

// resolve settles what is in buf: hands out a whole triplet, drops what is none.
func (j *joiner) resolve() {
	for len(j.buf) > 0 {
		if j.need == 0 {
			total, v := j.probe(j.buf)
			switch v {
			case more:
				return
			case bad, noKey:
				if v == bad {
					j.out.badLength(&j.marks[0].src, total)
				}
				n := 1 + candidate(j.buf[1:])
				for i, m := range j.marks {
					end := n
					if i+1 < len(j.marks) {
						end = min(n, j.marks[i+1].at)
					}
					if end > m.at {
						j.addLoose(&j.marks[i].src, end-m.at)
					}
				}
				j.shift(n)
				continue
			case good:
				j.need = total
			}
		}
		if len(j.buf) < j.need {
			return
		}
		j.endLoose()
		j.out.triplet(&j.marks[0].src, j.buf[:j.need], false, j.damaged)
		j.shift(j.need)
	}
}

func (j *joiner) keep(b []byte, src *source) {
	j.damaged = j.damaged || src.damaged
	// Once the head is whole only the first mark can be asked for.
	if j.need == 0 || len(j.marks) == 0 {
		j.marks = append(j.marks, mark{at: len(j.buf), src: *src})
	}
	j.buf = append(j.buf, b...)
}

func (j *joiner) shift(n int) {
	j.need = 0
	rest := copy(j.buf, j.buf[n:])
	j.buf = j.buf[:rest]
	if rest == 0 {
		j.marks = j.marks[:0]
		j.damaged = false
		return
	}
	first := 0
	for first+1 < len(j.marks) && j.marks[first+1].at <= n {
		first++
	}
	j.marks = j.marks[:copy(j.marks, j.marks[first:])]
	for i := range j.marks {
		j.marks[i].at = max(0, j.marks[i].at-n)
	}
}

// cut ends what is pending: the next bytes do not continue it. A triplet with a whole key is
// handed out as truncated.
func (j *joiner) cut() {
	if len(j.buf) == 0 {
		return
	}
	src := j.marks[0].src
	if len(j.buf) < keyLen {
		j.addLoose(&src, len(j.buf))
	} else {
		j.endLoose()
		j.out.triplet(&src, j.buf, true, j.damaged)
	}
	j.shift(len(j.buf))
}

// end cuts and reports.
func (j *joiner) end() {
	j.cut()
	j.endLoose()
}

func (j *joiner) addLoose(src *source, n int) {
	if j.looseCount == 0 {
		j.looseAt = src.offset
	}
	j.looseCount += int64(n)
}

func (j *joiner) endLoose() {
	if j.looseCount > 0 {
		j.out.loose(j.looseAt, j.looseCount)
		j.looseCount = 0
	}
}
