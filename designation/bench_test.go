package designation_test

import (
	"fmt"
	"iter"
	"testing"

	"overflight/designation"
	"overflight/validity"
)

// twentyThousand is a register of 20,000 organisations with two programmes each over twelve editions, in each of
// which a tenth of the rows comes, goes or is renamed, with a notice for every tenth and a correction of every hundredth.
func twentyThousand(b *testing.B) *designation.Register {
	b.Helper()
	const n = 20_000
	r := designation.New(nil)
	for e := range 12 {
		var all iter.Seq2[designation.Row, error] = func(yield func(designation.Row, error) bool) {
			for i := range n {
				row := plain(fmt.Sprint(i+1), "SDNTK", "FTO")
				row.Aliases = []designation.Name{{Text: fmt.Sprintf("ALIAS %d OF GROUP", i), Kind: "aka"}}
				switch {
				case i%10 == 1 && e%2 == 1:
					continue
				case i%10 == 2:
					row.Programmes = row.Programmes[:1+e%2]
				case i%10 == 3:
					row.Name = fmt.Sprintf("GROUP %d UNDER NAME %d", i, e)
				}
				if !yield(row, nil) {
					return
				}
			}
		}
		acts, _, err := r.Import(all, edition(30*e, byte(e)))
		if err != nil {
			b.Fatal(err)
		}
		for _, a := range acts {
			apply(b, r, a, day(30*e+1))
		}
	}
	for i := 0; i < n; i += 10 {
		made := noticed(fmt.Sprint("n", i), designation.RelationDesignated, 40)
		made.Key = key(fmt.Sprint(i+1), "FTO")
		apply(b, r, made, day(41))
		ended := noticed(fmt.Sprint("r", i), designation.RelationRevoked, 200)
		ended.Key = made.Key
		apply(b, r, ended, day(201))
		if i%100 == 0 {
			c := noticed(fmt.Sprint("c", i), designation.RelationCorrected, 50)
			c.Key, c.Corrects = made.Key, made.ID
			apply(b, r, c, day(100))
		}
	}
	return r
}

// BenchmarkInForce asks every organisation in turn, at an instant and as known at another that both move.
func BenchmarkInForce(b *testing.B) {
	r := twentyThousand(b)
	keys := make([]designation.Key, 20_000)
	for i := range keys {
		keys[i] = key(fmt.Sprint(i+1), "FTO")
	}
	var standings [3]int
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		a := r.InForce(keys[i%len(keys)], validity.AsOf{Valid: day(i % 400), Known: day(10 + i*7%400)})
		standings[a.Standing]++
		i++
	}
	if i > 10_000 && min(standings[0], standings[1], standings[2]) == 0 {
		b.Errorf("only some of the standings occurred: %v", standings)
	}
}

// BenchmarkSearch asks for a name among those of 20,000 organisations.
func BenchmarkSearch(b *testing.B) {
	r := twentyThousand(b)
	for b.Loop() {
		if got := r.Search("GROUP 4711 UNDER NAME", 10); len(got) != 10 {
			b.Fatal(len(got))
		}
	}
}
