package dissemination

import (
	"slices"

	"overflight/authority"
	"overflight/evidence"
)

// What is on record. What these return is the caller's, but for the slices within it.

// Offices lists the offices in the order of their first description.
func (r *Register) Offices() []Office { return values(r.offices) }

// Office returns an office that may be given something, or one that was shut off.
func (r *Register) Office(id string) (Office, error) {
	if o := r.office(id); o != nil {
		return *o, nil
	}
	return Office{}, fault(CodeNoOffice, id)
}

// Reports lists the reports by number.
func (r *Register) Reports() []Report { return values(r.reports) }

// Report finds a report by its identifier, or by its number as text.
func (r *Register) Report(name string) (Report, error) {
	for _, x := range r.reports {
		if x.ID == name || number(x.Number) == name {
			return *x, nil
		}
	}
	return Report{}, fault(CodeNoReport, name)
}

// Releases lists the releases by number.
func (r *Register) Releases() []Release { return values(r.releases) }

// Release finds a release by its identifier, or by its number as text.
func (r *Register) Release(name string) (Release, error) {
	for _, x := range r.releases {
		if x.Act.ID == name || number(x.Number) == name {
			return *x, nil
		}
	}
	return Release{}, fault(CodeNoRelease, name)
}

// Arrivals lists what arrived by number.
func (r *Register) Arrivals() []Arrival { return values(r.arrivals) }

// Arrival finds what arrived by the identifier of its release, or by its number as text.
func (r *Register) Arrival(name string) (Arrival, error) {
	for _, x := range r.arrivals {
		if x.Act.Release == name || number(x.Number) == name {
			return *x, nil
		}
	}
	return Arrival{}, fault(CodeNoRelease, name)
}

// Views lists the views that were agreed, in order.
func (r *Register) Views() []View { return values(r.views) }

// View returns a view that was agreed; false where there is none of that identifier.
func (r *Register) View(id string) (View, bool) {
	if v := r.view(id); v != nil {
		return *v, true
	}
	return View{}, false
}

// Withheld lists what is withheld from a state; from all where none is named.
func (r *Register) Withheld(state string) []authority.Entry[EntryWithheld] {
	return slices.DeleteFunc(slices.Clone(r.withheld), func(e authority.Entry[EntryWithheld]) bool { return state != "" && e.Act.State != state })
}

// Exports lists what was written as files, in order.
func (r *Register) Exports() []authority.Entry[ProductExported] { return slices.Clone(r.exports) }

// Refused lists what came and was not taken, in order.
func (r *Register) Refused() []authority.Entry[ItemRefused] { return slices.Clone(r.refused) }

// Counted lists at the partner what it was told is withheld, in order.
func (r *Register) Counted() []authority.Entry[PlaceholderArrived] { return slices.Clone(r.counted) }

// OfficeOf says whose copy a product is, by the digest of its document.
func (r *Register) OfficeOf(product evidence.Digest) (office string, ok bool) {
	for _, x := range r.releases {
		if x.Act.Product == product {
			return x.Act.Office, true
		}
	}
	for _, x := range r.arrivals {
		if x.Act.Product == product {
			return x.Act.Office, true
		}
	}
	return "", false
}

func values[T any](all []*T) []T {
	out := make([]T, len(all))
	for i, x := range all {
		out[i] = *x
	}
	return out
}
