package statement

import (
	"fmt"

	"overflight/authority"
	"overflight/validity"
)

// Memory is a Record of what it is given. It is not written while it is read.
type Memory struct {
	All   []Flight // by their numbers
	Reach Extent
	Given Papers
}

// Flights implements Record.
func (m *Memory) Flights(p validity.Period) ([]Flight, error) {
	var out []Flight
	for i := range m.All {
		if m.All[i].meets(validity.Period{To: p.To}) {
			out = append(out, m.All[i])
		}
	}
	return out, nil
}

// Flight implements Record.
func (m *Memory) Flight(number string) (Flight, error) {
	for i := range m.All {
		if m.All[i].Number == number {
			return m.All[i], nil
		}
	}
	return Flight{}, fmt.Errorf("%w: flight %s", authority.ErrNoSuch, number)
}

// Extent implements Record.
func (m *Memory) Extent(p validity.Period) (Extent, error) {
	var out Extent
	for _, c := range m.Reach.Covered {
		if _, meet := c.Period.Intersect(p); meet {
			out.Covered = append(out.Covered, c)
		}
	}
	for _, h := range m.Reach.Holes {
		if _, meet := h.Period.Intersect(p); meet {
			out.Holes = append(out.Holes, h)
		}
	}
	return out, nil
}

// Papers implements Record.
func (m *Memory) Papers() (Papers, error) { return m.Given, nil }
