package report

import (
	"strings"

	"overflight/account"
	"overflight/airspace"
	"overflight/evidence"
)

// keeps are the findings that lose nothing: the input breaks a rule, and all of it could be read. Every
// other finding makes an answer incomplete, so that a finding which is new to this list errs on
// that side.
var keeps = map[evidence.Code]bool{
	"adsb.value":   true,
	"csv.altitude": true,

	"mpegts.psi-gap": true, "mpegts.no-pat": true, "mpegts.no-pmt": true, "mpegts.program": true, "mpegts.missing-pid": true,
	"mpegts.undeclared": true, "mpegts.descriptor": true, "mpegts.stream-id": true, "mpegts.pts-missing": true,
	"mpegts.pts-unexpected": true, "mpegts.alignment": true, "mpegts.pts-gap": true, "mpegts.pts-backward": true,
	"mpegts.pcr-gap": true, "mpegts.pcr-backward": true, "mpegts.duplicate": true, "mpegts.video-time": true,

	"st0601.trailing": true, "st0601.longform": true, "st0601.order": true, "st0601.duplicate": true, "st0601.missing": true,
	"st0601.cleared": true, "st0601.text": true, "st0601.datum": true, "st0601.branch": true, "st0601.place": true, "st0601.undefined": true,
	"st0601.unknown": true, "st0601.range": true,
	"st0102.duplicate": true, "st0102.undefined": true, "st0102.text": true, "st0102.countries": true, "st0102.unknown": true, "st0102.incomplete": true,
	"st0903.zero_length": true, "st0903.special": true, "st0903.duplicate": true, "st0903.unknown_item": true, "st0903.version_assumed": true,
	"st0903.count": true, "st0903.pixel": true, "st0903.padded_length": true, "st0903.embedded_only": true, "st0903.checksum_absent": true,

	"ingest.leap-seconds": true, "ingest.contradicts": true, "ingest.laser": true,
	"path.duplicate": true,
}

// Loses reports whether a finding means that some of the input was lost or stays unknown: then the
// exit code is 5.
func Loses(c evidence.Code) bool {
	switch c {
	case airspace.CodeOrder, airspace.CodePosition, account.CodeCoarse, account.CodeWide:
		return true
	}
	// What else the reckoning says of a path is doubt and not loss.
	return !keeps[c] && !strings.HasPrefix(string(c), "airspace.") && !strings.HasPrefix(string(c), "account.")
}
