package st0601

import (
	"overflight/format/klv"
	"overflight/format/misb"
)

// Horizon returns item 81.
func (s *Set) Horizon() (Horizon, bool) { return pack(s, TagImageHorizonPixelPack, ParseHorizon) }

// Identifier returns item 94.
func (s *Set) Identifier() (Identifier, bool) { return pack(s, TagMIISCoreIdentifier, ParseIdentifier) }

// Commands returns every item 115 that can be read.
func (s *Set) Commands() []Command {
	var out []Command
	for tag, raw := range s.Items() {
		if tag == TagControlCommand {
			if c, ok := ParseCommand(raw); ok {
				out = append(out, c)
			}
		}
	}
	return out
}

// Acknowledged returns item 116, the ids of commands that were carried out.
func (s *Set) Acknowledged() ([]uint32, bool) {
	return pack(s, TagControlCommandVerificationList, ParseIDs)
}

// ActiveWavelengths returns item 121, ids of item 128 or of the standard's list.
func (s *Set) ActiveWavelengths() ([]uint32, bool) { return pack(s, TagActiveWavelengthList, ParseIDs) }

// Countries returns item 122.
func (s *Set) Countries() (Countries, bool) { return pack(s, TagCountryCodes, ParseCountries) }

// FrameRate returns item 127.
func (s *Set) FrameRate() (FrameRate, bool) { return pack(s, TagSensorFrameRatePack, ParseFrameRate) }

// Wavelengths returns item 128.
func (s *Set) Wavelengths() ([]Wavelength, bool) {
	return pack(s, TagWavelengthsList, ParseWavelengths)
}

// Airbases returns item 130.
func (s *Set) Airbases() (Airbases, bool) { return pack(s, TagAirbaseLocations, ParseAirbases) }

// Payloads returns item 138 with the number of payloads in all.
func (s *Set) Payloads() (total uint32, payloads []Payload, ok bool) {
	if s.state[TagPayloadList] != OK {
		return 0, nil, false
	}
	raw, _ := s.Raw(TagPayloadList)
	return ParsePayloads(raw)
}

// ActivePayloads returns item 139.
func (s *Set) ActivePayloads() ([]uint32, bool) {
	return pack(s, TagActivePayloads, func(raw []byte) ([]uint32, bool) { return ParseActivePayloads(raw), true })
}

// Stores returns item 140: evidence that the stream reports stores.
func (s *Set) Stores() ([]Store, bool) { return pack(s, TagWeaponsStores, ParseStores) }

// Waypoints returns item 141.
func (s *Set) Waypoints() ([]Waypoint, bool) { return pack(s, TagWaypointList, ParseWaypoints) }

// ViewDomain returns item 142.
func (s *Set) ViewDomain() (ViewDomain, bool) { return pack(s, TagViewDomain, ParseViewDomain) }

// Substream is item 143, which names the branch that a Segment or Amend set belongs to.
type Substream struct {
	Local     uint32
	Universal UUID
	HasUUID   bool
}

// ParseSubstream reads item 143.
func ParseSubstream(raw []byte) (m Substream, ok bool) {
	if m.Local, raw, ok = oid(raw); !ok || len(raw) != 0 && len(raw) != 16 {
		return m, false
	}
	if len(raw) == 16 {
		m.Universal, m.HasUUID = UUID(raw), true
	}
	return m, true
}

// AppendTo appends the pack.
func (m Substream) AppendTo(dst []byte) []byte {
	dst = klv.AppendOID(dst, m.Local)
	if m.HasUUID {
		dst = append(dst, m.Universal[:]...)
	}
	return dst
}

// Substream returns item 143 of a Segment or Amend set.
func (s *Set) Substream() (Substream, bool) { return pack(s, TagMSID, ParseSubstream) }

func (m Substream) describe() misb.Value {
	out := misb.List{named("Local Identifier", misb.Uint(m.Local))}
	if m.HasUUID {
		out = append(out, named("Universal Identifier", misb.Bytes(m.Universal[:])))
	}
	return out
}

type describer interface{ describe() misb.Value }

func one[T describer](v T, ok bool) (misb.Value, bool) {
	if !ok {
		return nil, false
	}
	return v.describe(), true
}

func many[T describer](all []T, ok bool) (misb.Value, bool) {
	out := make(misb.List, 0, len(all))
	for _, v := range all {
		out = append(out, v.describe())
	}
	return out, ok
}

func numbers(ids []uint32, ok bool) (misb.Value, bool) {
	out := make(misb.List, 0, len(ids))
	for _, id := range ids {
		out = append(out, misb.Uint(id))
	}
	return out, ok
}

// describePack shows the packs and lists that need nothing but their bytes.
func describePack(tag Tag, raw []byte) (misb.Value, bool) {
	switch tag {
	case TagImageHorizonPixelPack:
		return one(ParseHorizon(raw))
	case TagMIISCoreIdentifier:
		return one(ParseIdentifier(raw))
	case TagControlCommand:
		return one(ParseCommand(raw))
	case TagControlCommandVerificationList, TagActiveWavelengthList:
		return numbers(ParseIDs(raw))
	case TagCountryCodes:
		return one(ParseCountries(raw))
	case TagSensorFrameRatePack:
		return one(ParseFrameRate(raw))
	case TagWavelengthsList:
		return many(ParseWavelengths(raw))
	case TagAirbaseLocations:
		return one(ParseAirbases(raw))
	case TagPayloadList:
		_, payloads, ok := ParsePayloads(raw)
		return many(payloads, ok)
	case TagActivePayloads:
		return numbers(ParseActivePayloads(raw), true)
	case TagWeaponsStores:
		return many(ParseStores(raw))
	case TagWaypointList:
		return many(ParseWaypoints(raw))
	case TagViewDomain:
		return one(ParseViewDomain(raw))
	case TagMSID:
		return one(ParseSubstream(raw))
	}
	return misb.Bytes(raw), true
}
