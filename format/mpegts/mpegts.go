// Package mpegts reads and writes MPEG-2 transport streams (ISO/IEC 13818-1) for what is in them
// beside the pictures: metadata access units and their times, as MISB ST 1402 carries them.
//
// A [Demuxer] takes bytes as they come, in chunks of any size, and hands out metadata units,
// pictures and findings. It holds no file and keeps no list: its memory is the same for a minute
// and for a day. Packets of 188 bytes, of 192 (a four-byte arrival time before each) and of 204
// (sixteen parity bytes after each) are told apart by their lattice of sync bytes.
//
// A [Muxer] writes a program of H.264 video and KLV metadata that conforms to ST 1402.
//
// Left out on purpose: audio, conditional access, the decoding of pictures, constant bit rate.
package mpegts

import "overflight/evidence"

// Ticks is the rate of PTS and DTS in hertz; PCR counts 300 times as fast.
const Ticks = 90000

// Carriage is how metadata travels in the stream (ST 1402.2 clause 9.4).
type Carriage uint8

// The carriages.
const (
	Async Carriage = iota + 1 // stream type 0x06, PES private data, time by proximity
	Sync                      // stream type 0x15, access unit cells, PTS in each PES packet
)

// String returns "async" or "sync".
func (c Carriage) String() string {
	switch c {
	case Async:
		return "async"
	case Sync:
		return "sync"
	}
	return "none"
}

// Unit is one KLV triplet (key, BER length, value) as it came out of the stream, whole whether it
// shared a PES packet with others or was spread over several.
type Unit struct {
	PID      uint16
	Program  uint16 // program number; 0 when no PMT named the PID before
	Carriage Carriage
	StreamID byte // of the PES header

	// Offset is that of the sync byte of the transport packet that holds the first byte of the key.
	Offset int64

	// PTS is in 90 kHz ticks, unwrapped from 33 bits within its timeline. Without HasPTS it means
	// nothing. Estimated says that the PES packet had none and that the value is the nearest PTS
	// of the program's video (or its PCR, where there is no video) before the unit; for what came
	// before the first of them, the first.
	PTS       int64
	HasPTS    bool
	Estimated bool

	// Timeline counts the declared discontinuities of the program's clock. PTS of different
	// timelines do not compare.
	Timeline int

	Service  byte // metadata service of the access unit cell; 0 when Async
	Sequence byte // sequence number of the first access unit cell; 0 when Async

	// Data is valid only during the call.
	Data []byte

	Truncated bool // bytes are missing at the end: fewer than the BER length says
	Damaged   bool // a transport packet of it was marked as in error or had a bad sync byte
}

// Codec is the coding of a video stream.
type Codec uint8

// The codecs that the demultiplexer tells apart.
const (
	UnknownCodec Codec = iota
	MPEG2
	H264
	HEVC
)

// String returns the usual name.
func (c Codec) String() string {
	switch c {
	case UnknownCodec:
		return "unknown"
	case MPEG2:
		return "MPEG-2"
	case H264:
		return "H.264"
	case HEVC:
		return "HEVC"
	}
	return "unknown"
}

// Picture is one video access unit: an entry of the frame index, and where it has one the time
// that ST 0604 put into it. Equality of that time with Item 2 of a ST 0601 set is what ties
// asynchronous metadata to a frame.
type Picture struct {
	PID          uint16
	Program      uint16
	Codec        Codec
	Offset       int64 // of the transport packet in which its PES packet starts
	PTS          int64 // as in Unit
	DTS          int64 // equal to PTS where the PES packet has no DTS
	HasPTS       bool
	Timeline     int
	RandomAccess bool // by the adaptation field, by its NAL types, by a recovery point

	// Time is that of ST 0604, zero and !HasTime when absent or when VideoClock was asked for.
	Time    Timestamp
	HasTime bool
}

// Timestamp is the time of ST 0604: Count of microseconds, or of nanoseconds when Nano, since
// 1970 on the MISP time scale, and the status byte (bit 7 clear: locked to a reference; bit 6:
// discontinuity; bit 5: backward).
type Timestamp struct {
	Count     uint64
	Nano      bool
	Status    byte
	Plausible bool // between 1990 and 2100
}

// Micros returns microseconds.
func (t Timestamp) Micros() uint64 {
	if t.Nano {
		return t.Count / 1000
	}
	return t.Count
}

// Handler takes what a Demuxer finds, in the order of the stream. It MUST NOT keep the pointers it
// is given, nor Unit.Data, after it returns, and MUST NOT call the Demuxer.
type Handler interface {
	Unit(*Unit)
	Picture(*Picture)
	Defect(evidence.Defect)
}

// Funcs is a Handler of functions; those that are nil are not called.
type Funcs struct {
	OnUnit    func(*Unit)
	OnPicture func(*Picture)
	OnDefect  func(evidence.Defect)
}

// Unit calls OnUnit.
func (f *Funcs) Unit(u *Unit) {
	if f.OnUnit != nil {
		f.OnUnit(u)
	}
}

// Picture calls OnPicture.
func (f *Funcs) Picture(p *Picture) {
	if f.OnPicture != nil {
		f.OnPicture(p)
	}
}

// Defect calls OnDefect.
func (f *Funcs) Defect(d evidence.Defect) {
	if f.OnDefect != nil {
		f.OnDefect(d)
	}
}

// Video says how far into the video a Demuxer looks.
type Video uint8

// What is read of a video stream. All give Pictures with PTS.
const (
	VideoClock Video = iota // PES headers and the random access flag of the adaptation field
	VideoHeads              // and each PES packet up to its first slice: NAL types, ST 0604 time
	VideoFull               // and all of it: several access units in a PES packet are told apart
)

// Config configures a Demuxer; the zero value is good.
type Config struct {
	Video Video

	// MaxUnit bounds a KLV triplet in bytes; what claims more is a finding. Default 4 MiB.
	MaxUnit int

	// MaxDefects is how many findings of one code go to the Handler; all are counted, see
	// Summary.Findings. Default 1,000.
	MaxDefects int
}

const (
	defaultMaxUnit    = 4 << 20
	defaultMaxDefects = 1000
)

// The findings of this package. Those marked "once a stream" are habits of a producer: the first
// of each PID is handed out, the rest are counted.
const (
	CodeSync          evidence.Code = "mpegts.sync"           // bytes skipped, or one bad sync byte
	CodeTruncated     evidence.Code = "mpegts.truncated"      // the stream ends inside a packet, a PES packet or a triplet
	CodeError         evidence.Code = "mpegts.error"          // transport_error_indicator
	CodeAdaptation    evidence.Code = "mpegts.adaptation"     // impossible adaptation field
	CodeScrambled     evidence.Code = "mpegts.scrambled"      // payload is scrambled
	CodeContinuity    evidence.Code = "mpegts.continuity"     // continuity_counter jumped: packets are missing
	CodeDuplicate     evidence.Code = "mpegts.duplicate"      // a packet came twice; the second is ignored
	CodeSection       evidence.Code = "mpegts.section"        // impossible PSI section
	CodeCRC           evidence.Code = "mpegts.crc"            // CRC-32 of a PSI section
	CodePSIGap        evidence.Code = "mpegts.psi-gap"        // PAT or PMT more than 250 ms apart (ST 1402-02)
	CodeNoPAT         evidence.Code = "mpegts.no-pat"         // no PAT in the whole stream
	CodeNoPMT         evidence.Code = "mpegts.no-pmt"         // a program without PMT in the whole stream
	CodeProgram       evidence.Code = "mpegts.program"        // PAT or PMT changed in the stream
	CodeMissingPID    evidence.Code = "mpegts.missing-pid"    // declared, but no packet in the whole stream
	CodeUndeclared    evidence.Code = "mpegts.undeclared"     // metadata on a PID that no PMT declares as such
	CodeDescriptor    evidence.Code = "mpegts.descriptor"     // descriptor of ST 1402 missing or impossible
	CodePESStart      evidence.Code = "mpegts.pes-start"      // no PES header where one should start
	CodePESLength     evidence.Code = "mpegts.pes-length"     // PES_packet_length is not what came
	CodeStreamID      evidence.Code = "mpegts.stream-id"      // not 0xBD (async) or 0xFC (sync); once a stream
	CodePTSMissing    evidence.Code = "mpegts.pts-missing"    // sync PES packet without PTS (ST 1402-07)
	CodePTSUnexpected evidence.Code = "mpegts.pts-unexpected" // async PES packet with PTS (ST 1402-22); once a stream
	CodeAlignment     evidence.Code = "mpegts.alignment"      // data_alignment_indicator (ST 1402-20, -21); once a stream
	CodePTSGap        evidence.Code = "mpegts.pts-gap"        // more than 0.7 s between PTS of a stream
	CodePTSBackward   evidence.Code = "mpegts.pts-backward"   // PTS of metadata runs backward, or any by more than 0.7 s
	CodePCRGap        evidence.Code = "mpegts.pcr-gap"        // more than 100 ms between PCR
	CodePCRBackward   evidence.Code = "mpegts.pcr-backward"   // PCR runs backward without a declared discontinuity
	CodeCell          evidence.Code = "mpegts.au-cell"        // impossible or missing access unit cell
	CodeSequence      evidence.Code = "mpegts.au-sequence"    // sequence number of access unit cells jumped
	CodeFragment      evidence.Code = "mpegts.au-fragment"    // fragment without its first, or first without its last
	CodeLoose         evidence.Code = "mpegts.loose"          // bytes of a metadata stream that are in no triplet
	CodeUnitLength    evidence.Code = "mpegts.unit-length"    // BER length of a triplet is illegal or beyond Config.MaxUnit
	CodeUnitCut       evidence.Code = "mpegts.unit-cut"       // triplet with bytes missing at its end
	CodeLimit         evidence.Code = "mpegts.limit"          // more than 64 metadata PIDs: the rest is not read
	CodeVideoTime     evidence.Code = "mpegts.video-time"     // implausible or malformed ST 0604 time
)
