package ingest

// Kind is what an input is, told by its content.
type Kind string

// The kinds. Text is stable: it is what --json prints.
const (
	TransportStream Kind = "mpeg-ts" // 188, 192 or 204 byte packets
	BareKLV         Kind = "klv"     // triplets back to back
	ReadsbTrace     Kind = "readsb"  // globe-history trace JSON
	TrafficJSON     Kind = "traffic" // export of the traffic library
	CSVPath         Kind = "csv"     // time,lat,lon,alt with a header line
)

// Metadata reports whether the kind holds MISB metadata packets.
func (k Kind) Metadata() bool { return k == TransportStream || k == BareKLV }
