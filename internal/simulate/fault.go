package simulate

import "time"

// harm is what the faults of a sortie do to one packet.
type harm struct {
	lost     bool
	checksum uint16 // turned over in the sum
	clear    map[uint32]bool
	back     time.Duration
	reserved bool
	flip     bool
	kinds    []FaultKind
}

// harm gathers the faults that are at work on packet n at an offset; n counts the packets that would
// have been sent since the start.
func (s *Sortie) harm(offset time.Duration, n int) harm {
	var h harm
	for _, f := range s.Faults {
		if offset < f.From || offset >= f.To || n%max(f.Every, 1) != 0 {
			continue
		}
		h.kinds = append(h.kinds, f.Kind)
		switch f.Kind {
		case Silence, Drop:
			h.lost = true
		case Checksum:
			h.checksum = 0x5A5A
		case ZeroLength:
			if h.clear == nil {
				h.clear = map[uint32]bool{}
			}
			h.clear[f.Item] = true
		case Backwards:
			h.back += f.By
		case Reserved:
			h.reserved = true
		case Flip:
			h.flip = true
		}
	}
	return h
}
