package ingest

import (
	"strconv"

	"overflight/evidence"
	"overflight/flight"
	"overflight/format/klv"
	"overflight/format/misb"
	"overflight/format/misb/eg0104"
	"overflight/format/misb/st0102"
	"overflight/format/misb/st0601"
	"overflight/format/misb/st0903"
	"overflight/geodesy"
	"overflight/sensor"
)

// stream is the packets of one PID, or of a bare KLV file: what the standards keep from packet to
// packet is kept here.
type stream struct {
	m        *metadata
	uas      st0601.Decoder
	uasSet   st0601.Set
	predator eg0104.Decoder
	predSet  eg0104.Set
	vmti     st0903.Decoder
	vmtiSet  st0903.Set
	aircraft flight.Aircraft
	held     held
	picture  sensor.Picture
	gate     gate
	obs      Observation
	marked   marked
}

// read decodes one packet and hands over what it says. Damaged says that bytes of it are missing or
// were marked as in error on the way.
func (st *stream) read(p *Packet, damaged bool) error {
	m := st.m
	key := klv.Key(p.Bytes[:16])
	name, known := klv.Standard(key)
	p.Standard = name
	p.Checksum = Absent
	relied := !damaged
	st.obs = Observation{PID: p.PID, Aircraft: &st.aircraft, Places: st.obs.Places[:0], Sights: st.obs.Sights[:0]}
	switch name {
	case "ST 0601":
		st.readUAS(p, &relied)
	case "EG 0104":
		st.readPredator(p, relied)
	case "ST 0903":
		st.readVMTI(p)
	case "ST 0102":
		st.readSecurity(p)
	default:
		if !known {
			p.Standard = key.String()
			m.out.Unknown++
			p.Defects = append(p.Defects, evidence.Defect{Code: CodeUnknownSet, Got: key.String()})
		}
	}
	m.out.ByStandard[p.Standard]++
	if !relied || p.Checksum == Bad {
		m.out.Quarantined++
		p.Defects = append(p.Defects, evidence.Defect{Code: CodeQuarantined, Got: string(p.Checksum)})
	}
	st.place(p)
	m.out.Defects.AddAll(p.Defects)
	if m.visit.Packet != nil {
		if err := m.visit.Packet(p); err != nil {
			return err
		}
	}
	if m.visit.Observation == nil || (name != "ST 0601" && name != "EG 0104") {
		return nil
	}
	st.observe(p, relied && p.Checksum != Bad)
	return m.visit.Observation(&st.obs)
}

// place turns offsets from the packet's key into offsets in the source. The bytes of a packet in a
// transport stream are not together there, so all get the offset of the transport packet that holds
// the key.
func (st *stream) place(p *Packet) {
	for i := range p.Defects {
		if p.Carriage == None {
			p.Defects[i].Offset += p.Offset
		} else {
			p.Defects[i].Offset = p.Offset
		}
	}
}

func (st *stream) describe(p *Packet, set *misb.Set) {
	p.Set = set
	p.Defects = append(p.Defects, set.Defects...)
	set.Defects = nil
}

func (st *stream) unreadable(p *Packet, err error) {
	p.Defects = append(p.Defects, evidence.Defect{Code: CodeUnreadable, Item: p.Standard, Got: err.Error()})
}

func (st *stream) readUAS(p *Packet, relied *bool) {
	s := &st.uasSet
	if err := st.uas.Decode(p.Bytes, s); err != nil {
		st.unreadable(p, err)
		*relied = false
		return
	}
	switch s.Checksum {
	case st0601.ChecksumOK:
		p.Checksum = Good
	case st0601.ChecksumBad:
		p.Checksum = Bad
	case st0601.ChecksumAbsent:
		*relied = false // item 1 is mandatory (ST 0601.13-23): without it nothing vouches for the bytes
	}
	if st.m.visit.Packet != nil {
		st.describe(p, s.Describe())
	} else {
		p.Defects = append(p.Defects, s.Defects...)
	}
	if us, ok := s.Time(); ok {
		if leap, ok := s.Int(st0601.TagLeapSeconds); ok && p.Checksum == Good {
			p.Defects = append(p.Defects, st.m.scale(leap, us)...)
		}
		p.Time, p.HasTime = st.m.out.Scale.instant(us), true
	}
	if v, ok := s.VMTI(); ok && p.Checksum == Good {
		st.obs.Reports = len(v.Targets)
		st.obs.Classes = classes(v)
		if st.m.opt.Places {
			st.obs.Places = places(st.obs.Places, v, place(s, st0601.TagFrameCenterLatitude, st0601.TagFrameCenterLongitude))
		}
		st.m.out.Reports += len(v.Targets)
	}
	if raw, ok := s.Raw(st0601.TagSecurityLocalSet); ok && p.Checksum == Good {
		st.marked.read(raw)
	}
	p.Defects = append(p.Defects, contradictions(s)...)
}

// stored are the items with a number that say what is carried or coded, and under which code each is found.
var stored = []struct {
	tag  st0601.Tag
	code evidence.Code
}{{st0601.TagWeaponLoad, CodeContradicts}, {st0601.TagWeaponFired, CodeContradicts}, {st0601.TagLaserPRFCode, CodeLaser}}

// contradictions are the items by which a stream contradicts the statement that the aircraft was
// unarmed, and the code of a laser, which does not. They are findings and are used for nothing else; absent or zero proves nothing.
func contradictions(s *st0601.Set) []evidence.Defect {
	var found []evidence.Defect
	for _, x := range stored {
		if v, ok := s.Uint(x.tag); ok && v != 0 {
			found = append(found, evidence.Defect{Code: x.code, Item: strconv.Itoa(int(x.tag)), Got: strconv.FormatUint(v, 10)})
		}
	}
	if raw, ok := s.Raw(st0601.TagWeaponsStores); ok && len(raw) > 0 {
		found = append(found, evidence.Defect{
			Code: CodeContradicts, Item: strconv.Itoa(int(st0601.TagWeaponsStores)), Got: strconv.Itoa(len(raw)) + " B",
		})
	}
	return found
}

func (st *stream) readPredator(p *Packet, relied bool) {
	s := &st.predSet
	if err := st.predator.Decode(p.Bytes, s); err != nil {
		st.unreadable(p, err)
	}
	if st.m.visit.Packet != nil {
		st.describe(p, s.Describe())
	} else {
		p.Defects = append(p.Defects, s.Defects...)
	}
	if us, ok := s.Time(); ok {
		p.Time, p.HasTime = UTC.instant(us), true
	}
}

func (st *stream) readVMTI(p *Packet) {
	s := &st.vmtiSet
	if err := st.vmti.DecodePacket(p.Bytes, s); err != nil {
		st.unreadable(p, err)
		return
	}
	switch s.Integrity {
	case st0903.Good:
		p.Checksum = Good
		st.m.out.Reports += len(s.Targets)
	case st0903.Bad:
		p.Checksum = Bad
	case st0903.Absent, st0903.Unchecked:
	}
	if st.m.visit.Packet != nil {
		st.describe(p, s.Describe())
	} else {
		p.Defects = append(p.Defects, s.Defects...)
	}
	if us, ok := s.Uint(st0903.Timestamp); ok {
		p.Time, p.HasTime = st.m.out.Scale.instant(us), true
	}
}

func (st *stream) readSecurity(p *Packet) {
	_, size, err := klv.ParseLength(p.Bytes[16:])
	if err != nil {
		st.unreadable(p, err)
		return
	}
	st.marked.read(p.Bytes[16+size:])
	s := st0102.Decode(p.Bytes[16+size:])
	if st.m.visit.Packet != nil {
		st.describe(p, s.Describe())
	} else {
		p.Defects = append(p.Defects, s.Defects...)
	}
}

// observe fills the observation from the set that was read.
func (st *stream) observe(p *Packet, relied bool) {
	o := &st.obs
	o.Standard = p.Standard
	ref := evidence.Ref{Source: st.m.opt.Source, Offset: p.Offset, Length: int64(len(p.Bytes))}
	o.Frame = sensor.Frame{Time: p.Time, Ref: ref, Quarantined: !relied}
	o.Marking = st.marked.newest
	o.Fix = flight.Fix{Time: p.Time, GroundSpeed: -1, Ref: ref}
	if p.Standard == "ST 0601" {
		frameUAS(&st.uasSet, &o.Frame)
		if relied {
			st.held.apply(&st.uasSet, &o.Frame)
			st.identify()
			if v, ok := st.uasSet.Real(st0601.TagPlatformGroundSpeed); ok {
				o.Fix.GroundSpeed = geodesy.Speed(v)
			}
			if v, ok := st.uasSet.VMTI(); ok {
				st.picture = pictureOf(&v.Context)
				if st.m.opt.Sights && p.HasTime {
					o.Sights = sights(o.Sights, v, &o.Frame)
				}
			}
			o.Frame.Picture = st.picture
		}
	} else {
		framePredator(&st.predSet, &o.Frame)
		if v, ok := st.predSet.Text(eg0104.DeviceDesignation); ok && relied && st.aircraft.Type == "" {
			st.aircraft.Type = v
		}
	}
	position, ok := o.Frame.Position.Get()
	if !relied || !ok {
		return
	}
	o.Fix.Position = position
	if a, ok := o.Frame.Altitude.Get(); ok {
		o.Fix.Altitude = a
	}
	if d, ok := st.gate.check(&o.Fix); ok {
		o.HasFix = true
	} else {
		st.m.out.Defects.Add(d)
	}
}

// identify takes what the packet says about the aircraft: the first value of each counts.
func (st *stream) identify() {
	for _, f := range []struct {
		tag st0601.Tag
		dst *string
	}{
		{st0601.TagMissionID, &st.aircraft.Mission},
		{st0601.TagPlatformTailNumber, &st.aircraft.Registration},
		{st0601.TagPlatformDesignation, &st.aircraft.Type},
		{st0601.TagPlatformCallSign, &st.aircraft.Callsign},
	} {
		if *f.dst == "" {
			if v, ok := st.uasSet.Text(f.tag); ok {
				*f.dst = v
			}
		}
	}
}
