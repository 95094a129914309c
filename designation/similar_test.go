package designation

import (
	"math"
	"testing"
)

// TestJaroWinkler: the values of Winkler's own table (Overview of Record Linkage, 2006, table 6), to its three decimals.
func TestJaroWinkler(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		want float64
	}{
		{"shackleford", "shackelford", 0.982},
		{"dunningham", "cunnigham", 0.896},
		{"nichleson", "nichulson", 0.956},
		{"jones", "johnson", 0.832},
		{"massey", "massie", 0.933},
		{"abroms", "abrams", 0.922},
		{"hardin", "martinez", 0.722},
		{"itman", "smith", 0.467},
		{"jeraldine", "geraldine", 0.926},
		{"martha", "marhta", 0.961},
		{"michelle", "michael", 0.921},
		{"julies", "julius", 0.933},
		{"tanya", "tonya", 0.880},
		{"dwayne", "duane", 0.840},
		{"sean", "susan", 0.805},
		{"jon", "john", 0.933},
		{"jon", "jan", 0.8},
		{"", "", 1},
		{"a", "", 0},
		{"a", "a", 1},
		{"a", "b", 0},
	} {
		for _, pair := range [][2]string{{tc.a, tc.b}, {tc.b, tc.a}} {
			if got := jaroWinkler([]rune(pair[0]), []rune(pair[1])); math.Abs(got-tc.want) > 0.0005 {
				t.Errorf("%q: %.4f, want %.3f", pair, got, tc.want)
			}
		}
	}
}

// TestNoScoreSeparates: by sorted words the two Michoacana groups are more alike than many pairs of names of one group.
func TestNoScoreSeparates(t *testing.T) {
	t.Parallel()
	of := func(a, b string) float64 {
		x, y := spell(indexed{text: a}), spell(indexed{text: b})
		return score(&x, &y)
	}
	different := of("LA FAMILIA MICHOACANA", "LA NUEVA FAMILIA MICHOACANA")
	if different < 0.93 || different >= 1 {
		t.Errorf("the Michoacana pair has %.3f", different)
	}
	for _, same := range [][2]string{{"CJNG", "CARTEL DE JALISCO NUEVA GENERACION"}, {"Los Zetas", "CARTEL DEL NORESTE"}} {
		if s := of(same[0], same[1]); s >= different {
			t.Errorf("%q: %.3f", same, s)
		}
	}
}
