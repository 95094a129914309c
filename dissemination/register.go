package dissemination

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"overflight/authority"
	"overflight/evidence"
)

// Office is an office on record.
type Office struct {
	authority.Entry[OfficeDescribed] // the version that counts
	First                            time.Time
	Revoked                          *authority.Entry[OfficeRevoked] // nil while it is not

	before []authority.Entry[OfficeDescribed]
}

// At is the version of a digest; the one that counts where none has it.
func (o *Office) At(digest evidence.Digest) authority.Entry[OfficeDescribed] {
	for _, e := range o.before {
		if e.Recorded.Digest == digest {
			return e
		}
	}
	return o.Entry
}

// Report is a report on record. Versions are in their order; none of them is erased alone.
type Report struct {
	Number   int // among the reports of the register, from 1
	ID       string
	Versions []authority.Entry[ReportDrafted]
	Erased   *authority.Entry[ReportErased]
}

// Latest is the version that is released.
func (r *Report) Latest() *authority.Entry[ReportDrafted] { return &r.Versions[len(r.Versions)-1] }

// Release is a report given to an office, and what the office said.
type Release struct {
	authority.Entry[ReportReleased]
	Number   int // among the releases of the register, from 1
	Revoked  *authority.Entry[ReleaseRevoked]
	Receipts []authority.Entry[ReceiptGiven]
}

// Arrival is a product that came, and what was said of it.
type Arrival struct {
	authority.Entry[ProductArrived]
	Number   int // among the arrivals of the register, from 1
	Revoked  *authority.Entry[ReleaseRevoked]
	Receipts []authority.Entry[ReceiptGiven]
}

// View is a view that was agreed.
type View struct {
	authority.Entry[ViewAgreed]
	Ended *authority.Entry[ViewEnded] // nil while it is in force
}

// Register is the fold of acts in the order in which they were recorded. It is read by any number at once, and written by one.
type Register struct {
	offices  []*Office
	reports  []*Report
	releases []*Release
	arrivals []*Arrival
	views    []*View
	withheld []authority.Entry[EntryWithheld]
	exports  []authority.Entry[ProductExported]
	refused  []authority.Entry[ItemRefused]
	counted  []authority.Entry[PlaceholderArrived]
}

// NewRegister returns a register without acts.
func NewRegister() *Register { return &Register{} }

// Admit reports whether Apply would put an act on record, and changes nothing. What it refuses is a *Fault.
func (r *Register) Admit(a authority.Act, rec authority.Recorded) error {
	_, err := r.admit(a, rec)
	return err
}

// Apply puts an act on record. It changes nothing when it returns an error; the same document recorded again is none.
func (r *Register) Apply(a authority.Act, rec authority.Recorded) error {
	do, err := r.admit(a, rec)
	if err == nil {
		do()
	}
	return err
}

func entry[A authority.Act](a A, rec authority.Recorded) authority.Entry[A] {
	return authority.Entry[A]{Act: a, Recorded: rec}
}

// again tells an act that is on record from another under its identifier.
func again(a authority.Act, was, rec authority.Recorded) (func(), error) {
	if was.Digest == rec.Digest {
		return func() {}, nil
	}
	return nil, fault(CodeExists, string(a.Kind()), a.Ident())
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// admit returns what Apply does.
func (r *Register) admit(a authority.Act, rec authority.Recorded) (func(), error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	for _, name := range Signers(a) {
		if !slices.Contains(rec.Signers, name) {
			return nil, fault(CodeNotSigned, string(a.Kind()), name)
		}
	}
	switch a := a.(type) {
	case OfficeDescribed:
		return r.describe(a, rec)
	case OfficeRevoked:
		return r.shutOff(a, rec)
	case ReportDrafted:
		return r.draft(a, rec)
	case ReportErased:
		return r.erase(a, rec)
	case ReportReleased:
		return r.release(a, rec)
	case ReleaseRevoked:
		return r.revoke(a, rec)
	case ViewAgreed:
		return r.agree(a, rec)
	case ViewEnded:
		return r.end(a, rec)
	case EntryWithheld:
		return r.withhold(a, rec)
	case ProductExported:
		return r.export(a, rec)
	case ProductArrived:
		return r.arrive(a, rec)
	case ItemRefused:
		return func() { r.refused = append(r.refused, entry(a, rec)) }, nil
	case PlaceholderArrived:
		return r.count(a, rec)
	case ReceiptGiven:
		return r.receipt(a, rec)
	}
	return nil, fmt.Errorf("%w: %q", authority.ErrKind, string(a.Kind()))
}

func (r *Register) office(id string) *Office {
	for _, o := range r.offices {
		if o.Act.Office == id {
			return o
		}
	}
	return nil
}

// standing is an office that may be given something.
func (r *Register) standing(id string) (*Office, error) {
	switch o := r.office(id); {
	case o == nil:
		return nil, fault(CodeNoOffice, id)
	case o.Revoked != nil:
		return nil, fault(CodeOfficeRevoked, id, stamp(o.Revoked.Recorded.At))
	default:
		return o, nil
	}
}

func (r *Register) describe(a OfficeDescribed, rec authority.Recorded) (func(), error) {
	o := r.office(a.Office)
	next := 1
	if o != nil {
		if o.Act.Version == a.Version {
			return again(a, o.Recorded, rec)
		}
		if o.Revoked != nil {
			return nil, fault(CodeOfficeRevoked, a.Office, stamp(o.Revoked.Recorded.At))
		}
		next = o.Act.Version + 1
	}
	if a.Version != next {
		return nil, fault(CodeVersion, a.Office, number(a.Version), number(next))
	}
	// What opens one office must not open another. The node of a state answers for all its offices.
	for _, p := range a.Signatories {
		for _, other := range r.offices {
			if other.Act.Office != a.Office && slices.Contains(other.Act.Signatories, p) {
				return nil, fault(CodeOtherOffice, p[:strings.IndexByte(p, '+')], other.Act.Office)
			}
		}
	}
	return func() {
		if o == nil {
			r.offices = append(r.offices, &Office{Entry: entry(a, rec), First: rec.At})
		} else {
			o.before = append(o.before, o.Entry)
			o.Entry = entry(a, rec)
		}
	}, nil
}

func (r *Register) shutOff(a OfficeRevoked, rec authority.Recorded) (func(), error) {
	o, err := r.standing(a.Office)
	if err != nil {
		if o := r.office(a.Office); o != nil && o.Revoked.Recorded.Digest == rec.Digest {
			return func() {}, nil
		}
		return nil, err
	}
	return func() { e := entry(a, rec); o.Revoked = &e }, nil
}

func (r *Register) report(id string) *Report {
	for _, x := range r.reports {
		if x.ID == id {
			return x
		}
	}
	return nil
}

func (r *Register) draft(a ReportDrafted, rec authority.Recorded) (func(), error) {
	x := r.report(a.Statement.ID)
	next, root := 1, evidence.Digest{}
	if x != nil {
		if last := x.Latest(); last.Act.Statement.Version >= a.Statement.Version {
			return again(a, x.Versions[a.Statement.Version-1].Recorded, rec)
		}
		if x.Erased != nil {
			return nil, fault(CodeErased, x.ID)
		}
		next, root = len(x.Versions)+1, x.Latest().Act.Statement.Root
	}
	switch s := &a.Statement; {
	case s.Version != next:
		return nil, fault(CodeVersion, s.ID, number(s.Version), number(next))
	case s.Supersedes != root:
		return nil, fault(CodeOtherRoot, s.ID, number(next-1))
	}
	if err := r.held(a.Marking.Caveats); err != nil {
		return nil, err
	}
	return func() {
		if x == nil {
			x = &Report{Number: len(r.reports) + 1, ID: a.Statement.ID}
			r.reports = append(r.reports, x)
		}
		x.Versions = append(x.Versions, entry(a, rec))
	}, nil
}

// held refuses a caveat that no office holds: what is marked so nobody could ever be shown.
func (r *Register) held(caveats []string) error {
	for _, c := range caveats {
		if !slices.ContainsFunc(r.offices, func(o *Office) bool { return o.Revoked == nil && slices.Contains(o.Act.Compartments, c) }) {
			return fault(CodeNobodyHolds, c)
		}
	}
	return nil
}

func (r *Register) erase(a ReportErased, rec authority.Recorded) (func(), error) {
	x := r.report(a.Report)
	switch {
	case x == nil:
		return nil, fault(CodeNoReport, a.Report)
	case x.Erased != nil:
		return again(a, x.Erased.Recorded, rec)
	}
	return func() { e := entry(a, rec); x.Erased = &e }, nil
}

func (r *Register) release(a ReportReleased, rec authority.Recorded) (func(), error) {
	if have := r.released(a.ID); have != nil {
		return again(a, have.Recorded, rec)
	}
	x := r.report(a.Report)
	switch {
	case x == nil || a.Version > len(x.Versions):
		return nil, fault(CodeNoReport, a.Report)
	case x.Erased != nil:
		return nil, fault(CodeErased, a.Report)
	case a.Version != len(x.Versions):
		return nil, fault(CodeVersion, a.Report, number(a.Version), number(len(x.Versions)))
	case x.Latest().Act.Statement.Root != a.Root:
		return nil, fault(CodeOtherRoot, a.Report, number(a.Version))
	}
	o, err := r.standing(a.Office)
	switch {
	case err != nil:
		return nil, err
	case o.Recorded.Digest != a.OfficeAct:
		return nil, fault(CodeOfficeChanged, a.Office)
	case !slices.Contains(o.Act.Purposes, a.Purpose):
		return nil, fault(CodePurpose, a.Office, a.Purpose)
	}
	if v := r.view(a.Standing); a.Standing != "" && (v == nil || v.Ended != nil || v.Act.Office != a.Office || v.Act.Purpose != a.Purpose) {
		return nil, fault(CodeNoView, a.Standing)
	}
	if err := r.held(x.Latest().Act.Marking.Caveats); err != nil {
		return nil, err
	}
	for _, other := range r.releases {
		if other.Revoked == nil && other.Act.Report == a.Report && other.Act.Version == a.Version && other.Act.Office == a.Office {
			return nil, fault(CodeReleased, a.Report, a.Office, other.Act.ID)
		}
	}
	return func() { r.releases = append(r.releases, &Release{Entry: entry(a, rec), Number: len(r.releases) + 1}) }, nil
}

func (r *Register) released(id string) *Release {
	for _, x := range r.releases {
		if x.Act.ID == id {
			return x
		}
	}
	return nil
}

func (r *Register) arrived(id string) *Arrival {
	for _, x := range r.arrivals {
		if x.Act.Release == id {
			return x
		}
	}
	return nil
}

// revoke is of a release, or at the partner of what arrived by it.
func (r *Register) revoke(a ReleaseRevoked, rec authority.Recorded) (func(), error) {
	var revoked **authority.Entry[ReleaseRevoked]
	if x := r.released(a.Release); x != nil {
		revoked = &x.Revoked
	} else if x := r.arrived(a.Release); x != nil {
		revoked = &x.Revoked
	} else {
		return nil, fault(CodeNoRelease, a.Release)
	}
	if was := *revoked; was != nil {
		if was.Recorded.Digest == rec.Digest {
			return func() {}, nil
		}
		return nil, fault(CodeReleaseRevoked, a.Release, stamp(was.Recorded.At))
	}
	return func() { e := entry(a, rec); *revoked = &e }, nil
}

func (r *Register) view(id string) *View {
	for _, v := range r.views {
		if v.Act.ID == id {
			return v
		}
	}
	return nil
}

// mayUse refuses an office that is not known or shut off, and what it may not use a product for.
func (r *Register) mayUse(office, purpose string) error {
	o, err := r.standing(office)
	if err != nil {
		return err
	}
	if !slices.Contains(o.Act.Purposes, purpose) {
		return fault(CodePurpose, office, purpose)
	}
	return nil
}

func (r *Register) agree(a ViewAgreed, rec authority.Recorded) (func(), error) {
	if v := r.view(a.ID); v != nil {
		return again(a, v.Recorded, rec)
	}
	if err := r.mayUse(a.Office, a.Purpose); err != nil {
		return nil, err
	}
	for _, v := range r.views {
		if v.Ended == nil && v.Act.Office == a.Office {
			return nil, fault(CodeExists, string(a.Kind()), v.Act.ID)
		}
	}
	return func() { r.views = append(r.views, &View{Entry: entry(a, rec)}) }, nil
}

func (r *Register) end(a ViewEnded, rec authority.Recorded) (func(), error) {
	v := r.view(a.Standing)
	switch {
	case v == nil:
		return nil, fault(CodeNoView, a.Standing)
	case v.Ended != nil:
		return again(a, v.Ended.Recorded, rec)
	}
	return func() { e := entry(a, rec); v.Ended = &e }, nil
}

func (r *Register) withhold(a EntryWithheld, rec authority.Recorded) (func(), error) {
	next := 1
	for i := range r.withheld {
		if w := &r.withheld[i]; w.Act.State == a.State {
			if w.Recorded.Digest == rec.Digest {
				return func() {}, nil
			}
			if w.Act.Flight == a.Flight {
				return nil, fault(CodeExists, string(a.Kind()), w.Act.Ident())
			}
			next++
		}
	}
	if a.Number != next {
		return nil, fault(CodeVersion, a.State, number(a.Number), number(next))
	}
	return func() { r.withheld = append(r.withheld, entry(a, rec)) }, nil
}

func (r *Register) export(a ProductExported, rec authority.Recorded) (func(), error) {
	for i := range r.exports {
		if e := &r.exports[i]; e.Act.ID == a.ID {
			return again(a, e.Recorded, rec)
		}
	}
	if _, err := r.Keys(a.Office); err != nil {
		return nil, err
	}
	if r.office(a.Office) != nil { // at a partner's node no office is described: its copy says what it is for
		if err := r.mayUse(a.Office, a.Purpose); err != nil {
			return nil, err
		}
	}
	return func() { r.exports = append(r.exports, entry(a, rec)) }, nil
}

func (r *Register) arrive(a ProductArrived, rec authority.Recorded) (func(), error) {
	if have := r.arrived(a.Release); have != nil {
		return again(a, have.Recorded, rec)
	}
	return func() { r.arrivals = append(r.arrivals, &Arrival{Entry: entry(a, rec), Number: len(r.arrivals) + 1}) }, nil
}

// count takes placeholders without gaps, each of a leaf of its own: none can be left out, and none can stand for two.
func (r *Register) count(a PlaceholderArrived, rec authority.Recorded) (func(), error) {
	next := 1
	for i := range r.counted {
		if c := &r.counted[i]; c.Act.State == a.State {
			if c.Act.Number == a.Number {
				return again(a, c.Recorded, rec)
			}
			if c.Act.Origin == a.Origin && c.Act.Leaf == a.Leaf {
				return nil, fault(CodeExists, string(a.Kind()), c.Act.Ident())
			}
			next++
		}
	}
	if a.Number != next {
		return nil, fault(CodeVersion, a.State, number(a.Number), number(next))
	}
	return func() { r.counted = append(r.counted, entry(a, rec)) }, nil
}

// receipt is of what was released, or at the partner of what arrived.
func (r *Register) receipt(a ReceiptGiven, rec authority.Recorded) (func(), error) {
	var had *[]authority.Entry[ReceiptGiven]
	var office string
	var product evidence.Digest
	records := 0
	if x := r.released(a.Release); x != nil {
		had, office, product = &x.Receipts, x.Act.Office, x.Act.Product
		records = r.report(x.Act.Report).Versions[x.Act.Version-1].Act.Statement.Records
	} else if x := r.arrived(a.Release); x != nil {
		had, office, product, records = &x.Receipts, x.Act.Office, x.Act.Product, x.Act.Records
	}
	switch {
	case had == nil, office != a.Office:
		return nil, fault(CodeNeverReleased, a.Release, a.Office)
	case product != a.Product:
		return nil, fault(CodeOtherProduct, a.Release)
	case r.ofOffice(&a) != nil:
		return nil, r.ofOffice(&a)
	case a.Answer != nil && a.Answer.Record >= records:
		return nil, fault(CodeNoRecord, number(a.Answer.Record), number(records))
	}
	of := map[Step]int{}
	for i := range *had {
		e := &(*had)[i]
		if e.Act.Step == a.Step && e.Act.Number == a.Number {
			return again(a, e.Recorded, rec)
		}
		of[e.Act.Step]++
	}
	switch {
	case a.Step != Arrived && of[Arrived] == 0:
		return nil, fault(CodeNotArrived, a.Release)
	case a.Step != Arrived && a.Step != Opened && of[Opened] == 0:
		return nil, fault(CodeNotOpened, a.Release)
	case a.Number != of[a.Step]+1:
		return nil, fault(CodeVersion, a.Release, number(a.Number), number(of[a.Step]+1))
	}
	return func() { *had = append(*had, entry(a, rec)) }, nil
}

// ofOffice refuses a receipt under a name that is not the office's. The node says that something arrived, persons say the rest.
func (r *Register) ofOffice(a *ReceiptGiven) error {
	keys, err := r.Keys(a.Office)
	if err != nil {
		return err
	}
	if _, node, ok := keys.KeyOf(a.By); !ok || node != (a.Step == Arrived) {
		return fault(CodeNotOffices, a.By, a.Office)
	}
	return nil
}

// Keys are those by which an office answers: as it is described, and at a partner as the last that arrived for it says. Of what is returned
// only these and the name are filled.
func (r *Register) Keys(office string) (OfficeDescribed, error) {
	if o := r.office(office); o != nil {
		return OfficeDescribed{Office: office, Node: o.Act.Node, Signatories: o.Act.Signatories}, nil
	}
	for i := len(r.arrivals) - 1; i >= 0; i-- {
		if a := &r.arrivals[i].Act; a.Office == office {
			return OfficeDescribed{Office: office, Node: a.Node, Signatories: a.Signatories}, nil
		}
	}
	return OfficeDescribed{}, fault(CodeNoOffice, office)
}
