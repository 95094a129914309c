package designation_test

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/designation"
	"overflight/evidence"
	"overflight/validity"
)

// day returns the n-th day of a year that tells nothing.
func day(n int) time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

func edition(d int, mark byte) designation.Edition {
	return designation.Edition{
		List: designation.OFAC, Document: day(d), By: "x",
		Sources: []designation.Source{{Name: "SDN.CSV", Digest: evidence.Digest{mark, byte(d), byte(d >> 8), 1}}},
	}
}

func rows(all ...designation.Row) iter.Seq2[designation.Row, error] {
	return func(yield func(designation.Row, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func plain(id string, programmes ...string) designation.Row {
	return designation.Row{ID: id, Name: "GROUP " + id, Programmes: programmes}
}

// put imports an edition of day d with the rows given, recorded on day k.
func put(t testing.TB, r *designation.Register, d, k int, all ...designation.Row) {
	t.Helper()
	acts, _, err := r.Import(rows(all...), edition(d, byte(len(r.Editions(designation.OFAC)))))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range acts {
		apply(t, r, a, day(k))
	}
}

// noticed is a notice about organisation 1 under A, effective on day d.
func noticed(id string, relation designation.Relation, d int) designation.Noticed {
	return designation.Noticed{
		ID: id, Relation: relation, Key: key("1", "A"), Effective: day(d), Citation: "c", By: "x",
		Document: designation.Document{Reference: "d", Digest: evidence.Digest{1}},
	}
}

// TestStandings tells the standing of organisation 1 under A day by day, by what is known at the end: "+" in force,
// "-" not, "?" unknown. The editions and notices are those of the second column; other is an organisation that
// every edition lists.
func TestStandings(t *testing.T) {
	t.Parallel()
	other := plain("2", "A")
	has := func(d int) func(testing.TB, *designation.Register) {
		return func(t testing.TB, r *designation.Register) { put(t, r, d, 100+d, plain("1", "A"), other) }
	}
	lacks := func(d int) func(testing.TB, *designation.Register) {
		return func(t testing.TB, r *designation.Register) { put(t, r, d, 100+d, plain("1", "B"), other) }
	}
	states := func(d, since int) func(testing.TB, *designation.Register) {
		return func(t testing.TB, r *designation.Register) {
			row := plain("1", "A")
			row.Since = day(since)
			put(t, r, d, 100+d, row, other)
		}
	}
	notice := func(n designation.Noticed) func(testing.TB, *designation.Register) {
		return func(t testing.TB, r *designation.Register) { apply(t, r, n, day(150)) }
	}
	makes := func(d int) func(testing.TB, *designation.Register) {
		return notice(noticed(fmt.Sprint("made", d), designation.RelationDesignated, d))
	}
	ends := func(d int) func(testing.TB, *designation.Register) {
		return notice(noticed(fmt.Sprint("ended", d), designation.RelationRevoked, d))
	}
	stays := func(d, until int) func(testing.TB, *designation.Register) {
		n := noticed(fmt.Sprint("stayed", d), designation.RelationStayed, d)
		if until > 0 {
			n.Until = day(until)
		}
		return notice(n)
	}
	corrects := func(id string, d int) func(testing.TB, *designation.Register) {
		n := noticed(id+"'", designation.RelationCorrected, d)
		n.Corrects = id
		return notice(n)
	}
	voids := func(id string) func(testing.TB, *designation.Register) {
		n := noticed(id+"'", designation.RelationCorrected, 0)
		n.Corrects, n.Void, n.Effective = id, true, time.Time{}
		return notice(n)
	}
	expects := func(t testing.TB, r *designation.Register) {
		apply(t, r, designation.Expected{ID: "e", Key: key("1", "A"), By: "x", Said: day(0), For: day(2), Source: "s"}, day(100))
	}
	type acts = []func(testing.TB, *designation.Register)
	for _, tc := range []struct {
		name string
		acts acts
		//    0123456789
		want string
	}{
		{"nothing", nil, "??????????"},
		{"only expected", acts{expects}, "??????????"},
		{"expected and listed nowhere", acts{lacks(3), expects}, "----------"},
		{"first edition has it", acts{has(3)}, "???+++++++"},
		{"editions have it", acts{has(3), has(6)}, "???+++++++"},
		{"appears", acts{lacks(3), has(6)}, "----??++++"},
		{"goes", acts{has(3), lacks(6)}, "???+??----"},
		{"comes and goes and comes", acts{has(1), lacks(3), has(6), has(7)}, "?+?-??++++"},
		{"comes late and early", acts{has(6), lacks(3)}, "----??++++"},
		{"one date twice: the later recorded", acts{lacks(3), has(3)}, "???+++++++"},
		{"the day is stated", acts{states(6, 2)}, "--++++++++"},
		{"the day is stated after the last without it", acts{lacks(3), states(6, 5)}, "-----+++++"},
		{"the day stated is against an edition", acts{lacks(3), states(6, 2)}, "----??++++"},
		{"notice", acts{makes(4)}, "----++++++"},
		{"notice between editions", acts{lacks(2), makes(4), has(6)}, "----++++++"},
		{"notice after it was listed", acts{has(2), makes(4)}, "??++++++++"},
		{"notice after it was listed and gone", acts{has(1), lacks(3), makes(5)}, "?+?--+++++"},
		{"notice, then an edition of that day without it", acts{makes(4), lacks(4)}, "----++++++"},
		{"notice, then an edition without it", acts{makes(4), lacks(6)}, "----++????"},
		{"notice, an edition without, one with it", acts{makes(2), lacks(4), has(6)}, "--++??++++"},
		{"revoked", acts{makes(2), ends(6)}, "--++++----"},
		{"revoked, still listed", acts{makes(2), has(4), ends(6), has(7)}, "--++++----"},
		{"revoked, off the list, listed again", acts{makes(0), ends(2), has(3), lacks(5), has(8)}, "++---" + "-??++"},
		{"revoked and made again", acts{makes(1), ends(3), makes(6)}, "-++---++++"},
		{"a revocation closes the gap of editions", acts{makes(1), has(3), ends(5), lacks(8)}, "-++++-----"},
		{"revocation of what is not on record", acts{ends(5)}, "?????-----"},
		{"revocation of what was listed", acts{has(2), ends(5)}, "??+++-----"},
		{"stayed", acts{makes(2), stays(5, 0)}, "--+++-----"},
		{"stayed for a time", acts{makes(2), stays(5, 8)}, "--+++---++"},
		{"stayed, though listed", acts{has(1), stays(5, 8), has(6)}, "?++++---++"},
		{"stayed and revoked", acts{makes(2), stays(4, 6), ends(5)}, "--++------"},
		{"a stay ends with another designation", acts{makes(1), stays(3, 0), makes(6)}, "-++---++++"},
		{"amended", acts{makes(4), notice(noticed("m", designation.RelationAmended, 6))}, "----++++++"},
		{"corrected", acts{makes(4), corrects("made4", 6)}, "------++++"},
		{"corrected twice", acts{makes(4), corrects("made4", 6), corrects("made4'", 5)}, "-----+++++"},
		{"correction of a revocation", acts{makes(1), ends(3), corrects("ended3", 5)}, "-++++-----"},
		{"taken back", acts{makes(4), voids("made4")}, "??????????"},
		{"revocation taken back", acts{makes(1), ends(3), voids("ended3")}, "-+++++++++"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := designation.New(nil)
			for _, act := range tc.acts {
				act(t, r)
			}
			var got strings.Builder
			for d := range 10 {
				a := r.InForce(key("1", "A"), validity.AsOf{Valid: day(d), Known: day(200)})
				got.WriteByte("?+-"[a.Standing])
				if !a.Valid.InForce(day(d)) {
					t.Errorf("day %d: %s holds for %v", d, a.Reason, a.Valid)
				}
				for e := range 10 {
					if b := r.InForce(key("1", "A"), validity.AsOf{Valid: day(e), Known: day(200)}); a.Valid.InForce(day(e)) && b.Standing != a.Standing {
						t.Errorf("day %d is %v (%s) for %v, but day %d is %v", d, a.Standing, a.Reason, a.Valid, e, b.Standing)
					}
				}
			}
			if got.String() != tc.want {
				t.Errorf("got  %s\nwant %s", got.String(), tc.want)
			}
		})
	}
}

func TestAsKnownBeforeACorrection(t *testing.T) {
	t.Parallel()
	r := designation.New(nil)
	apply(t, r, noticed("n", designation.RelationDesignated, 4), day(5))
	c := noticed("n'", designation.RelationCorrected, 6)
	c.Corrects = "n"
	apply(t, r, c, day(8))
	for _, tc := range []struct {
		valid, known int
		want         designation.Standing
	}{{5, 4, designation.Unknown}, {5, 5, designation.In}, {5, 7, designation.In}, {5, 8, designation.NotIn}, {6, 8, designation.In}} {
		if a := r.InForce(key("1", "A"), validity.AsOf{Valid: day(tc.valid), Known: day(tc.known)}); a.Standing != tc.want {
			t.Errorf("day %d as known on %d: %v %s", tc.valid, tc.known, a.Standing, a.Reason)
		}
	}
	if got := r.Acts(key("1", "A")); len(got) != 2 {
		t.Errorf("%d acts on record", len(got))
	}
}

func TestWhatTheRegisterRefuses(t *testing.T) {
	t.Parallel()
	fresh := func() *designation.Register {
		r := designation.New(nil)
		apply(t, r, noticed("n", designation.RelationDesignated, 4), day(5))
		apply(t, r, noticed("r", designation.RelationRevoked, 6), day(6))
		c := noticed("n'", designation.RelationCorrected, 5)
		c.Corrects = "n"
		apply(t, r, c, day(7))
		put(t, r, 1, 10, plain("2", "A"))
		return r
	}
	correction := func(of string) designation.Noticed {
		n := noticed("z", designation.RelationCorrected, 4)
		n.Corrects = of
		return n
	}
	until := correction("n'")
	until.Until = day(9)
	last := func() string {
		r := fresh().Editions(designation.OFAC)[0].Act.(designation.Imported)
		return r.Edition.Ident()
	}()
	imported := func(base string, part, parts, listed int, changes ...designation.Change) designation.Imported {
		return designation.Imported{Edition: edition(20, 20), Base: base, Part: part, Parts: parts, Listed: listed, Changes: changes}
	}
	again := imported(last, 1, 1, 1)
	again.Edition = edition(1, 0)
	for name, tc := range map[string]struct {
		act  designation.Act
		want error
	}{
		"twice":                    {noticed("n", designation.RelationDesignated, 4), designation.ErrExists},
		"corrects nothing":         {correction("no such"), designation.ErrNoSuch},
		"corrects what is already": {correction("n"), designation.ErrExists},
		"until of no stay":         {until, designation.ErrInput},
		"another base":             {imported("", 1, 1, 1), designation.ErrOrder},
		"second part first":        {imported(last, 2, 2, 1), designation.ErrOrder},
		"added twice":              {imported(last, 1, 1, 2, designation.Change{Op: designation.OpAdded, Row: plain("2", "A")}), designation.ErrOrder},
		"removed what is not":      {imported(last, 1, 1, 1, designation.Change{Op: designation.OpRemoved, Row: designation.Row{ID: "3"}}), designation.ErrOrder},
		"changed what is not":      {imported(last, 1, 1, 1, designation.Change{Op: designation.OpChanged, Row: plain("3", "A")}), designation.ErrOrder},
		"another count":            {imported(last, 1, 1, 2), designation.ErrOrder},
		"edition twice":            {again, designation.ErrExists},
	} {
		r := fresh()
		err := r.Apply(tc.act, day(30))
		if !errors.Is(err, tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		q := validity.AsOf{Valid: day(5), Known: day(40)}
		if d := cmp.Diff(fresh().InForce(key("1", "A"), q), r.InForce(key("1", "A"), q)); d != "" || len(r.Editions(designation.OFAC)) != 1 {
			t.Errorf("%s: the register is not as it was: %s", name, d)
		}
	}
}

// TestPartsCountWhenClosed: an edition of many parts is nothing until the last, and an import that broke off leaves
// nothing behind.
func TestPartsCountWhenClosed(t *testing.T) {
	t.Parallel()
	var all []designation.Row
	for i := range 4000 {
		row := plain(fmt.Sprint(i+1), "A")
		for j := range 4 {
			row.Aliases = append(row.Aliases, designation.Name{Text: strings.Repeat(`"`, 100) + fmt.Sprint(j), Kind: "a.k.a."})
		}
		all = append(all, row)
	}
	r := designation.New(nil)
	acts, report, err := r.Import(rows(all...), edition(1, 1))
	if err != nil || len(acts) < 3 || report.Listed != 4000 {
		t.Fatalf("%d parts: %v", len(acts), err)
	}
	q := validity.AsOf{Valid: day(2), Known: day(20)}
	for i, a := range acts {
		b, err := designation.Encode(a)
		if err != nil || len(b) > 512<<10 {
			t.Fatalf("part %d has %d bytes: %v", i+1, len(b), err)
		}
		if got := r.InForce(key("1", "A"), q); got.Standing != designation.Unknown || len(r.Editions(designation.OFAC)) != 0 {
			t.Errorf("after %d parts: %v", i, got.Standing)
		}
		if i == 1 { // it breaks off, and begins anew
			apply(t, r, acts[0], day(3))
			if err := r.Apply(acts[2], day(3)); !errors.Is(err, designation.ErrOrder) {
				t.Errorf("a part was left out: %v", err)
			}
		}
		apply(t, r, a, day(3))
	}
	for _, id := range []string{"1", "4000"} {
		if got := r.InForce(key(id, "A"), q); got.Standing != designation.In || got.Used[0].Act.(designation.Imported).Changes != nil {
			t.Errorf("%s: %+v", id, got)
		}
	}
}

func TestImportRefusesAsAWhole(t *testing.T) {
	t.Parallel()
	fault := errors.New("line 7 is half")
	broken := func(yield func(designation.Row, error) bool) {
		_ = yield(plain("1", "A"), nil) && yield(designation.Row{}, fault)
	}
	bad := edition(1, 1)
	bad.Sources = nil
	for name, tc := range map[string]struct {
		rows iter.Seq2[designation.Row, error]
		e    designation.Edition
		want error
	}{
		"half":          {broken, edition(1, 1), fault},
		"twice":         {rows(plain("1", "A"), plain("1", "B")), edition(1, 1), designation.ErrInput},
		"none":          {rows(), edition(1, 1), designation.ErrInput},
		"no programme":  {rows(plain("1")), edition(1, 1), designation.ErrInput},
		"brackets":      {rows(plain("1", "SDNTK] [FTO")), edition(1, 1), designation.ErrInput},
		"edition":       {rows(plain("1", "A")), bad, designation.ErrInput},
		"name":          {rows(designation.Row{ID: "1", Name: "A\nB", Programmes: []string{"A"}}), edition(1, 1), designation.ErrInput},
		"endless alias": {rows(designation.Row{ID: "1", Name: "A", Programmes: []string{"A"}, Aliases: slices.Repeat([]designation.Name{{Text: strings.Repeat("A", 1000)}}, 100)}), edition(1, 1), designation.ErrInput},
	} {
		acts, _, err := designation.New(nil).Import(tc.rows, tc.e)
		if acts != nil || !errors.Is(err, tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %d acts, %v", name, len(acts), err)
		}
	}
}

// history is random acts with non-decreasing instants of recording.
func history(t testing.TB, seed uint64) (acts []designation.Act, recorded []time.Time) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	r := designation.New(nil)
	programmes := []string{"A", "B"}
	add := func(a designation.Act, k int) {
		if err := r.Apply(a, day(k)); err != nil {
			t.Fatal(err)
		}
		acts, recorded = append(acts, a), append(recorded, day(k))
	}
	var ids []string
	for k := range 30 {
		switch rnd.IntN(4) {
		case 0:
			all := []designation.Row{plain("9", "A")}
			for _, id := range []string{"1", "2", "3"} {
				for i := range programmes {
					if rnd.IntN(2) == 0 {
						all = append(all, plain(id, programmes[:i+1]...))
						break
					}
				}
			}
			imported, _, err := r.Import(rows(all...), edition(rnd.IntN(40), byte(k)))
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range imported {
				add(a, k)
			}
		case 1:
			n := noticed(fmt.Sprint("n", k), []designation.Relation{designation.RelationDesignated, designation.RelationRevoked, designation.RelationStayed, designation.RelationAmended}[rnd.IntN(4)], rnd.IntN(40))
			n.Key = key(fmt.Sprint(1+rnd.IntN(3)), programmes[rnd.IntN(2)])
			add(n, k)
			ids = append(ids, n.ID)
		case 2:
			if len(ids) > 0 {
				i := rnd.IntN(len(ids))
				n := noticed(fmt.Sprint("c", k), designation.RelationCorrected, rnd.IntN(40))
				n.Corrects, n.Void = ids[i], rnd.IntN(3) == 0
				n.Key = key(fmt.Sprint(1+rnd.IntN(3)), programmes[rnd.IntN(2)])
				add(n, k)
				ids[i] = n.ID
			}
		default:
			add(designation.Expected{ID: fmt.Sprint("e", k), Key: key("1", "A"), By: "x", Said: day(k), For: day(k + 1), Source: "s"}, k)
		}
	}
	return acts, recorded
}

// everything is all answers as known at an instant, each with all that it rests on.
func everything(r *designation.Register, known time.Time) []string {
	var out []string
	for _, id := range []string{"1", "2", "3", "9"} {
		for _, p := range []string{"A", "B"} {
			for d := range 42 {
				a := r.InForce(key(id, p), validity.AsOf{Valid: day(d), Known: known})
				line := fmt.Sprint(a.Key, a.At.Valid.YearDay(), a.Standing, a.Reason, a.Valid.From.Unix(), a.Valid.To.Unix())
				for _, u := range append(a.Used, a.Expected...) {
					line += " " + u.Act.Ident()
				}
				out = append(out, line)
			}
		}
	}
	return out
}

// TestWhatWasKnownNeverChanges: the same acts in the same order give the same answers, and an answer as known at an
// instant is the same after everything that was recorded later.
func TestWhatWasKnownNeverChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		acts, recorded := history(t, seed)
		grown, whole := designation.New(nil), designation.New(nil)
		for i, a := range acts {
			apply(t, whole, a, recorded[i])
		}
		for i, a := range acts {
			apply(t, grown, a, recorded[i])
			if i+1 < len(acts) && recorded[i+1].Equal(recorded[i]) {
				continue
			}
			then, now := everything(grown, recorded[i]), everything(whole, recorded[i])
			for j := range then {
				if then[j] != now[j] {
					t.Fatalf("seed %d, after act %d:\n%s\n%s", seed, i, then[j], now[j])
				}
			}
			for _, id := range []string{"1", "2", "3"} {
				if d := cmp.Diff(grown.Names(entity(id), recorded[i]), whole.Names(entity(id), recorded[i])); d != "" {
					t.Fatalf("seed %d: names of %s: %s", seed, id, d)
				}
			}
		}
	}
}
