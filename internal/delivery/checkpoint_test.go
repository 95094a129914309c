package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/internal/durable"
	"overflight/internal/tiles"
	"overflight/internal/witness"
	"overflight/transparency"
)

const logName = "log.example/overflight"

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// logs makes a log of its own folder under the one key: two of them are two histories.
func newLog(t testing.TB) (*tiles.Log, tiles.Config) {
	t.Helper()
	private, public, err := transparency.FormatKey(logName, transparency.Ed25519, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	key, err := transparency.ParseLogKey(public)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cfg := tiles.Config{Folder: filepath.Join(dir, "log"), Memory: filepath.Join(dir, "memory"), Key: key, Signer: signer, Interval: 100 * time.Millisecond}
	l, err := tiles.Create(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return l, cfg
}

// grow adds leaves that begin with a byte, and waits for a checkpoint over them.
func grow(t testing.TB, l *tiles.Log, kind byte, n int) transparency.SignedCheckpoint {
	t.Helper()
	var leaves [][]byte
	for i := range n {
		leaves = append(leaves, transparency.Entry{Commitment: [32]byte{kind, byte(i), byte(l.Size())}}.Bytes())
	}
	if err := l.Append(patience(t), l.Size(), leaves); err != nil {
		t.Fatal(err)
	}
	s, err := l.Await(patience(t), l.Size())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cosigner is the witness of a partner's node, with its folder.
type cosigner struct {
	folder  *witness.Folder
	witness *transparency.Witness
	policy  *transparency.Policy
	dir     string
}

func newCosigner(t testing.TB, key transparency.Key) cosigner {
	t.Helper()
	c := cosigner{dir: filepath.Join(t.TempDir(), "witness")}
	private, public, err := transparency.FormatKey("witness.mx.example", transparency.Ed25519Cosignature, [32]byte{7})
	if err != nil {
		t.Fatal(err)
	}
	by, err := transparency.ParseCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	if c.folder, err = witness.Create(durable.OS(), c.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.folder.Close() })
	if c.witness, err = transparency.NewWitness([]transparency.Key{key}, []*transparency.Cosigner{by}, c.folder); err != nil {
		t.Fatal(err)
	}
	k, err := transparency.ParseWitnessKey(public)
	if err != nil {
		t.Fatal(err)
	}
	text, err := transparency.FormatPolicy(key, []transparency.PolicyWitness{{Name: "mx", Key: k}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.policy, err = transparency.ParsePolicy(text); err != nil {
		t.Fatal(err)
	}
	return c
}

// port gives a log to Settle as a node does.
func port(l *tiles.Log, cfg tiles.Config, p *transparency.Policy) Log {
	return Log{
		Key: cfg.Key,
		Attach: func(ctx context.Context, signed, lines []byte) error {
			_, _, err := l.Attach(ctx, p, signed, lines)
			return err
		},
		Request: func(ctx context.Context, older uint64) (transparency.Request, error) { return request(ctx, cfg, older) },
	}
}

func request(ctx context.Context, cfg tiles.Config, older uint64) (transparency.Request, error) {
	r := tiles.NewReader(cfg.Folder, cfg.Key)
	s, err := r.Checkpoint(ctx)
	if err != nil {
		return transparency.Request{}, err
	}
	return r.Request(ctx, older, s)
}

func asked(t testing.TB, cfg tiles.Config, older uint64) transparency.Request {
	t.Helper()
	r, err := request(t.Context(), cfg, older)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestCheckpoints: checkpoints go to the partner's node and come back cosigned over the link; one that begins from a size
// that the witness has left behind is proven again from where it is.
func TestCheckpoints(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l, cfg := newLog(t)
	c := newCosigner(t, cfg.Key)
	o, on := s.origin(t, nil)
	p, _ := s.inProcess(t, on.address(t), nil)
	stopItems := reading(func(ctx context.Context) error {
		return p.Items(ctx, func(i Item) error {
			body, err := Cosign(ctx, c.witness, c.folder, i, noon)
			if err != nil {
				t.Error(err)
			}
			return p.Answer(ctx, Cosignature, i.ID, body)
		})
	})
	outcomes := make(chan Outcome, 10)
	stopReceipts := reading(func(ctx context.Context) error {
		return o.Receipts(ctx, func(partner string, i Item) error {
			a, err := o.Settle(ctx, partner, i, port(l, cfg, c.policy))
			if err != nil {
				t.Error(err)
			}
			outcomes <- a.Outcome
			return nil
		})
	})
	expect := func(want ...Outcome) {
		t.Helper()
		for _, w := range want {
			if got := <-outcomes; got != w {
				t.Fatalf("the answer is %s, want %s", got, w)
			}
		}
		standing, err := l.Standing(t.Context(), c.policy)
		if err != nil || standing.Checkpoint.Size != l.Size() || !standing.Cosigned[0].At.Equal(noon) {
			t.Fatalf("the log stands at %d of %d: %v", standing.Checkpoint.Size, l.Size(), err)
		}
	}
	send := func(older uint64) {
		t.Helper()
		if _, err := o.SendCheckpoint(t.Context(), mx, asked(t, cfg, older)); err != nil {
			t.Fatal(err)
		}
	}
	grow(t, l, 1, 5)
	send(0)
	send(0) // once
	expect(Cosigned)
	grow(t, l, 1, 300)
	send(5)
	expect(Cosigned)
	grow(t, l, 1, 7)
	send(0) // as if no cosignature had been seen
	expect(Stale, Cosigned)
	if err := errors.Join(stopItems(), stopReceipts()); err != nil {
		t.Error(err)
	}
	if st := o.Status(mx); len(st.Alarms) > 0 || st.Sent != 4 {
		t.Errorf("status %+v", st)
	}
}

// TestForkedCheckpoints: a log that shows the partner another history is refused by its witness, with a reason that both
// ends have, and the proof is kept.
func TestForkedCheckpoints(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l, cfg := newLog(t)
	c := newCosigner(t, cfg.Key)
	o, _ := s.origin(t, nil)
	first := grow(t, l, 1, 3)
	fork, forkCfg := newLog(t)
	grow(t, fork, 2, 2)
	smaller := asked(t, forkCfg, 0)
	grow(t, fork, 2, 8)
	same := asked(t, forkCfg, 0)
	same.OldSize = 10
	grow(t, fork, 2, 8)
	larger, err := request(t.Context(), forkCfg, 10)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(r transparency.Request) (Answer, error, error) {
		t.Helper()
		i := Item{Sequence: 1, Kind: Checkpoint, ID: "c", Body: r.Bytes()}
		body, here := Cosign(t.Context(), c.witness, c.folder, i, noon)
		if body == nil {
			t.Fatalf("no answer: %v", here)
		}
		a, there := o.Settle(t.Context(), mx, Item{Sequence: 1, Kind: Cosignature, ID: "c", Body: body}, port(l, cfg, c.policy))
		return a, here, there
	}
	older := asked(t, cfg, 0)
	grow(t, l, 1, 7)
	for _, r := range []transparency.Request{older, asked(t, cfg, first.Size)} {
		if a, here, there := ask(r); a.Outcome != Cosigned || here != nil || there != nil {
			t.Fatalf("%+v %v %v", a, here, there)
		}
	}
	unsigned := asked(t, cfg, 10)
	unsigned.Checkpoint = []byte(strings.Replace(string(unsigned.Checkpoint), "\n10\n", "\n11\n", 1))
	for name, tc := range map[string]struct {
		request transparency.Request
		want    transparency.Code
		kept    int
		proof   bool // that the log showed two histories, in the hands of the operator too
	}{
		"another root":      {same, transparency.CodeFork, 1, true},
		"another extension": {larger, transparency.CodeConsistency, 1, true},
		"fewer leaves":      {smaller, transparency.CodeRollback, 1, true},
		"what was before":   {older, transparency.CodeRollback, 1, true},
	} {
		before, err := filepath.Glob(filepath.Join(c.dir, "inconsistent-*.newer"))
		if err != nil {
			t.Fatal(err)
		}
		a, here, there := ask(tc.request)
		for side, err := range map[string]error{"the partner": here, "the operator": there} {
			var refused *RefusedError
			if !errors.As(err, &refused) || refused.Code() != tc.want || (len(refused.Older) > 0) != tc.proof || !strings.Contains(err.Error(), string(tc.want)) {
				t.Errorf("%s: %s says %v", name, side, err)
			}
		}
		after, err := filepath.Glob(filepath.Join(c.dir, "inconsistent-*.newer"))
		if err != nil || len(after) != len(before)+tc.kept || a.Outcome != Refused {
			t.Errorf("%s: %s, kept %d before and %d after: %v", name, a.Outcome, len(before), len(after), err)
		}
	}
	// One that the log did not sign, and one that is none: the partner refuses, and the operator is not made to believe that
	// the answer is about its log.
	if a, here, there := ask(unsigned); a.Outcome != Refused || a.Code != transparency.CodeBadSignature && a.Code != transparency.CodeNoSignature || here == nil || !errors.Is(there, ErrAnswer) {
		t.Errorf("unsigned: %+v %v %v", a, here, there)
	}
	body, here := Cosign(t.Context(), c.witness, c.folder, Item{Kind: Checkpoint, ID: "c", Body: []byte("old 1\nnothing")}, noon)
	_, there := o.Settle(t.Context(), mx, Item{Kind: Cosignature, ID: "c", Body: body}, port(l, cfg, c.policy))
	for _, err := range []error{here, there} {
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Code() != transparency.CodeRequestSyntax {
			t.Errorf("no request: %v", err)
		}
	}
	// The history that it knows goes on.
	grow(t, l, 1, 1)
	if a, here, there := ask(asked(t, cfg, 10)); a.Outcome != Cosigned || here != nil || there != nil {
		t.Errorf("%+v %v %v", a, here, there)
	}
	// A checkpoint that was overtaken on the way out is held back: it would look like a log that fell back.
	if _, err := o.SendCheckpoint(t.Context(), mx, asked(t, cfg, 0)); err != nil {
		t.Error(err)
	}
	if _, err := o.SendCheckpoint(t.Context(), mx, older); !errors.Is(err, ErrOvertaken) {
		t.Errorf("an overtaken checkpoint: %v", err)
	}
}

// TestAnswersOfStrangers: what a partner may send and is no answer is refused, and nothing of it is attached.
func TestAnswersOfStrangers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l, cfg := newLog(t)
	c := newCosigner(t, cfg.Key)
	o, _ := s.origin(t, nil)
	signed := grow(t, l, 1, 3).Raw()
	other, _, err := transparency.FormatKey("someone.example", transparency.Ed25519Cosignature, [32]byte{9})
	if err != nil {
		t.Fatal(err)
	}
	by, err := transparency.ParseCosigner(other)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := transparency.ParseUnverified(signed)
	if err != nil {
		t.Fatal(err)
	}
	line, err := by.Cosign(parsed.Checkpoint, noon)
	if err != nil {
		t.Fatal(err)
	}
	body := func(a Answer) []byte {
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	forged := []byte(strings.Replace(string(signed), "\n3\n", "\n4\n", 1))
	for name, b := range map[string][]byte{
		"nothing":            nil,
		"no JSON":            []byte("cosigned"),
		"two":                append(body(Answer{Outcome: Cosigned, Checkpoint: signed}), "{}"...),
		"another field":      []byte(`{"outcome":"cosigned","more":1}`),
		"too long":           []byte(`{"outcome":"` + strings.Repeat("x", maxAnswer) + `"}`),
		"too many arguments": body(Answer{Outcome: Refused, Checkpoint: signed, Args: make([]string, maxArgs+1)}),
		"no outcome":         body(Answer{Checkpoint: signed}),
		"no checkpoint":      body(Answer{Outcome: Cosigned, Lines: line}),
		"forged checkpoint":  body(Answer{Outcome: Cosigned, Checkpoint: forged, Lines: line}),
		"forged, stale":      body(Answer{Outcome: Stale, Checkpoint: forged, Held: 1}),
		"another key":        body(Answer{Outcome: Cosigned, Checkpoint: signed, Lines: line}),
		"no lines":           body(Answer{Outcome: Cosigned, Checkpoint: signed}),
		"no signature":       body(Answer{Outcome: Cosigned, Checkpoint: signed, Lines: []byte("hello\n")}),
	} {
		if _, err := o.Settle(t.Context(), mx, Item{Kind: Cosignature, ID: "c", Body: b}, port(l, cfg, c.policy)); !errors.Is(err, ErrAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.Standing(t.Context(), c.policy); !errors.Is(err, transparency.ErrNotFound) {
		t.Errorf("something was attached: %v", err)
	}
	// A witness that says that it holds more than it was asked about, and one that refuses with a history of its own.
	var refused *RefusedError
	_, err = o.Settle(t.Context(), mx, Item{Body: body(Answer{Outcome: Stale, Checkpoint: signed, Held: 9})}, port(l, cfg, c.policy))
	if !errors.As(err, &refused) || refused.Code() != transparency.CodeRollback {
		t.Errorf("holds more: %v", err)
	}
	_, err = o.Settle(t.Context(), mx, Item{Body: body(Answer{Outcome: Refused, Checkpoint: signed, Code: transparency.CodeFork, Older: forged})}, port(l, cfg, c.policy))
	if !errors.As(err, &refused) || refused.Code() != transparency.CodeFork || refused.Older != nil {
		t.Errorf("a fork without a proof: %v", err)
	}
}
