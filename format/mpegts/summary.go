package mpegts

// Summary says what was in the stream so far.
type Summary struct {
	PacketSize int // 188, 192, 204; 0 when no transport stream was recognised
	Bytes      int64
	Packets    int64
	Programs   []Program
	Undeclared []Stream // PIDs that no PMT names, other than PSI and null packets
	Findings   []Finding
	Units      int64
	Reason     Reason // why Units is 0
}

// Program is one program of the PAT.
type Program struct {
	Number  uint16
	PMTPID  uint16
	PCRPID  uint16
	Version int
	HasPMT  bool
	Streams []Stream
}

// Stream is one PID.
type Stream struct {
	PID          uint16
	Type         byte     // stream_type of the PMT
	Registration string   // format identifier of descriptor 0x05
	Metadata     string   // metadata format identifier of descriptor 0x26
	Services     []byte   // metadata services of descriptor 0x26
	Carriage     Carriage // 0 when the stream is no metadata
	Video        bool
	Codec        Codec
	Packets      int64
	PES          int64
	Units        int64 // triplets, truncated ones included
	Truncated    int64
	UnitBytes    int64
	Pictures     int64
	KeyPictures  int64 // those that are random access points
}

// Reason says why a stream yielded no metadata unit. The catalogue has the texts.
type Reason string

// The reasons, empty when there were units.
const (
	NotTransport  Reason = "not a transport stream"
	NoTables      Reason = "no PAT or no PMT"
	NoneDeclared  Reason = "no metadata stream declared"
	DeclaredEmpty Reason = "metadata stream declared but empty"
	NoTriplets    Reason = "metadata stream without KLV"
)

// Summary returns what was found so far; after Flush, in all.
func (d *Demuxer) Summary() Summary {
	s := Summary{PacketSize: d.stride, Bytes: d.bytes, Packets: d.packets, Findings: d.sortedFindings()}
	s.Programs = d.Programs()
	for pid := range d.streams {
		st := d.streams[pid]
		if st == nil {
			continue
		}
		s.Units += st.units
		if st.program == d.stray && st.role != rolePAT && st.role != rolePMT && d.pids[pid].packets > 0 {
			s.Undeclared = append(s.Undeclared, d.describe(st, nil))
		}
	}
	if s.Units == 0 {
		s.Reason = d.reason(&s)
	}
	return s
}

// Programs returns the programs as the last PAT and PMT declared them.
func (d *Demuxer) Programs() []Program {
	all := make([]Program, 0, len(d.programs))
	for _, p := range d.programs {
		out := Program{Number: p.number, PMTPID: p.pmtPID, PCRPID: p.pcrPID, Version: p.version, HasPMT: p.hasPMT}
		for i := range p.elements {
			out.Streams = append(out.Streams, d.describe(d.streamOf(p.elements[i].pid), &p.elements[i]))
		}
		all = append(all, out)
	}
	return all
}

func (d *Demuxer) describe(st *stream, e *element) Stream {
	s := Stream{
		PID: st.pid, Type: st.streamType, Carriage: st.role.carriage(), Video: st.role == roleVideo, Codec: st.codec,
		Packets: d.pids[st.pid].packets, PES: st.pes, Units: st.units, Truncated: st.truncated, UnitBytes: st.unitBytes,
		Pictures: st.pictures, KeyPictures: st.keyPictures,
	}
	if e != nil {
		s.Type = e.streamType
		s.Registration, s.Metadata, s.Services = e.ds.registration, e.ds.metadata, e.ds.services
	}
	return s
}

func (d *Demuxer) reason(s *Summary) Reason {
	if s.Packets == 0 {
		return NotTransport
	}
	tables, declared, filled := false, false, false
	for _, p := range s.Programs {
		tables = tables || p.HasPMT
		for _, st := range p.Streams {
			declared = declared || st.Carriage != 0
			filled = filled || st.Carriage != 0 && st.PES > 0
		}
	}
	switch {
	case !tables:
		return NoTables
	case !declared:
		return NoneDeclared
	case !filled:
		return DeclaredEmpty
	}
	return NoTriplets
}
