package dissemination

import (
	"strconv"
	"time"

	"overflight/authority"
	"overflight/evidence"
	"overflight/signature"
	"overflight/survey"
)

// ProductArrived says at the partner that a product came, and was found to be what was entered in the originator's log.
type ProductArrived struct {
	Release     string          `json:"release"`
	Report      string          `json:"report"`
	Office      string          `json:"office"`
	Product     evidence.Digest `json:"product"` // SHA-256 of the product's document
	Records     int             `json:"records"`
	Node        string          `json:"node"`              // the keys of the office, as the originator has them
	Signatories []string        `json:"signatories"`       // of those that came last, who of the office may sign
	Origin      string          `json:"origin"`            // the log
	Leaf        uint64          `json:"leaf"`              // of the report's statement there
	Size        uint64          `json:"size"`              // of the checkpoint by which that was proven
	Root        evidence.Digest `json:"root"`              // of the same
	Parcel      evidence.Digest `json:"parcel,omitzero"`   // SHA-256 of all that came, by which it can be proven again
	Cosigned    evidence.Digest `json:"cosigned,omitzero"` // of that checkpoint with the signature of this node's witness; zero where it has none
}

// Kind implements authority.Act.
func (ProductArrived) Kind() authority.Kind { return KindArrived }

// Ident implements authority.Act.
func (a ProductArrived) Ident() string { return a.Release }

// Check implements authority.Act.
func (a ProductArrived) Check() error {
	err := first(
		wantID("release", a.Release), wantID("report", a.Report), wantOffice("office", a.Office), wantDigest("product", a.Product), wantRange("records", a.Records, 1, 1<<20),
		wantText("origin", a.Origin), wantDigest("root", a.Root),
	)
	for _, k := range append([]string{a.Node}, a.Signatories...) {
		if _, wrong := signature.ParseKey(k); err == nil && wrong != nil {
			err = fault(CodeKey, "signatories", k)
		}
	}
	if err == nil && (a.Leaf >= a.Size || a.Size > 1<<53) {
		err = fault(CodeNumber, "leaf", strconv.FormatUint(a.Leaf, 10), "0", strconv.FormatUint(a.Size, 10))
	}
	return err
}

// ItemRefused says that something came which is not what it says: at the partner a product that the originator's log does not have, at the
// originator a receipt that is not the office's.
type ItemRefused struct {
	Item   string          `json:"item"`   // what the carrier calls it
	SHA256 evidence.Digest `json:"sha256"` // of its bytes
	Reason string          `json:"reason"`
	Why    []string        `json:"why,omitempty"` // code and arguments of the Fault, for saying it in any language
}

// Kind implements authority.Act.
func (ItemRefused) Kind() authority.Kind { return KindRefused }

// Ident implements authority.Act.
func (a ItemRefused) Ident() string { return a.SHA256.String() }

// Check implements authority.Act.
func (a ItemRefused) Check() error {
	if len(a.Why) > mostWords {
		return fault(CodeNumber, "why", strconv.Itoa(len(a.Why)), "0", strconv.Itoa(mostWords))
	}
	err := first(wantText("item", a.Item), wantDigest("sha256", a.SHA256), wantText("reason", a.Reason))
	for _, w := range a.Why {
		if err == nil && w != "" {
			err = wantText("why", w)
		}
	}
	return err
}

// PlaceholderArrived says at the partner that something is withheld from its state, and the how many-th that is. The leaf is there; what
// it says is not shown.
type PlaceholderArrived struct {
	State  string          `json:"state"`
	Number int             `json:"number"` // from 1, without gaps
	Origin string          `json:"origin"`
	Leaf   uint64          `json:"leaf"`
	Size   uint64          `json:"size"`
	Root   evidence.Digest `json:"root"`
}

// Kind implements authority.Act.
func (PlaceholderArrived) Kind() authority.Kind { return KindCounted }

// Ident implements authority.Act.
func (a PlaceholderArrived) Ident() string { return a.State + ":" + strconv.Itoa(a.Number) }

// Check implements authority.Act.
func (a PlaceholderArrived) Check() error {
	err := first(wantState("state", a.State), wantRange("number", a.Number, 1, 1_000_000_000), wantText("origin", a.Origin), wantDigest("root", a.Root))
	if err == nil && (a.Leaf >= a.Size || a.Size > 1<<53) {
		err = fault(CodeNumber, "leaf", strconv.FormatUint(a.Leaf, 10), "0", strconv.FormatUint(a.Size, 10))
	}
	return err
}

// Step is what a receipt says.
type Step string

// The steps. That something arrived is the word of the node, all others are a person's.
const (
	Arrived      Step = "arrived"
	Opened       Step = "opened"
	Acknowledged Step = "acknowledged"
	Disputed     Step = "disputed"
	Answered     Step = "answered"
)

// Steps lists the steps in their order.
func Steps() []Step { return []Step{Arrived, Opened, Acknowledged, Disputed, Answered} }

// repeats says whether there may be several of a step.
func (s Step) repeats() bool { return s == Disputed || s == Answered }

// Answer is what the host found at a site of a product.
type Answer struct {
	Record  int            `json:"record"` // of the product: the site
	Outcome survey.Outcome `json:"outcome"`
	Visited time.Time      `json:"visited,omitzero"`
}

// ReceiptGiven is what an office says of a product that was released to it. It is signed with a key of the office, and on record at both
// ends.
type ReceiptGiven struct {
	Release string          `json:"release"`
	Office  string          `json:"office"`
	Product evidence.Digest `json:"product"`
	Step    Step            `json:"step"`
	Number  int             `json:"number"` // among those of the step, from 1
	At      time.Time       `json:"at"`
	By      string          `json:"by"`             // name of the key that signs
	Says    string          `json:"says,omitempty"` // why it is disputed; a note beside an answer
	Answer  *Answer         `json:"answer,omitempty"`
}

// Kind implements authority.Act.
func (ReceiptGiven) Kind() authority.Kind { return KindReceipt }

// Ident implements authority.Act.
func (a ReceiptGiven) Ident() string {
	return a.Release + ":" + string(a.Step) + ":" + strconv.Itoa(a.Number)
}

// mostReceipts bounds the disputes and answers of one release.
const mostReceipts = 10_000

// Check implements authority.Act.
func (a ReceiptGiven) Check() error {
	var steps []string
	for _, s := range Steps() {
		steps = append(steps, string(s))
	}
	most := 1
	if a.Step.repeats() {
		most = mostReceipts
	}
	err := first(
		wantID("release", a.Release), wantOffice("office", a.Office), wantDigest("product", a.Product), choice("step", string(a.Step), steps),
		wantRange("number", a.Number, 1, most), wantInstant("at", a.At),
	)
	switch {
	case err != nil:
		return err
	case !signature.ValidName(a.By):
		return fault(CodeIdentifier, "by", a.By)
	case (a.Answer != nil) != (a.Step == Answered):
		return fault(CodeAnswer, string(a.Step))
	case a.Says == "" && a.Step == Disputed, a.Says != "" && !a.Step.repeats():
		return fault(CodeWhy, string(a.Step))
	}
	if a.Says != "" {
		if err := wantText("says", a.Says); err != nil {
			return err
		}
	}
	if a.Answer == nil {
		return nil
	}
	f := a.Found()
	return first(wantRange("answer.record", a.Answer.Record, 0, 1<<20), f.Check())
}

// Found is an answer as the host's word on a site, which the receipt does not name but by its record.
func (a *ReceiptGiven) Found() survey.Found {
	return survey.Found{Outcome: a.Answer.Outcome, Visited: a.Answer.Visited, Party: a.Office, Note: a.Says, By: a.By, At: a.At}
}
