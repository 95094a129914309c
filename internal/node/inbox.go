package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"overflight/authority"
	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/config"
	"overflight/internal/keys"
	"overflight/journal"
	"overflight/release"
	"overflight/signature"
	"overflight/transparency"
)

func sumOf(b []byte) evidence.Digest { return sha256.Sum256(b) }

// NodeKey is the key by which a partner's node says that something arrived; made when it is first asked for.
func (n *Node) NodeKey() (*keys.Key, error) {
	if err := n.only(config.Partner); err != nil {
		return nil, err
	}
	n.registering.Lock()
	defer n.registering.Unlock()
	folder := placesOf(n.cfg.Config).nodeKeys
	k, err := keys.Open(folder, keys.Node)
	if errors.Is(err, keys.ErrNotFound) {
		state, _, _ := strings.Cut(n.cfg.Party, "/")
		return keys.Create(folder, keys.Node, "node-"+strings.ToLower(state)+random(4))
	}
	return k, err
}

// Receive takes what arrives at a partner's node and sends its receipts, until the context ends.
func (n *Node) Receive(ctx context.Context, in Inbound) error {
	if err := n.only(config.Partner); err != nil {
		return err
	}
	policy, err := readPolicy(n.cfg.Origin.Policy)
	if err != nil {
		return err
	}
	if policy == nil {
		return fmt.Errorf("receiving what is released: %w", ErrNoPolicy)
	}
	n.mu.Lock()
	n.sharing.in = in
	n.mu.Unlock()
	return n.exchange(ctx, func(ctx context.Context) error { return n.sendReceipts(ctx, in) }, func(ctx context.Context) error {
		return in.Items(ctx, func(c Carried) error { return n.takeItem(ctx, policy, &c) })
	})
}

// takeItem takes one thing that came. What is wrong with it is put on record, and nothing of it is shown to anybody.
func (n *Node) takeItem(ctx context.Context, policy *transparency.Policy, c *Carried) error {
	var err error
	switch c.Kind {
	case dissemination.ItemProduct:
		err = n.takeProduct(ctx, policy, c)
	case dissemination.ItemRevoked:
		err = n.takeNotice(ctx, policy, c)
	case dissemination.ItemPlaceholder:
		err = n.takePlaceholder(ctx, policy, c)
	default:
		err = dissemination.Wrong(dissemination.PartItem, dissemination.NewFault(dissemination.CodeUnknownItem, c.Kind))
	}
	var fault *dissemination.Fault
	if errors.As(err, &fault) {
		return n.refuseItem(ctx, "origin", c, err)
	}
	return err
}

func (n *Node) takeProduct(ctx context.Context, policy *transparency.Policy, c *Carried) error {
	p, err := dissemination.ReadItem[dissemination.Parcel](c.Body)
	if err != nil {
		return err
	}
	checked, err := p.Check(policy)
	if err != nil {
		return err
	}
	if !n.ours(dissemination.State(checked.Release.Office)) {
		return dissemination.Wrong(dissemination.PartRelease, dissemination.NewFault(dissemination.CodeElsewhere, checked.Release.Office))
	}
	// The parcel whole is what proves it again: to whoever asks, without the operator.
	arrived := checked.Arrived(p.Report.Index)
	if arrived.Parcel, err = n.KeepDocument(bytes.NewReader(c.Body)); err != nil {
		return err
	}
	if _, err := n.KeepDocument(bytes.NewReader(p.Product)); err != nil {
		return err
	}
	if arrived.Cosigned, err = n.cosignArrived(ctx, checked.Checkpoint); err != nil {
		return err
	}
	// What comes again after a crash may find more of the log cosigned than the first time: what is on record stays.
	err = n.Dissemination(ctx, func(r *dissemination.Register) error {
		have, err := r.Arrival(checked.Release.ID)
		if err == nil && have.Act.Parcel == arrived.Parcel {
			arrived.Cosigned = have.Act.Cosigned
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := n.share(ctx, arrived, "node of origin"); err != nil {
		return err
	}
	return n.sayArrived(ctx, checked.Release.ID)
}

// sayArrived gives the receipt that something arrived, once.
func (n *Node) sayArrived(ctx context.Context, id string) error {
	var receipt dissemination.ReceiptGiven
	said := false
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		x, err := r.Arrival(id)
		if err == nil {
			said = len(x.Receipts) > 0
			receipt = x.NextReceipt(dissemination.Arrived, n.now())
		}
		return err
	})
	if err != nil || said {
		return err
	}
	k, err := n.NodeKey()
	if err != nil {
		return err
	}
	receipt.By = k.Public().Name()
	document, err := dissemination.Encode(receipt)
	if err != nil {
		return err
	}
	s, err := k.SignAct(string(dissemination.KindReceipt), document)
	if err != nil {
		return err
	}
	_, err = n.putAct(ctx, journal.ActRecorded{
		Act: string(dissemination.KindReceipt), Document: document, Signatures: []journal.Signature{{Name: s.Name, Line: s.Line}}, By: receipt.By, At: n.now(),
	})
	return err
}

func (n *Node) takeNotice(ctx context.Context, policy *transparency.Policy, c *Carried) error {
	x, err := dissemination.ReadItem[dissemination.Notice](c.Body)
	if err != nil {
		return err
	}
	a, err := x.Check(policy)
	if err != nil {
		return err
	}
	_, err = n.share(ctx, a, "node of origin")
	return err
}

func (n *Node) takePlaceholder(ctx context.Context, policy *transparency.Policy, c *Carried) error {
	x, err := dissemination.ReadItem[dissemination.Placeholder](c.Body)
	if err != nil {
		return err
	}
	a, err := x.Check(policy)
	if err != nil {
		return err
	}
	if !n.ours(a.State) {
		return dissemination.Wrong(dissemination.PartPlaceholder, dissemination.NewFault(dissemination.CodeElsewhere, a.State))
	}
	_, err = n.share(ctx, a, "node of origin")
	return err
}

// ours says whether a state is the one that this node is of; a node that names none takes what is of any.
func (n *Node) ours(state string) bool {
	own, _, _ := strings.Cut(n.cfg.Party, "/")
	return own == "" || own == state
}

// sendReceipts sends the receipts that have not gone.
func (n *Node) sendReceipts(ctx context.Context, in Inbound) error {
	var all []dissemination.ReceiptGiven
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, x := range r.Arrivals() {
			for i := range x.Receipts {
				all = append(all, x.Receipts[i].Act)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range all {
		id := strings.ReplaceAll(all[i].Ident(), ":", "-")
		err := n.sendOnce(ctx, dissemination.ItemReceipt, id, func(ctx context.Context) (any, error) { return n.signedReceipt(ctx, &all[i]) }, func(b []byte) error {
			return in.Answer(ctx, dissemination.ItemReceipt, id, b)
		})
		if err != nil { // the next would come before it
			return fmt.Errorf("sending receipt %s: %w", id, err)
		}
	}
	return nil
}

func (n *Node) signedReceipt(ctx context.Context, a *dissemination.ReceiptGiven) (any, error) {
	signatures, document, err := n.signatureOf(ctx, dissemination.KindReceipt, a.Ident())
	if err != nil {
		return nil, err
	}
	for _, s := range signatures {
		if s.Name == a.By {
			return dissemination.SignedReceipt{Document: document, Signature: signature.Signed{Name: s.Name, Line: s.Line}}, nil
		}
	}
	return nil, fmt.Errorf("%w: receipt %s is not signed by %s", authority.ErrSignature, a.Ident(), a.By)
}

// checkReceipt verifies every signature under a receipt by the keys of its office.
func (n *Node) checkReceipt(ctx context.Context, document []byte, signatures []journal.Signature) error {
	a, err := dissemination.Decode(dissemination.KindReceipt, document)
	if err != nil {
		return err
	}
	receipt, _ := a.(dissemination.ReceiptGiven) // of that kind it is
	return n.Dissemination(ctx, func(r *dissemination.Register) error {
		keys, err := r.Keys(receipt.Office)
		if err != nil {
			return dissemination.NewFault(dissemination.CodeNeverReleased, receipt.Release, receipt.Office)
		}
		for _, s := range signatures {
			signed := dissemination.SignedReceipt{Document: document, Signature: signature.Signed{Name: s.Name, Line: s.Line}}
			if _, err := signed.Receipt(&keys); err != nil {
				return err
			}
		}
		return nil
	})
}

// InboxItem is something that arrived, with what it says once somebody has opened it.
type InboxItem struct {
	dissemination.Arrival
	Product *release.Product // nil before it is opened
}

// Opened says whether somebody signed that they opened it.
func (x *InboxItem) Opened() bool {
	for i := range x.Receipts {
		if x.Receipts[i].Act.Step == dissemination.Opened {
			return true
		}
	}
	return false
}

// InboxItem returns what arrived under the identifier of its release, or a number. What it says is read from its bytes and checked again.
func (n *Node) InboxItem(ctx context.Context, name string) (*InboxItem, error) {
	if err := n.only(config.Partner); err != nil {
		return nil, err
	}
	var out InboxItem
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		var err error
		out.Arrival, err = r.Arrival(name)
		return err
	})
	if err != nil || !out.Opened() {
		return &out, err
	}
	b, err := n.Document(out.Act.Product)
	if err != nil {
		return nil, err
	}
	if out.Product, err = release.ParseUnverified(b); err != nil {
		return nil, err
	}
	return &out, out.Product.Check()
}
