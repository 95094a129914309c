package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/config"
	"overflight/internal/delivery"
	"overflight/internal/durable"
	"overflight/internal/jetstream"
	"overflight/internal/keys"
	"overflight/internal/witness"
	"overflight/transparency"
)

// linkOf is how the journal's server is joined to those of other nodes.
func linkOf(c *config.Link) jetstream.Link {
	l := jetstream.Link{
		Listen: c.Listen, Remote: c.Remote, RemoteName: c.Name, Code: jetstream.Code(c.Code), Certificate: c.Certificate, Key: c.Key, Authorities: c.Authorities, Revoked: c.Revoked,
	}
	for _, p := range c.Partners() {
		l.Partners = append(l.Partners, jetstream.Partner{Code: jetstream.Code(p.Code), Name: p.Name})
	}
	return l
}

// LinkAddress is where partners' nodes come to; false where none is waited for.
func (n *Node) LinkAddress() (string, bool) { return n.conn.LinkAddress() }

// carry exchanges with other nodes for as long as the node runs, where it is joined to any.
func (n *Node) carry(ctx context.Context) {
	c := delivery.Config{Conn: n.conn, Folder: placesOf(n.cfg.Config).delivery, Logger: n.log, Now: n.cfg.Now, Late: n.cfg.Link.Late}
	var err error
	if _, partner := n.conn.OwnCode(); partner {
		err = n.carryIn(ctx, c)
	} else if len(n.conn.Partners()) > 0 {
		err = n.carryOut(ctx, c)
	}
	if err != nil && ctx.Err() == nil {
		n.log.Error("nothing goes to other nodes any more", slog.Any("error", err))
		n.ails(partSharing, err)
	}
}

// both runs two things until one ends, and returns what it ended with.
func both(ctx context.Context, a, b func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	ended := make(chan error, 2)
	for _, f := range []func(context.Context) error{a, b} {
		all.Go(func() { ended <- f(ctx) })
	}
	err := <-ended
	cancel()
	all.Wait()
	return errors.Join(err, <-ended)
}

func linkStatus(s delivery.Status) Link {
	l := Link{Up: s.Linked, Sent: s.Sent, Taken: s.Taken, Oldest: s.Oldest, Receipt: s.Last, Heard: s.Heard, Late: len(s.Alarms) > 0, Since: s.Since}
	for _, a := range s.Alarms {
		switch a {
		case delivery.TheirsShorter:
			l.Apart = TheirsShorter
		case delivery.TheirsOther:
			l.Apart = TheirsOther
		case delivery.OursOther:
			l.Apart = OursOther
		case delivery.NotTaken, delivery.Silent, delivery.Behind, delivery.Halted: // late
		}
	}
	if s.Refused != nil && !s.Linked {
		l.Refused = Refusal{At: s.Refused.At, Code: s.Refused.Code()}
	}
	return l
}

// originEnd is the operator's end.
type originEnd struct {
	*delivery.Origin
	n *Node
}

// Link implements Outbound.
func (o originEnd) Link(partner string) (Link, bool) {
	named := slices.ContainsFunc(o.n.conn.Partners(), func(p jetstream.Partner) bool { return string(p.Code) == partner })
	return linkStatus(o.Status(partner)), named
}

// Send implements Outbound. Before a product the node is asked to cosign the very checkpoint that the product is proven by.
func (o originEnd) Send(ctx context.Context, partner, kind, id string, body []byte) (uint64, error) {
	if kind == dissemination.ItemProduct {
		p, err := dissemination.ReadItem[dissemination.Parcel](body)
		if err != nil {
			return 0, err
		}
		at, err := transparency.ParseUnverified(p.Checkpoint)
		if err != nil {
			return 0, err
		}
		if held, err := o.n.witnessed(ctx); err != nil {
			return 0, err
		} else if held[partner] {
			if err := o.n.askCosignature(ctx, o.Origin, partner, at); err != nil {
				return 0, err
			}
		}
	}
	return o.Origin.Send(ctx, partner, kind, id, body)
}

// Receipts implements Outbound. Cosignatures are settled here; what is none of ours is put on record.
func (o originEnd) Receipts(ctx context.Context, f func(string, Carried) error) error {
	return o.Origin.Receipts(ctx, func(partner string, i delivery.Item) error {
		c := Carried(i)
		if i.Kind != delivery.Cosignature {
			return f(partner, c)
		}
		_, err := o.Settle(ctx, partner, i, delivery.Log{
			Key: o.n.logKey,
			Attach: func(ctx context.Context, signed, lines []byte) error {
				policy, err := o.n.partnersPolicy(ctx, partner)
				if err == nil {
					_, err = o.n.attach(ctx, policy, slices.Concat(signed, lines))
				}
				return err
			},
			Request: o.n.checkpointSince,
		})
		var refused *delivery.RefusedError
		if errors.As(err, &refused) || errors.Is(err, delivery.ErrAnswer) || errors.Is(err, ErrNoPolicy) {
			return o.n.refuseItem(ctx, partner, &c, err)
		}
		return err
	})
}

// checkpointSince proves the newest checkpoint from a size on.
func (n *Node) checkpointSince(ctx context.Context, older uint64) (transparency.Request, error) {
	newest, err := n.tiles.Checkpoint(ctx)
	if err != nil {
		return transparency.Request{}, err
	}
	return n.tiles.Request(ctx, older, newest)
}

// cosignEvery is how often partners' nodes are asked to cosign the log.
const cosignEvery = 5 * time.Second

// witnessed are the partners whose nodes have a witness.
func (n *Node) witnessed(ctx context.Context) (map[string]bool, error) {
	held := map[string]bool{}
	return held, n.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, x := range r.Offices() {
			if x.Act.Witness != "" && x.Revoked == nil {
				held[dissemination.PartnerOf(x.Act.Office)] = true
			}
		}
		return nil
	})
}

// askCosignatures asks every partner's node that has a witness to cosign the newest checkpoint. Each says from where it wants the proof.
func (n *Node) askCosignatures(ctx context.Context, o *delivery.Origin) error {
	held, err := n.witnessed(ctx)
	if err != nil {
		return err
	}
	n.sharing.asking.Lock()
	defer n.sharing.asking.Unlock()
	newest, err := n.tiles.Checkpoint(ctx)
	if err != nil {
		return err
	}
	var due []string
	for _, p := range n.conn.Partners() {
		if code := string(p.Code); held[code] {
			due = append(due, code)
		}
	}
	return eachOf(due, func(code string) error { return n.askCosignature(ctx, o, code, newest) })
}

// eachOf asks every partner, also after one of them that cannot be asked, and says which could not.
func eachOf(partners []string, ask func(partner string) error) error {
	var faults []error
	for _, p := range partners {
		if err := ask(p); err != nil {
			faults = append(faults, fmt.Errorf("asking %s to cosign: %w", p, err))
		}
	}
	return errors.Join(faults...)
}

// askCosignature asks one to cosign a checkpoint, unless it was asked of this or a larger one. Who calls holds asking.
func (n *Node) askCosignature(ctx context.Context, o *delivery.Origin, code string, at transparency.SignedCheckpoint) error {
	if at.Size <= n.sharing.asked[code] {
		return nil
	}
	if n.sharing.asked == nil {
		n.sharing.asked = map[string]uint64{}
	}
	if _, known := n.sharing.asked[code]; !known {
		if size, _, ok := n.CosignedBy(ctx, code); ok {
			n.sharing.asked[code] = min(size, at.Size)
		}
	}
	r, err := n.tiles.Request(ctx, n.sharing.asked[code], at)
	if err != nil {
		return err
	}
	if _, err := o.SendCheckpoint(ctx, code, r); err != nil && !errors.Is(err, delivery.ErrOvertaken) {
		return err
	}
	n.sharing.asked[code] = at.Size
	return nil
}

// partnersPolicy names the log and the witnesses of a partner, or of all where no state is named: any one of them counts.
func (n *Node) partnersPolicy(ctx context.Context, state string) (*transparency.Policy, error) {
	var witnesses []transparency.PolicyWitness
	seen := map[string]bool{}
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		for _, x := range r.Offices() {
			k, err := transparency.ParseWitnessKey(x.Act.Witness)
			if err != nil || seen[k.String()] || state != "" && dissemination.State(x.Act.Office) != state {
				continue // it has none, or another's
			}
			seen[k.String()] = true
			witnesses = append(witnesses, transparency.PolicyWitness{Name: strings.ToLower(dissemination.State(x.Act.Office)) + fmt.Sprint(len(witnesses)), Key: k})
		}
		return nil
	})
	if err != nil || len(witnesses) == 0 {
		return nil, errors.Join(err, ErrNoPolicy)
	}
	text, err := transparency.FormatPolicy(n.logKey, witnesses, 1)
	if err != nil {
		return nil, err
	}
	return transparency.ParsePolicy(text)
}

// CosignedBy returns the largest checkpoint that the witness of a partner's node cosigned, and when; false where it cosigned none.
func (n *Node) CosignedBy(ctx context.Context, state string) (size uint64, at time.Time, ok bool) {
	policy, err := n.partnersPolicy(ctx, state)
	if err != nil {
		return 0, at, false
	}
	s, err := n.tiles.Standing(ctx, policy)
	if err != nil || len(s.Cosigned) == 0 {
		return 0, at, false
	}
	return s.Checkpoint.Size, s.Cosigned[0].At, true
}

// noteCosigned keeps when a checkpoint was cosigned, which the witness's memory does not say.
func (n *Node) noteCosigned(answer []byte) error {
	a, err := delivery.ParseAnswerUnverified(answer)
	if err != nil || a.Outcome != delivery.Cosigned {
		return err
	}
	text := fmt.Sprintf("%x %s\n", sumOf(a.Checkpoint), n.now().UTC().Format(time.RFC3339))
	return durable.OS().WriteFile(placesOf(n.cfg.Config).cosigned(), []byte(text), 0o600)
}

// cosignedAt is when the checkpoint that is held was cosigned; zero where that was not kept.
func (n *Node) cosignedAt(held []byte) (at time.Time) {
	b, err := durable.OS().ReadFile(placesOf(n.cfg.Config).cosigned(), 200)
	if digest, text, ok := strings.Cut(strings.TrimSpace(string(b)), " "); err == nil && ok && digest == fmt.Sprintf("%x", sumOf(held)) {
		at, _ = time.Parse(time.RFC3339, text) // zero where it is none
	}
	return at
}

// Held returns the largest checkpoint of the origin's log that this partner's node cosigned, and when, where that is known; false where
// it cosigned none.
func (n *Node) Held(ctx context.Context) (c transparency.Checkpoint, at time.Time, ok bool) {
	n.mu.Lock()
	memory := n.sharing.memory
	n.mu.Unlock()
	if memory == nil {
		return c, at, false
	}
	for _, origin := range memory.Logs() {
		if raw, err := memory.Latest(ctx, origin); err == nil {
			if s, err := transparency.ParseUnverified(raw); err == nil {
				return s.Checkpoint, n.cosignedAt(raw), true
			}
		}
	}
	return c, at, false
}

// cosignArrived cosigns the checkpoint by which something arrived once more, where it is the one that this node cosigned last, and keeps
// the note. It is zero where it is another: nothing says that both are of one history.
func (n *Node) cosignArrived(ctx context.Context, at transparency.SignedCheckpoint) (d evidence.Digest, err error) {
	n.mu.Lock()
	memory, by := n.sharing.memory, n.sharing.by
	n.mu.Unlock()
	if memory == nil {
		return d, nil
	}
	raw, err := memory.Latest(ctx, at.Origin)
	if errors.Is(err, transparency.ErrNotFound) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	held, err := transparency.ParseUnverified(raw)
	if err != nil || held.Size != at.Size {
		return d, err
	}
	lines, err := by.Update(ctx, transparency.Request{OldSize: at.Size, Checkpoint: at.Raw()}, n.now())
	var fork *transparency.InconsistencyError
	if errors.As(err, &fork) {
		return d, errors.Join(dissemination.Wrong(dissemination.PartCheckpoint, err), memory.Keep(fork))
	}
	if err != nil {
		return d, err
	}
	return n.KeepDocument(bytes.NewReader(slices.Concat(at.Raw(), lines)))
}

func (n *Node) carryOut(ctx context.Context, c delivery.Config) error {
	o, err := delivery.NewOrigin(ctx, c)
	if err != nil {
		return err
	}
	err = both(ctx, o.Run, func(ctx context.Context) error {
		return both(ctx, func(ctx context.Context) error { return n.Share(ctx, originEnd{o, n}) }, func(ctx context.Context) error {
			every(ctx, cosignEvery, func() {
				if err := n.askCosignatures(ctx, o); err != nil && ctx.Err() == nil {
					n.log.Warn("asking partners to cosign", slog.Any("error", err))
				}
			})
			return nil
		})
	})
	return errors.Join(err, o.Close())
}

// partnerEnd is the partner's end, with its witness.
type partnerEnd struct {
	*delivery.Partner
	n      *Node
	by     *transparency.Witness
	memory *witness.Folder
}

// Link implements Inbound.
func (p partnerEnd) Link() Link { return linkStatus(p.Status()) }

// Items implements Inbound. Checkpoints are cosigned here, or refused: a log that shows another history than before is put on record.
func (p partnerEnd) Items(ctx context.Context, f func(Carried) error) error {
	return p.Partner.Items(ctx, func(i delivery.Item) error {
		c := Carried(i)
		if i.Kind != delivery.Checkpoint {
			return f(c)
		}
		body, err := delivery.Cosign(ctx, p.by, p.memory, i, p.n.now())
		var refused *delivery.RefusedError
		if errors.As(err, &refused) {
			if err := p.n.refuseItem(ctx, "origin", &c, err); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		if err := p.n.noteCosigned(body); err != nil {
			return err
		}
		return p.Answer(ctx, delivery.Cosignature, i.ID, body)
	})
}

// WitnessKey is the key by which a partner's node cosigns the origin's log; made when it is first asked for, and with it the memory of
// what was cosigned. A witness that lost that would cosign a fork: it is not made again.
func (n *Node) WitnessKey() (*keys.Key, error) {
	if err := n.only(config.Partner); err != nil {
		return nil, err
	}
	n.registering.Lock()
	defer n.registering.Unlock()
	p := placesOf(n.cfg.Config)
	k, err := keys.Open(p.nodeKeys, keys.Witness)
	if !errors.Is(err, keys.ErrNotFound) {
		return k, err
	}
	memory, err := witness.Create(durable.OS(), p.witness)
	if err == nil {
		err = memory.Close()
	}
	if err != nil && !errors.Is(err, witness.ErrExists) { // a making that was cut short before its key
		return nil, err
	}
	state, _, _ := strings.Cut(n.cfg.Party, "/")
	return keys.Create(p.nodeKeys, keys.Witness, "witness-"+strings.ToLower(state)+random(4))
}

// openWitness opens the memory of the node's witness.
func (n *Node) openWitness(policy *transparency.Policy) (*witness.Folder, *transparency.Witness, error) {
	k, err := n.WitnessKey()
	if err != nil {
		return nil, nil, err
	}
	cosigner, err := k.Cosigner()
	if err != nil {
		return nil, nil, err
	}
	memory, err := witness.Open(durable.OS(), placesOf(n.cfg.Config).witness)
	if err != nil {
		return nil, nil, err
	}
	by, err := transparency.NewWitness(policy.Logs(), []*transparency.Cosigner{cosigner}, memory)
	if err != nil {
		return nil, nil, errors.Join(err, memory.Close())
	}
	return memory, by, nil
}

func (n *Node) carryIn(ctx context.Context, c delivery.Config) error {
	policy, err := readPolicy(n.cfg.Origin.Policy)
	if err != nil {
		return err
	}
	if policy == nil {
		return fmt.Errorf("receiving what is released: %w", ErrNoPolicy)
	}
	p, err := delivery.NewPartner(ctx, c)
	if err != nil {
		return err
	}
	memory, by, err := n.openWitness(policy)
	if err != nil {
		return errors.Join(err, p.Close())
	}
	n.mu.Lock()
	n.sharing.memory, n.sharing.by = memory, by
	n.mu.Unlock()
	end := partnerEnd{p, n, by, memory}
	err = both(ctx, p.Run, func(ctx context.Context) error { return n.Receive(ctx, end) })
	n.mu.Lock()
	n.sharing.memory, n.sharing.by = nil, nil
	n.mu.Unlock()
	return errors.Join(err, p.Close(), memory.Close())
}
