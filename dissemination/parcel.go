package dissemination

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"overflight/authority"
	"overflight/evidence"
	"overflight/release"
	"overflight/signature"
	"overflight/transparency"
)

// Logged is an act with what proves that it stands in a log.
type Logged struct {
	Document json.RawMessage   `json:"document"` // canonical
	Index    uint64            `json:"index"`    // of the leaf
	Opening  []byte            `json:"opening"`  // transparency.Opening.Bytes
	Proof    []evidence.Digest `json:"proof"`    // up to the root of the checkpoint
}

// Parcel is what goes to a partner's node: a product with the acts that it came about by, and the log's word for them. It needs nothing
// beside it but the key of the log.
type Parcel struct {
	Checkpoint []byte `json:"checkpoint"` // signed note
	Office     Logged `json:"office"`     // OfficeDescribed: by which it was judged, and whose keys answer
	Report     Logged `json:"report"`     // ReportDrafted
	Release    Logged `json:"release"`    // ReportReleased
	// View is the ViewAgreed that a release is by; nil where two persons signed the release itself.
	View    *Logged `json:"view,omitempty"`
	Product []byte  `json:"product"` // its document, byte for byte
}

// Notice is what goes to a partner's node without a product: that a release is revoked, with the act.
type Notice struct {
	Checkpoint []byte `json:"checkpoint"`
	Act        Logged `json:"act"` // ReleaseRevoked
}

// Placeholder is what a state is told of what is withheld from it: how many-th it is, and the leaf, closed.
type Placeholder struct {
	Checkpoint []byte            `json:"checkpoint"`
	State      string            `json:"state"`
	Number     int               `json:"number"`
	Index      uint64            `json:"index"`
	Leaf       []byte            `json:"leaf"` // transparency.Entry.Bytes
	Proof      []evidence.Digest `json:"proof"`
}

// SignedReceipt is a receipt on its way back, with its signature.
type SignedReceipt struct {
	Document  json.RawMessage  `json:"document"`
	Signature signature.Signed `json:"signature"`
}

// MostParcel bounds what goes to a partner's node, in bytes.
const MostParcel = 16 << 20

// ReadItem reads what EncodeItem wrote. Nothing in it is believed before it is checked.
func ReadItem[T Parcel | Notice | Placeholder | SignedReceipt](b []byte) (*T, error) {
	if len(b) > MostParcel {
		return nil, Wrong(PartItem, fault(CodeTooLarge, strconv.Itoa(len(b)), strconv.Itoa(MostParcel)))
	}
	var out T
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return nil, Wrong(PartItem, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, Wrong(PartItem, fault(CodeNotOneWay))
	}
	// What is written in another way says the same to some readers and not to others.
	if again, err := EncodeItem(out); err != nil || !bytes.Equal(again, b) {
		return nil, Wrong(PartItem, fault(CodeNotOneWay))
	}
	return &out, nil
}

// Checked is what a parcel came to.
type Checked struct {
	Checkpoint transparency.SignedCheckpoint
	Office     OfficeDescribed
	Report     ReportDrafted
	Release    ReportReleased
	View       *ViewAgreed // that the release is by, or nil
	Product    *release.Product

	agreed signedAct // by two persons
}

// signedAct is what persons signed, whom it names, and their signatures.
type signedAct struct {
	part       Part
	kind       authority.Kind
	document   []byte // canonical
	named      []string
	signatures []signature.Signed
}

func (l *Logged) signed(part Part, a authority.Act, signatures []signature.Signed) (signedAct, error) {
	document, err := signature.Canonical(l.Document)
	if err != nil {
		return signedAct{}, Wrong(part, err)
	}
	named := Signers(a)
	for _, name := range named {
		if !slices.ContainsFunc(signatures, func(s signature.Signed) bool { return s.Name == name }) {
			return signedAct{}, Wrong(part, fault(CodeNotSigned, string(a.Kind()), name))
		}
	}
	return signedAct{part, a.Kind(), document, named, signatures}, nil
}

// By are the two persons by whose word the office has the product: of the release, or of the view that it is by.
func (c *Checked) By() []string { return c.agreed.named }

// CheckSignatories holds the signatures of the two to the keys that a policy says are theirs ([transparency.Policy.Signatories]), and these to
// being those of two. Of whom the policy names no key is returned: whether it was they cannot be told.
func (c *Checked) CheckSignatories(policy *transparency.Policy) (unknown []string, err error) {
	x := &c.agreed
	var keys []transparency.Key
	for _, name := range x.named {
		s := x.signatures[slices.IndexFunc(x.signatures, func(s signature.Signed) bool { return s.Name == name })]
		label, err := s.Key()
		if err != nil {
			return nil, Wrong(x.part, err)
		}
		theirs := slices.DeleteFunc(slices.Clone(policy.Signatories()), func(k transparency.Key) bool { return k.Name() != name })
		if len(theirs) == 0 {
			unknown = append(unknown, name)
			continue
		}
		key := theirs[max(0, slices.IndexFunc(theirs, func(k transparency.Key) bool { return signature.Label(k) == label }))]
		if err := signature.Verify(string(x.kind), x.document, s, key); err != nil {
			return nil, Wrong(x.part, err)
		}
		keys = append(keys, key)
	}
	if err := signature.Distinct(keys, len(keys)); err != nil {
		return nil, Wrong(x.part, err)
	}
	return unknown, nil
}

// checkpoint is one that a log of the policy signed.
func checkpoint(b []byte, p *transparency.Policy) (transparency.SignedCheckpoint, error) {
	s, err := transparency.ParseUnverified(b)
	if err == nil {
		err = p.CheckLog(s)
	}
	if err != nil {
		return s, Wrong(PartCheckpoint, err)
	}
	return s, nil
}

// body is the body of the leaf of an act, as far as it is asked for.
type body struct {
	Act        string             `json:"act"`
	Document   json.RawMessage    `json:"document"`
	SHA256     string             `json:"sha256"`
	Signatures []signature.Signed `json:"signatures"`
}

// check holds an act to its leaf, and the leaf to a checkpoint.
func (l *Logged) check(kind authority.Kind, at transparency.SignedCheckpoint) (authority.Act, []signature.Signed, error) {
	o, err := transparency.ParseOpening(l.Opening)
	if err != nil {
		return nil, nil, err
	}
	leaf, err := o.Entry()
	if err != nil {
		return nil, nil, err
	}
	if err := transparency.CheckInclusion(at.Checkpoint, l.Index, transparency.LeafHash(leaf.Bytes()), l.Proof); err != nil {
		return nil, nil, err
	}
	var b body
	if err := json.Unmarshal(o.Body, &b); err != nil {
		return nil, nil, err
	}
	document, err := signature.Canonical(l.Document)
	if err != nil {
		return nil, nil, err
	}
	digest := sha256.Sum256(document)
	if same := b.SHA256 == transparency.EncodeDigest(digest) || bytes.Equal(b.Document, document); b.Act != string(kind) || !same {
		return nil, nil, fault(CodeOtherAct)
	}
	a, err := Decode(kind, document)
	return a, b.Signatures, err
}

// Check holds a parcel to the log that a policy names: its acts are in it, and the product is the one that was released, all of it as it
// was logged, with the names of two persons under it. What is not is named. Whether it was they is for [Checked.CheckSignatories]: who has a new
// key since the policy was written is not to keep a product from who waits for it.
func (p *Parcel) Check(policy *transparency.Policy) (*Checked, error) {
	var out Checked
	var err error
	if out.Checkpoint, err = checkpoint(p.Checkpoint, policy); err != nil {
		return nil, err
	}
	a, _, err := p.Office.check(KindOffice, out.Checkpoint)
	if err != nil {
		return nil, Wrong(PartOffice, err)
	}
	out.Office, _ = a.(OfficeDescribed) // of that kind it is
	a, _, err = p.Report.check(KindDrafted, out.Checkpoint)
	if err != nil {
		return nil, Wrong(PartReport, err)
	}
	out.Report, _ = a.(ReportDrafted) // of that kind it is
	a, signatures, err := p.Release.check(KindReleased, out.Checkpoint)
	if err != nil {
		return nil, Wrong(PartRelease, err)
	}
	out.Release, _ = a.(ReportReleased)
	if out.Release.Standing == "" {
		out.agreed, err = p.Release.signed(PartRelease, out.Release, signatures)
	} else {
		err = p.view(&out)
	}
	if err != nil {
		return nil, err
	}
	if p.View != nil && out.View == nil {
		return nil, Wrong(PartView, fault(CodeNeedlessView))
	}
	document, err := signature.Canonical(p.Office.Document)
	if err != nil || sha256.Sum256(document) != out.Release.OfficeAct || out.Office.Office != out.Release.Office {
		return nil, Wrong(PartOffice, fault(CodeOtherDescription))
	}
	if sha256.Sum256(p.Product) != out.Release.Product {
		return nil, Wrong(PartProduct, fault(CodeOtherContent))
	}
	if out.Product, err = release.ParseUnverified(p.Product); err == nil {
		err = out.Product.Check()
	}
	if err == nil {
		err = out.agree()
	}
	if err != nil {
		return nil, Wrong(PartProduct, err)
	}
	return &out, nil
}

// view holds the release to the view that it is by.
func (p *Parcel) view(out *Checked) error {
	if p.View == nil {
		return Wrong(PartView, fault(CodeNoView, out.Release.Standing))
	}
	a, signatures, err := p.View.check(KindStanding, out.Checkpoint)
	if err != nil {
		return Wrong(PartView, err)
	}
	v, _ := a.(ViewAgreed) // of that kind it is
	if v.ID != out.Release.Standing || v.Office != out.Release.Office || v.Purpose != out.Release.Purpose {
		return Wrong(PartView, fault(CodeOtherView))
	}
	out.View = &v
	out.agreed, err = p.View.signed(PartView, v, signatures)
	return err
}

// agree holds the parts to each other.
func (c *Checked) agree() error {
	s, logged, r, k := &c.Product.Statement, &c.Report.Statement, &c.Release, &c.Product.Copy
	switch {
	case s.ID != logged.ID || s.Version != logged.Version || s.Records != logged.Records || s.Root != logged.Root || s.Supersedes != logged.Supersedes || !s.Made.Equal(logged.Made):
		return fault(CodeOtherStatement)
	case r.Report != s.ID || r.Version != s.Version || r.Root != s.Root:
		return fault(CodeOtherVersion)
	case k.Office != r.Office || k.State != State(r.Office) || k.Mark != r.Mark || k.Purpose != r.Purpose || !k.Released.Equal(r.NotBefore) || !slices.Equal(k.Caveats, r.Caveats):
		return fault(CodeOtherCopy)
	}
	return nil
}

// Check holds a notice to the log that a policy names.
func (n *Notice) Check(policy *transparency.Policy) (ReleaseRevoked, error) {
	at, err := checkpoint(n.Checkpoint, policy)
	if err != nil {
		return ReleaseRevoked{}, err
	}
	a, _, err := n.Act.check(KindRevoked, at)
	if err != nil {
		return ReleaseRevoked{}, Wrong(PartRevocation, err)
	}
	out, _ := a.(ReleaseRevoked) // of that kind it is
	return out, nil
}

// Check holds a placeholder to the log that a policy names: the leaf is there, whatever it says.
func (p *Placeholder) Check(policy *transparency.Policy) (PlaceholderArrived, error) {
	at, err := checkpoint(p.Checkpoint, policy)
	if err != nil {
		return PlaceholderArrived{}, err
	}
	if err := transparency.CheckInclusion(at.Checkpoint, p.Index, transparency.LeafHash(p.Leaf), p.Proof); err != nil {
		return PlaceholderArrived{}, Wrong(PartPlaceholder, err)
	}
	return PlaceholderArrived{State: p.State, Number: p.Number, Origin: at.Origin, Leaf: p.Index, Size: at.Size, Root: at.Root}, nil
}

// Receipt holds a receipt to the keys of the office that it is of.
func (s *SignedReceipt) Receipt(o *OfficeDescribed) (ReceiptGiven, error) {
	a, err := Decode(KindReceipt, s.Document)
	if err != nil {
		return ReceiptGiven{}, err
	}
	out, _ := a.(ReceiptGiven) // of that kind it is
	key, _, ok := o.KeyOf(s.Signature.Name)
	if !ok || out.Office != o.Office || out.By != s.Signature.Name {
		return out, fault(CodeNotOffices, s.Signature.Name, o.Office)
	}
	document, err := signature.Canonical(s.Document)
	if err == nil {
		err = signature.Verify(string(KindReceipt), document, s.Signature, key)
	}
	if err != nil {
		return out, Wrong(PartReceipt, err)
	}
	return out, nil
}

// Arrived is what a partner puts on record of a parcel.
func (c *Checked) Arrived(index uint64) ProductArrived {
	return ProductArrived{
		Release: c.Release.ID, Report: c.Release.Report, Office: c.Release.Office, Product: c.Release.Product, Records: c.Product.Statement.Records,
		Node: c.Office.Node, Signatories: c.Office.Signatories,
		Origin: c.Checkpoint.Origin, Leaf: index, Size: c.Checkpoint.Size, Root: c.Checkpoint.Root,
	}
}

// NextReceipt is the receipt that an office may give next of what arrived; who signs it and what it says is left open.
func (a *Arrival) NextReceipt(step Step, at time.Time) ReceiptGiven {
	n := 1
	for i := range a.Receipts {
		if a.Receipts[i].Act.Step == step && step.repeats() {
			n++
		}
	}
	return ReceiptGiven{Release: a.Act.Release, Office: a.Act.Office, Product: a.Act.Product, Step: step, Number: n, At: at.UTC().Truncate(time.Second)}
}

// PartnerOf is the name by which the node of an office's state is sent things.
func PartnerOf(office string) string { return State(office) }

// Item kinds, as the carrier knows them.
const (
	ItemProduct     = "product"
	ItemRevoked     = "revoked"
	ItemPlaceholder = "placeholder"
	ItemCheckpoint  = "checkpoint"
	ItemReceipt     = "receipt"
	ItemCosignature = "cosignature"
)

// EncodeItem writes what goes between nodes.
func EncodeItem(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("writing for a partner: %w", err)
	}
	return b, nil
}
