package source

import (
	"bytes"
	"fmt"
	"strings"

	"overflight/format/adsb"
	"overflight/format/csvpath"
	"overflight/format/klv"
	"overflight/format/mpegts"
	"overflight/ingest"
)

// Kinds names what can be read.
const Kinds = "MPEG-TS | KLV | readsb JSON | traffic JSON | CSV | gzip"

// magic is how kinds of files that are none of ours begin. They are looked for first: a metadata key
// or a sync byte can be found anywhere in a video file.
var magic = []struct {
	at    int
	bytes string
	name  string
}{
	{0, "%PDF-", "PDF"},
	{0, "\x89PNG\r\n", "PNG"},
	{0, "\xFF\xD8\xFF", "JPEG"},
	{0, "GIF8", "GIF"},
	{0, "II*\x00", "TIFF"},
	{0, "MM\x00*", "TIFF"},
	{4, "ftyp", "MP4"},
	{0, "\x1A\x45\xDF\xA3", "Matroska"},
	{0, "RIFF", "RIFF"},
	{0, "PK\x03\x04", "zip"},
	{0, "PK\x05\x06", "zip"},
	{0, "7z\xBC\xAF\x27\x1C", "7z"},
	{0, "BZh", "bzip2"},
	{0, "\xFD7zXZ\x00", "xz"},
	{0, "\x28\xB5\x2F\xFD", "zstd"},
	{0, "\x1F\x8B", "gzip × 2"},
	{0, "\xD4\xC3\xB2\xA1", "pcap"},
	{0, "\xA1\xB2\xC3\xD4", "pcap"},
	{0, "\x4D\x3C\xB2\xA1", "pcap"},
	{0, "\xA1\xB2\x3C\x4D", "pcap"},
	{0, "\x0A\x0D\x0D\x0A", "pcapng"},
	{0, "SQLite format 3", "SQLite"},
	{0, "\x7FELF", "ELF"},
	{0, "\x06\x0E\x2B\x34\x02\x05\x01\x01\x0D\x01\x02", "MXF"},
	{0, "\x00\x00\x01\xBA", "MPEG-PS"},
	{0, "\x00\x00\x00\x01\x67", "H.264"},
	{257, "ustar", "tar"},
	{0, "<?xml", "XML"},
	{0, "<!DOCTYPE html", "HTML"},
	{0, "<html", "HTML"},
	{0, "\x1A2", "Beast"},
	{0, "\x1A3", "Beast"},
	{0, "\x1A1", "Beast"},
	{0, "MSG,", "SBS"},
}

// leadIn is how far into a bare KLV file its first key may lie: such files are cut out of streams.
const leadIn = 4096

// sniff tells the kind of an input by its beginning, or else the name of what it is.
func sniff(head []byte) (kind ingest.Kind, foreign string) {
	for _, m := range magic {
		if len(head) > m.at && bytes.HasPrefix(head[m.at:], []byte(m.bytes)) {
			return "", m.name
		}
	}
	if _, ok := mpegts.Sniff(head); ok {
		return ingest.TransportStream, ""
	}
	if at := bytes.Index(head[:min(len(head), leadIn)], klv.Prefix[:]); at >= 0 {
		return ingest.BareKLV, ""
	}
	switch {
	case adsb.SniffTrace(head):
		return ingest.ReadsbTrace, ""
	case adsb.SniffTraffic(head):
		return ingest.TrafficJSON, ""
	case csvpath.Sniff(head):
		return ingest.CSVPath, ""
	}
	switch text := bytes.TrimSpace(head); {
	case len(text) > 0 && (text[0] == '{' || text[0] == '['):
		if bytes.Contains(text, []byte(`"FeatureCollection"`)) {
			return "", "GeoJSON"
		}
		return "", "JSON"
	case len(text) > 0 && printable(text[:min(len(text), 512)]):
		line, _, _ := strings.Cut(string(text[:min(len(text), 40)]), "\n")
		return "", fmt.Sprintf("%q", line)
	}
	return "", ""
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7F {
			return false
		}
	}
	return true
}

// hexadecimal is the beginning of an input as a finding shows it.
func hexadecimal(head []byte) string { return fmt.Sprintf("% X", head[:min(len(head), 8)]) }
