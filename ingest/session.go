package ingest

import (
	"fmt"
	"slices"

	"overflight/evidence"
	"overflight/format/klv"
	"overflight/format/misb/st0903"
	"overflight/format/mpegts"
)

// Session reads metadata from bytes as they come. It is for one goroutine, and its memory does not grow with the stream.
type Session struct {
	m        *metadata
	demuxer  *mpegts.Demuxer // of a transport stream
	scanner  *klv.Scanner    // of bare KLV
	position int64           // of bare KLV
}

// NewSession returns a Session that has read nothing. The kinds that hold positions are refused.
func NewSession(kind Kind, opt Options, visit Visitor) (*Session, error) {
	if opt.Scale == "" {
		opt.Scale = AutoScale
	}
	m := &metadata{opt: opt, visit: visit, streams: map[int]*stream{}}
	m.out.ByStandard = map[string]int{}
	m.out.Scale = UTC
	if opt.Scale == MISP {
		m.out.Scale = MISP
	}
	s := &Session{m: m}
	switch kind {
	case TransportStream:
		config := mpegts.Config{MaxDefects: keptDefects}
		if opt.Heads {
			config.Video = mpegts.VideoHeads
		}
		s.demuxer = mpegts.NewDemuxer(m.handler(), config)
	case BareKLV:
		s.scanner = &klv.Scanner{
			OnTriplet: func(t klv.Triplet) {
				s.position = t.Offset + int64(len(t.Packet))
				if visit.Unit != nil {
					visit.Unit(&Unit{PID: -1, Offset: t.Offset})
				}
				m.packet(&Packet{PID: -1, Offset: t.Offset, Carriage: None, Bytes: t.Packet}, false)
			},
			OnDefect: m.out.Defects.Add,
		}
	case ReadsbTrace, TrafficJSON, CSVPath:
		return nil, fmt.Errorf("%s holds positions, not metadata packets", kind)
	default:
		return nil, fmt.Errorf("no kind of metadata: %q", string(kind))
	}
	return s, nil
}

func (m *metadata) handler() *mpegts.Funcs {
	h := &mpegts.Funcs{
		OnUnit: func(u *mpegts.Unit) {
			if m.visit.Unit != nil {
				m.visit.Unit(&Unit{PID: int(u.PID), Offset: u.Offset, PTS: u.PTS, HasPTS: u.HasPTS, Estimated: u.Estimated})
			}
			p := Packet{
				PID: int(u.PID), Offset: u.Offset, PTS: u.PTS, HasPTS: u.HasPTS && !u.Estimated,
				Estimated: u.HasPTS && u.Estimated, Carriage: Async, Bytes: u.Data,
			}
			if u.Carriage == mpegts.Sync {
				p.Carriage = Sync
			}
			m.packet(&p, u.Truncated || u.Damaged)
		},
		OnDefect: m.out.Defects.Add,
	}
	if m.visit.Picture != nil {
		h.OnPicture = func(p *mpegts.Picture) {
			m.visit.Picture(&Picture{
				PID: int(p.PID), Offset: p.Offset, Key: p.RandomAccess, Codec: p.Codec.String(), PTS: p.PTS, DTS: p.DTS, HasPTS: p.HasPTS,
			})
		}
	}
	return h
}

// Write reads the next bytes. The error is of a visitor; nothing is read after it.
func (s *Session) Write(b []byte) (int, error) {
	if s.m.err != nil {
		return 0, s.m.err
	}
	if s.scanner != nil {
		_, _ = s.scanner.Write(b) // never fails
	} else if _, err := s.demuxer.Write(b); err != nil {
		return 0, err
	}
	return len(b), s.m.err
}

// Flush ends the input and returns what is to be said of it. A Session takes nothing after it.
func (s *Session) Flush() (Metadata, error) {
	m := s.m
	if m.err == nil {
		if s.scanner != nil {
			s.scanner.Flush()
		} else {
			s.demuxer.Flush()
		}
	}
	if s.demuxer != nil {
		m.out.Stream = s.demuxer.Summary()
		m.out.Reason = m.out.Stream.Reason
		for _, f := range m.out.Stream.Findings {
			m.out.Defects.Count(f.Code, int(f.Count)-m.out.Defects.Total(f.Code))
		}
	}
	if m.out.Packets == 0 && m.err == nil {
		m.out.Defects.Add(evidence.Defect{Code: CodeNoMetadata, Got: string(m.out.Reason)})
	}
	return m.out, m.err
}

// Position is the offset up to which bytes were needed for what is being handed to the visitor: the end of the transport
// packet or of the triplet.
func (s *Session) Position() int64 {
	if s.demuxer != nil {
		return s.demuxer.Position()
	}
	return s.position
}

// Metadata is what is to be said so far.
func (s *Session) Metadata() Metadata { return s.m.out }

// Defects is what was found so far. It grows with Write.
func (s *Session) Defects() *Defects { return &s.m.out.Defects }

// Video is a PID that the tables declare as video.
type Video struct {
	PID   int
	Codec string
}

// Videos lists the PIDs that the last tables declare as video; none of bare KLV.
func (s *Session) Videos(dst []Video) []Video {
	if s.demuxer == nil {
		return dst
	}
	for _, p := range s.demuxer.Programs() {
		for i := range p.Streams {
			v := Video{PID: int(p.Streams[i].PID), Codec: p.Streams[i].Codec.String()}
			if p.Streams[i].Video && !slices.Contains(dst, v) {
				dst = append(dst, v)
			}
		}
	}
	return dst
}

// The words by which ontologies in use call a class, in lower case.
var (
	peopleWords  = [][]byte{[]byte("person"), []byte("people"), []byte("human"), []byte("pedestrian"), []byte("dismount")}
	vehicleWords = [][]byte{[]byte("vehicle"), []byte("car"), []byte("truck"), []byte("boat"), []byte("ship")}
)

// classes counts the reports of a set by their class.
func classes(v *st0903.Set) Classes {
	var c Classes
	for i := range v.Targets {
		switch t := &v.Targets[i]; {
		case calls(t, peopleWords):
			c.People++
		case calls(t, vehicleWords):
			c.Vehicles++
		default:
			c.Others++
		}
	}
	return c
}
