package ingest

import (
	"slices"
	"strings"
	"unicode"

	"overflight/format/misb/st0903"
	"overflight/sensor"
)

// sensors are the words by which streams in use call the sensor of an image, in lower case (ST 0601 item 11, and image source
// device of EG 0104: "EO Nose", "IR Mitsubishi PtSi Model 500", "LYNX SAR Imagery"). What needs light and may bring its own, such
// as near infrared and low-light television, is none of them.
var sensors = [sensor.Bands][]string{
	sensor.Visible: {"eo", "eon", "eow", "tv", "dtv", "dltv", "daytv", "ccd", "rgb", "visible", "color", "colour", "daylight"},
	sensor.Thermal: {"ir", "mwir", "lwir", "tir", "infrared", "thermal", "flir"},
	sensor.Radar:   {"sar", "isar", "lynx", "tesar", "radar", "gmti"},
}

// mixes are words after which the other words of a name do not tell one band.
var mixes = []string{"blend", "blended", "fused", "fusion", "mixed", "pip", "near", "short", "nir", "swir", "lltv", "llltv", "lowlight"}

// bandOf is the band of a sensor by its name: unknown where the name says none, or more than one.
func bandOf(name string) sensor.Band {
	found := sensor.UnknownBand
	for word := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if slices.Contains(mixes, word) {
			return sensor.UnknownBand
		}
		for b := range sensor.Bands {
			if !slices.Contains(sensors[b], word) {
				continue
			}
			if found != sensor.UnknownBand && found != b {
				return sensor.UnknownBand
			}
			found = b
		}
	}
	return found
}

// pictureOf is the size of the picture by the items of VMTI (ST 0903 items 8 and 9), if it can be one.
func pictureOf(c *st0903.Context) sensor.Picture {
	const least, most = 16, 1<<16 - 1
	if c.FrameWidth < least || c.FrameHeight < least || c.FrameWidth > most || c.FrameHeight > most {
		return sensor.Picture{}
	}
	return sensor.Picture{Columns: uint16(c.FrameWidth), Rows: uint16(c.FrameHeight)}
}
