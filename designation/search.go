package designation

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Suggestion is an organisation that may be meant by a name. It is never a match: LA FAMILIA MICHOACANA and LA
// NUEVA FAMILIA MICHOACANA are as alike as two spellings of one name, and are two organisations. No score
// separates such pairs; a human picks, and the pick is recorded.
type Suggestion struct {
	Entity  Entity
	Primary string  // name of the organisation by the latest that is known
	Name    string  // the one of its names that is most like what was asked
	Exact   bool    // that name is the same but for case, accents and punctuation
	Score   float64 // 1 when exact, else below 1: Jaro-Winkler over sorted words
	// Beside are other organisations with a name like Name, the most alike first.
	Beside []LookAlike
}

// LookAlike is an organisation beside which another is easily taken.
type LookAlike struct {
	Entity Entity
	Name   string
	Score  float64
}

// The bounds of a search.
const (
	leastScore  = 0.70 // below, names have nothing in common that a reader would see
	leastBeside = 0.85
	mostBeside  = 8
	mostFound   = 256
	inexact     = 0.99 // of two names that differ in more than case and accents, however alike
)

// indexed is a name of an organisation.
type indexed struct {
	entity Entity
	text   string
}

// spelled is a name made ready to be compared.
type spelled struct {
	indexed
	folded string
	words  []rune // sorted, in English
	plain  []rune // sorted as folded
}

// index is every name of every list, those of the past included.
type index struct {
	seen  map[indexed]bool
	all   []spelled
	names map[string][]Entity // by folded name
}

func spell(in indexed) spelled {
	f := Fold(in.text)
	return spelled{indexed: in, folded: f, words: []rune(sorted(f)), plain: []rune(f)}
}

func (x *index) add(e Entity, text string) {
	in := indexed{entity: e, text: text}
	if text == "" || x.seen[in] {
		return
	}
	x.seen[in] = true
	s := spell(in)
	x.all = append(x.all, s)
	if !slices.Contains(x.names[s.folded], e) {
		x.names[s.folded] = append(x.names[s.folded], e)
	}
}

// score tells how alike two names are, from 0 to 1; 1 only when they are the same but for case and accents.
func score(a, b *spelled) float64 {
	if a.folded == b.folded && a.folded != "" {
		return 1
	}
	return min(inexact, max(jaroWinkler(a.words, b.words), jaroWinkler(a.plain, b.plain)))
}

// Search ranks the organisations that may be meant by a name, exact ones first, at most so many. It knows every
// name that an act has ever given, in Spanish and English words alike. A name without a letter finds nothing.
func (r *Register) Search(name string, most int) []Suggestion {
	if len(name) > longestName {
		name = strings.ToValidUTF8(name[:longestName], "")
	}
	asked := spell(indexed{text: name})
	if asked.folded == "" {
		return nil
	}
	type found struct {
		name  *spelled
		score float64
	}
	best := map[Entity]found{}
	for i := range r.index.all {
		n := &r.index.all[i]
		s := score(&asked, n)
		if b, ok := best[n.entity]; s >= leastScore && (!ok || s > b.score || s == b.score && n.text < b.name.text) {
			best[n.entity] = found{n, s}
		}
	}
	ranked := make([]found, 0, len(best))
	for _, f := range best {
		ranked = append(ranked, f)
	}
	slices.SortFunc(ranked, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.name.text, b.name.text),
			cmp.Compare(a.name.entity.List, b.name.entity.List), cmp.Compare(a.name.entity.ID, b.name.entity.ID))
	})
	ranked = ranked[:min(len(ranked), mostFound)]
	var out []Suggestion
	for i, f := range ranked[:max(0, min(most, len(ranked)))] {
		s := Suggestion{Entity: f.name.entity, Primary: r.latestName(f.name.entity), Name: f.name.text, Exact: f.score == 1, Score: f.score}
		for j, o := range ranked {
			if like := score(f.name, o.name); j != i && like >= leastBeside {
				s.Beside = append(s.Beside, LookAlike{Entity: o.name.entity, Name: o.name.text, Score: like})
			}
		}
		slices.SortStableFunc(s.Beside, func(a, b LookAlike) int { return cmp.Compare(b.Score, a.Score) })
		s.Beside = s.Beside[:min(len(s.Beside), mostBeside)]
		out = append(out, s)
	}
	return out
}

// latestName is the primary name by everything that is on record.
func (r *Register) latestName(of Entity) string {
	for _, n := range r.Names(of, endOfTime) {
		if n.Primary {
			return n.Text
		}
	}
	return ""
}

// endOfTime is later than any instant that an act may have.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
