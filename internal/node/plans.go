package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"overflight/airspace"
	"overflight/authority"
	"overflight/evidence"
)

// KindPlanKept is the act by which somebody keeps the plan of a search: one that they mean to fly, or to be measured by.
const KindPlanKept = "search.kept/v1"

// KeptPlan says which plan was kept. The plan itself is a document that the act rests on, byte for byte: request, figures,
// assumptions, routes and the files that are made of them.
type KeptPlan struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Document evidence.Digest `json:"document"`
	Aircraft string          `json:"aircraft"`
	Sorties  int             `json:"sorties"`
	Hours    float64         `json:"hours"` // of a sortie
	POS      float64         `json:"pos"`
	Bound    float64         `json:"bound"`
}

// mostPlanName bounds the name that a person gives a plan, in bytes.
const mostPlanName = 200

func (k *KeptPlan) check() error {
	probability := func(v float64) bool { return v >= 0 && v <= 1 }
	switch {
	case k.ID == "" || len(k.ID) > mostPlanName || k.Name == "" || len(k.Name) > mostPlanName:
		return fmt.Errorf("a plan needs an id and a name of up to %d bytes", mostPlanName)
	case k.Document == evidence.Digest{}:
		return errors.New("a plan needs the digest of its document")
	case k.Sorties < 1 || !(k.Hours > 0) || math.IsInf(k.Hours, 0) || k.Aircraft == "":
		return errors.New("a plan needs an aircraft, sorties and hours")
	case !probability(k.POS) || !probability(k.Bound) || k.POS > k.Bound:
		return fmt.Errorf("POS %v and bound %v: expected probabilities, POS the smaller one", k.POS, k.Bound)
	}
	return nil
}

// decodePlanKept reads the document of such an act; a member that it does not know is refused.
func decodePlanKept(document []byte) (*KeptPlan, error) {
	var a struct {
		Search KeptPlan `json:"search"`
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", KindPlanKept, err)
	}
	return &a.Search, a.Search.check()
}

// PlanOnRecord is a plan that was kept, by whom and when.
type PlanOnRecord struct {
	KeptPlan
	By       string
	At       time.Time
	Sequence uint64
}

// planBook keeps the plans that were kept, in their order.
type planBook struct{ plans *[]PlanOnRecord }

func (b planBook) takes(kind string) bool { return kind == KindPlanKept }

func (b planBook) read(_ string, document []byte) (string, []evidence.Digest, error) {
	k, err := decodePlanKept(document)
	if err != nil {
		return "", nil, err
	}
	return k.ID, []evidence.Digest{k.Document}, nil
}

func (b planBook) record(_ string, document []byte, rec authority.Recorded, state func() (uint64, error)) error {
	k, err := decodePlanKept(document)
	if err != nil {
		return err
	}
	if b.find(k.ID) != nil {
		return fmt.Errorf("%w: %s %s", authority.ErrExists, KindPlanKept, k.ID)
	}
	if rec.Sequence, err = state(); err != nil {
		return err
	}
	b.add(k, rec)
	return nil
}

func (b planBook) apply(_ string, document []byte, rec authority.Recorded) error {
	k, err := decodePlanKept(document)
	if err != nil {
		return err
	}
	b.add(k, rec)
	return nil
}

func (b planBook) add(k *KeptPlan, rec authority.Recorded) {
	*b.plans = append(*b.plans, PlanOnRecord{KeptPlan: *k, By: rec.By, At: rec.At, Sequence: rec.Sequence})
}

func (b planBook) find(id string) *PlanOnRecord {
	i := slices.IndexFunc(*b.plans, func(p PlanOnRecord) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &(*b.plans)[i]
}

// ErrNoPlan says that no plan of that name was kept.
var ErrNoPlan = errors.New("no such plan")

// KeepPlan puts a plan on record and its document beside it. The document is there before the act that rests on it; the same
// plan again changes nothing.
func (n *Node) KeepPlan(ctx context.Context, k KeptPlan, document []byte, by string) (PlanOnRecord, error) {
	if err := named(by); err != nil {
		return PlanOnRecord{}, err
	}
	var err error
	if k.Document, err = n.KeepDocument(bytes.NewReader(document)); err != nil {
		return PlanOnRecord{}, err
	}
	if have, err := n.PlanOnRecord(ctx, k.ID); err == nil || !errors.Is(err, ErrNoPlan) {
		return have, err
	}
	act, err := json.Marshal(map[string]KeptPlan{"search": k})
	if err != nil {
		return PlanOnRecord{}, err
	}
	if _, err := n.RecordAct(ctx, KindPlanKept, act, nil, by); err != nil {
		return PlanOnRecord{}, err
	}
	return n.PlanOnRecord(ctx, k.ID)
}

// PlansOnRecord are all plans that were kept, the latest first.
func (n *Node) PlansOnRecord(ctx context.Context) ([]PlanOnRecord, error) {
	if err := n.loadActs(ctx); err != nil {
		return nil, err
	}
	n.acts.mu.RLock()
	out := slices.Clone(n.acts.plans)
	n.acts.mu.RUnlock()
	slices.Reverse(out)
	return out, nil
}

// PlanOnRecord is one of them; ErrNoPlan where there is none.
func (n *Node) PlanOnRecord(ctx context.Context, id string) (PlanOnRecord, error) {
	if err := n.loadActs(ctx); err != nil {
		return PlanOnRecord{}, err
	}
	n.acts.mu.RLock()
	defer n.acts.mu.RUnlock()
	if found := (planBook{&n.acts.plans}).find(id); found != nil {
		return *found, nil
	}
	return PlanOnRecord{}, fmt.Errorf("%w: %.60s", ErrNoPlan, id)
}

// Line is the boundary line that entries are told by.
func (n *Node) Line() airspace.Line { return n.lines[0].Line }
