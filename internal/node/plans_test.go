package node

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"overflight/authority"
	"overflight/evidence"
)

// TestAPlanIsKeptOnce: what is decoded is what was stated, what is no plan is refused, and a plan is on record once.
func TestAPlanIsKeptOnce(t *testing.T) {
	t.Parallel()
	digest := evidence.Digest(sha256.Sum256([]byte("a plan")))
	hex := `"` + digest.String() + `"`
	good := `{"search":{"id":"P-1","name":"North","document":` + hex + `,"aircraft":"mq-9a","sorties":2,"hours":20,"pos":0.6,"bound":0.7}}`
	k, err := decodePlanKept([]byte(good))
	if err != nil || k.ID != "P-1" || k.Document != digest || k.Sorties != 2 {
		t.Fatalf("%+v, %v", k, err)
	}
	for _, bad := range []string{
		`{}`, `{"search":{}}`, `[]`, ``,
		strings.Replace(good, `"pos":0.6`, `"pos":0.8`, 1),
		strings.Replace(good, `"bound":0.7`, `"bound":1.7`, 1),
		strings.Replace(good, `"sorties":2`, `"sorties":0`, 1),
		strings.Replace(good, `"hours":20`, `"hours":-1`, 1),
		strings.Replace(good, `"name":"North"`, `"name":"`+strings.Repeat("n", mostPlanName+1)+`"`, 1),
		strings.Replace(good, hex, `"`+strings.Repeat("0", 64)+`"`, 1),
		strings.Replace(good, `"pos"`, `"posture":1,"pos"`, 1),
	} {
		if _, err := decodePlanKept([]byte(bad)); err == nil {
			t.Errorf("taken: %s", bad)
		}
	}
	var plans []PlanOnRecord
	b := planBook{&plans}
	rec := authority.Recorded{At: time.Unix(1, 0), By: "ana"}
	if err := b.record(KindPlanKept, []byte(good), rec, func() (uint64, error) { return 7, nil }); err != nil {
		t.Fatal(err)
	}
	if err := b.record(KindPlanKept, []byte(good), rec, func() (uint64, error) { t.Error("stated twice"); return 8, nil }); !errors.Is(err, authority.ErrExists) {
		t.Errorf("once more: %v", err)
	}
	if len(plans) != 1 || plans[0].By != "ana" || plans[0].Sequence != 7 {
		t.Errorf("%+v", plans)
	}
	failed := errors.New("the disk is full")
	if err := b.record(KindPlanKept, []byte(strings.Replace(good, "P-1", "P-2", 1)), rec, func() (uint64, error) { return 0, failed }); !errors.Is(err, failed) || len(plans) != 1 {
		t.Errorf("not stated, and on record: %v, %d", err, len(plans))
	}
}
