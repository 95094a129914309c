package st0601

import (
	"overflight/format/klv"
	"overflight/format/misb"
)

// The nested sets that are shown as values and kept as bytes: remote video terminal (ST 0806), SAR
// (ST 1206), range image (ST 1002), geo-registration (ST 1601), composite imaging (ST 1602).

var st0806 = &localSet{standard: "ST 0806", fields: []field{
	1:  {name: "Checksum", form: asUint},
	2:  {name: "Timestamp", form: asInstant},
	3:  {name: "Platform True Airspeed", unit: "m/s", form: asUint},
	4:  {name: "Platform Indicated Airspeed", unit: "m/s", form: asUint},
	5:  {name: "Telemetry Accuracy Indicator", form: asBytes},
	6:  {name: "Frag Circle Radius", unit: "m", form: asUint},
	7:  {name: "Frame Code", form: asUint},
	8:  {name: "UAS LS Version Number", form: asUint},
	9:  {name: "Video Data Rate", form: asUint},
	10: {name: "Digital Video File Format", form: asText},
	11: {name: "User Defined Local Set", form: asSet, set: st0806User},
	12: {name: "Point of Interest Local Set", form: asSet, set: st0806Point},
	13: {name: "Area of Interest Local Set", form: asSet, set: st0806Area},
	14: {name: "MGRS Zone", form: asUint},
	15: {name: "MGRS Latitude Band and Grid Square", form: asText},
	16: {name: "MGRS Easting", unit: "m", form: asUint},
	17: {name: "MGRS Northing", unit: "m", form: asUint},
	18: {name: "Frame Center MGRS Zone", form: asUint},
	19: {name: "Frame Center MGRS Latitude Band and Grid Square", form: asText},
	20: {name: "Frame Center MGRS Easting", unit: "m", form: asUint},
	21: {name: "Frame Center MGRS Northing", unit: "m", form: asUint},
}}

var st0806User = &localSet{standard: "ST 0806 User Defined", fields: []field{
	1: {name: "Numeric ID and Data Type", form: asPack, pack: userDefinedID},
	2: {name: "User Data", form: asBytes},
}}

var pointTypes = []string{1: "Friendly", 2: "Hostile", 3: "Target", 4: "Unknown"}

var st0806Point = &localSet{standard: "ST 0806 Point of Interest", fields: []field{
	1:  {name: "POI Number", form: asUint},
	2:  {name: "POI Latitude", unit: "deg", form: asSigned, high: 90},
	3:  {name: "POI Longitude", unit: "deg", form: asSigned, high: 180},
	4:  {name: "POI Altitude", unit: "m", form: asLinear, low: -900, high: 19000},
	5:  {name: "POI Type", form: asCode, meanings: pointTypes},
	6:  {name: "POI Text", form: asText},
	7:  {name: "POI Source Icon", form: asText},
	8:  {name: "POI Source ID", form: asText},
	9:  {name: "POI Label", form: asText},
	10: {name: "Operation ID", form: asText},
}}

var st0806Area = &localSet{standard: "ST 0806 Area of Interest", fields: []field{
	1:  {name: "AOI Number", form: asUint},
	2:  {name: "AOI Corner 1 Latitude", unit: "deg", form: asSigned, high: 90},
	3:  {name: "AOI Corner 1 Longitude", unit: "deg", form: asSigned, high: 180},
	4:  {name: "AOI Corner 3 Latitude", unit: "deg", form: asSigned, high: 90},
	5:  {name: "AOI Corner 3 Longitude", unit: "deg", form: asSigned, high: 180},
	6:  {name: "AOI Type", form: asCode, meanings: pointTypes},
	7:  {name: "AOI Text", form: asText},
	8:  {name: "AOI Source ID", form: asText},
	9:  {name: "AOI Label", form: asText},
	10: {name: "Operation ID", form: asText},
}}

func userDefinedID(raw []byte) (misb.Value, bool) {
	if len(raw) != 1 {
		return nil, false
	}
	return misb.List{
		misb.Field{Name: "Type", Value: meaning(int64(raw[0]>>6), []string{"String", "Signed Integer", "Unsigned Integer", "Experimental"})},
		misb.Field{Name: "ID", Value: misb.Uint(raw[0] & 0x3F)},
	}, true
}

var st1206 = &localSet{standard: "ST 1206", fields: []field{
	1:  {name: "Grazing Angle", unit: "deg", form: asMapped, high: 90},
	2:  {name: "Ground Plane Squint Angle", unit: "deg", form: asMapped, low: -90, high: 90},
	3:  {name: "Look Direction", form: asCode, meanings: []string{"Left", "Right"}},
	4:  {name: "Image Plane", form: asCode, meanings: []string{"Slant", "Ground", "Other"}},
	5:  {name: "Range Resolution", unit: "m", form: asMapped, high: 1e6},
	6:  {name: "Cross-Range Resolution", unit: "m", form: asMapped, high: 1e6},
	7:  {name: "Range Image Plane Pixel Size", unit: "m", form: asMapped, high: 1e6},
	8:  {name: "Cross-Range Image Plane Pixel Size", unit: "m", form: asMapped, high: 1e6},
	9:  {name: "Image Rows", unit: "px", form: asUint},
	10: {name: "Image Columns", unit: "px", form: asUint},
	11: {name: "Range Direction Angle", unit: "deg", form: asMapped, high: 360},
	12: {name: "True North", unit: "deg", form: asMapped, high: 360},
	13: {name: "Range Layover Angle", unit: "deg", form: asMapped, high: 360},
	14: {name: "Ground Aperture Angular Extent", unit: "deg", form: asMapped, high: 90},
	15: {name: "Aperture Duration", unit: "us", form: asUint},
	16: {name: "Ground Track Angle", unit: "deg", form: asMapped, high: 360},
	17: {name: "Minimum Detectable Velocity", unit: "m/s", form: asMapped, high: 100},
	18: {name: "True Pulse Repetition Frequency", unit: "Hz", form: asMapped, high: 1e6},
	19: {name: "Pulse Repetition Frequency Scale Factor", form: asMapped, high: 1},
	20: {name: "Transmit RF Center Frequency", unit: "Hz", form: asMapped, high: 1e12},
	21: {name: "Transmit RF Bandwidth", unit: "Hz", form: asMapped, high: 1e11},
	22: {name: "Radar Cross Section Scale Factor Polynomial", form: asArray},
	23: {name: "Reference Frame Precision Time Stamp", form: asInstant},
	24: {name: "Reference Frame Grazing Angle", unit: "deg", form: asMapped, high: 90},
	25: {name: "Reference Frame Ground Plane Squint Angle", unit: "deg", form: asMapped, low: -90, high: 90},
	26: {name: "Reference Frame Range Direction Angle", unit: "deg", form: asMapped, high: 360},
	27: {name: "Reference Frame Range Layover Angle", unit: "deg", form: asMapped, high: 360},
	28: {name: "Document Version", form: asUint},
}}

var st1002 = &localSet{standard: "ST 1002", fields: []field{
	1:  {name: "Precision Time Stamp", form: asInstant},
	11: {name: "Document Version", form: asUint},
	12: {name: "Range Image Enumerations", form: asPack, pack: rangeEnumerations},
	13: {name: "Range Measurement", unit: "m", form: asReal},
	14: {name: "Range Measurement Uncertainty", unit: "m", form: asReal},
	15: {name: "Range Measurement Row Coordinate", unit: "px", form: asReal},
	16: {name: "Range Measurement Column Coordinate", unit: "px", form: asReal},
	17: {name: "Number of Sections in X", form: asOID},
	18: {name: "Number of Sections in Y", form: asOID},
	19: {name: "Generalized Transformation Local Set", form: asSet, set: st1202},
	20: {name: "Section Data Pack", form: asPack, pack: sectionData},
	21: {name: "CRC-16-CCITT", form: asUint},
}}

var st1202 = &localSet{standard: "ST 1202", fields: []field{
	1:  {name: "X Equation Numerator - X Factor", form: asReal},
	2:  {name: "X Equation Numerator - Y Factor", form: asReal},
	3:  {name: "X Equation Numerator - Constant", form: asReal},
	4:  {name: "Y Equation Numerator - X Factor", form: asReal},
	5:  {name: "Y Equation Numerator - Y Factor", form: asReal},
	6:  {name: "Y Equation Numerator - Constant", form: asReal},
	7:  {name: "Denominator - X Factor", form: asReal},
	8:  {name: "Denominator - Y Factor", form: asReal},
	9:  {name: "SDCC-FLP", form: asBytes},
	10: {name: "Document Version", form: asUint},
	11: {name: "Transformation Enumeration", form: asCode, meanings: []string{
		"Other", "Chipping", "Child-Parent", "Default Pixel-Space to Image-Space", "Optical",
	}},
}}

func rangeEnumerations(raw []byte) (misb.Value, bool) {
	v, n, err := klv.ParseOID(raw)
	return misb.List{
		misb.Field{Name: "Compression Method", Value: meaning(int64(v&7), []string{"No Compression", "Planar Fit"})},
		misb.Field{Name: "Data Type", Value: meaning(int64(v>>3&7), []string{"Perspective Range Image", "Depth Range Image"})},
		misb.Field{Name: "Source", Value: meaning(int64(v>>6&1), []string{"Computationally Extracted", "Range Sensor"})},
	}, err == nil && n == len(raw)
}

// sectionData reads the pack of ST 1002 clause 6.4: length-value pairs, the later ones optional.
func sectionData(raw []byte) (misb.Value, bool) {
	names := [...]string{
		"Section Number X", "Section Number Y", "Array of Range Measurements", "Array of Uncertainties",
		"Plane X Scale", "Plane Y Scale", "Plane Constant",
	}
	var out misb.List
	for i, name := range names {
		value, rest, ok := lengthValue(raw)
		if len(raw) == 0 && i > 2 {
			break
		}
		if !ok {
			return nil, false
		}
		raw = rest
		if len(value) == 0 {
			out = append(out, misb.Field{Name: name, Value: misb.Unknown{Reason: misb.Cleared}})
			continue
		}
		var v misb.Value
		switch i {
		case 0, 1:
			number, n, err := klv.ParseOID(value)
			v, ok = misb.Uint(number), err == nil && n == len(value)
		case 2, 3:
			v, ok = array(value, false)
		default:
			var x float64
			x, ok = float(value)
			v = misb.Real(x)
		}
		if !ok {
			return nil, false
		}
		out = append(out, misb.Field{Name: name, Value: v})
	}
	return out, len(raw) == 0
}

var st1601 = &localSet{standard: "ST 1601", fields: []field{
	1: {name: "Document Version", form: asUint},
	2: {name: "Algorithm Name", form: asText},
	3: {name: "Algorithm Version", form: asText},
	4: {name: "Correspondence Points - Row/Column", unit: "px", form: asArray, whole: true},
	5: {name: "Correspondence Points - Latitude/Longitude", unit: "deg", form: asArray},
	6: {name: "Second Image Name", form: asText},
	7: {name: "Algorithm Configuration Identifier", form: asBytes},
	8: {name: "Correspondence Points - Elevation", unit: "m", form: asArray},
	9: {name: "Correspondence Points SDCC - Row/Column", form: asArrayOf, rows: []bounds{
		{0, 100}, {0, 100}, {-1, 1}, {0, 100}, {0, 100}, {-1, 1},
	}},
	10: {name: "Correspondence Points SDCC - Latitude/Longitude/Elevation", form: asArrayOf, rows: []bounds{
		{0, 650}, {0, 650}, {-1, 1}, {0, 1000}, {-1, 1}, {-1, 1},
	}},
}}

var st1602 = &localSet{standard: "ST 1602", fields: []field{
	1:  {name: "Precision Time Stamp", form: asInstant},
	2:  {name: "Document Version", form: asOID},
	3:  {name: "Source Image Rows", unit: "px", form: asUint},
	4:  {name: "Source Image Columns", unit: "px", form: asUint},
	5:  {name: "Source Image AOI Rows", unit: "px", form: asUint},
	6:  {name: "Source Image AOI Columns", unit: "px", form: asUint},
	7:  {name: "Source Image AOI Position X", unit: "px", form: asInt},
	8:  {name: "Source Image AOI Position Y", unit: "px", form: asInt},
	9:  {name: "Sub-Image Rows", unit: "px", form: asUint},
	10: {name: "Sub-Image Columns", unit: "px", form: asUint},
	11: {name: "Sub-Image Position X", unit: "px", form: asInt},
	12: {name: "Sub-Image Position Y", unit: "px", form: asInt},
	13: {name: "Active Sub-Image Rows", unit: "px", form: asUint},
	14: {name: "Active Sub-Image Columns", unit: "px", form: asUint},
	15: {name: "Active Sub-Image Offset X", unit: "px", form: asInt},
	16: {name: "Active Sub-Image Offset Y", unit: "px", form: asInt},
	17: {name: "Transparency", form: asUint},
	18: {name: "Z-Order", form: asUint},
}}
