package ingest

import (
	"testing"

	"overflight/format/misb/st0903"
	"overflight/sensor"
)

func TestBandOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]sensor.Band{
		"EO":                           sensor.Visible,
		"EO Nose":                      sensor.Visible,
		"EO Zoom (TV)":                 sensor.Visible,
		"eo_spotter-2":                 sensor.Visible,
		"IR":                           sensor.Thermal,
		"IR Mitsubishi PtSi Model 500": sensor.Thermal,
		"IR InSb Amber Model TBT":      sensor.Thermal,
		"MWIR":                         sensor.Thermal,
		"LYNX SAR Imagery":             sensor.Radar,
		"TESAR Imagery":                sensor.Radar,
		"EO/IR":                        sensor.UnknownBand, // two
		"EO IR Blend":                  sensor.UnknownBand,
		"FLIR EO":                      sensor.UnknownBand, // of that maker, or both
		"SWIR":                         sensor.UnknownBand,
		"Near Infrared":                sensor.UnknownBand,
		"":                             sensor.UnknownBand,
		"Virus":                        sensor.UnknownBand, // no part of a word
		"\xff\xfe":                     sensor.UnknownBand,
	} {
		if got := bandOf(name); got != want {
			t.Errorf("%q is %v, want %v", name, got, want)
		}
	}
	for c, want := range map[st0903.Context]sensor.Picture{
		{FrameWidth: 1920, FrameHeight: 1080}:   {Columns: 1920, Rows: 1080},
		{FrameWidth: 1920}:                      {},
		{FrameWidth: 70_000, FrameHeight: 1080}: {},
		{FrameWidth: 4, FrameHeight: 3}:         {},
	} {
		if got := pictureOf(&c); got != want {
			t.Errorf("%+v is %v, want %v", c, got, want)
		}
	}
}
