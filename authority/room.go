package authority

import (
	"math"
	"strconv"
	"time"

	"overflight/geodesy"
)

// room is where the lists of a decision lie: a decision takes a piece of memory for all of them, and a decider that is kept
// uses it again.
type room struct {
	words []string
	named []Fact
	made  *made // nil: none is kept
}

func (r *room) clear() { r.words, r.named = r.words[:0], r.named[:0] }

// list is a list of its own with these arguments; nil when there are none.
func (r *room) list(args ...string) []string {
	if len(args) == 0 {
		return nil
	}
	if cap(r.words)-len(r.words) < len(args) {
		r.words = make([]string, 0, max(96, 2*cap(r.words), len(args)))
	}
	n := len(r.words)
	r.words = append(r.words, args...)
	return r.words[n:len(r.words):len(r.words)]
}

// more is a list of its own with the arguments of both.
func (r *room) more(list []string, args ...string) []string {
	if cap(r.words)-len(r.words) < len(list)+len(args) {
		r.words = make([]string, 0, max(96, 2*cap(r.words), len(list)+len(args)))
	}
	n := len(r.words)
	r.words = append(append(r.words, list...), args...)
	return r.words[n:len(r.words):len(r.words)]
}

// facts is a list of its own with these facts.
func (r *room) facts(of ...Fact) []Fact {
	if len(of) == 0 {
		return nil
	}
	if cap(r.named)-len(r.named) < len(of) {
		r.named = make([]Fact, 0, max(32, 2*cap(r.named), len(of)))
	}
	n := len(r.named)
	r.named = append(r.named, of...)
	return r.named[n:len(r.named):len(r.named)]
}

// with is a list of its own with a fact before others.
func (r *room) with(f Fact, others []Fact) []Fact { return r.and(r.facts(f), others) }

// and is a list of its own with the facts of both.
func (r *room) and(a, b []Fact) []Fact {
	switch {
	case len(b) == 0:
		return a
	case cap(r.named)-len(r.named) < len(a)+len(b):
		r.named = make([]Fact, 0, max(32, 2*cap(r.named), len(a)+len(b)))
	}
	n := len(r.named)
	r.named = append(append(r.named, a...), b...)
	return r.named[n:len(r.named):len(r.named)]
}

// made are the texts that were written last. What a year of decisions says is of few instants and measures.
type made [256]struct {
	form form
	bits uint64
	text string
}

// form is how a number becomes a text.
type form uint8

const (
	formNone form = iota
	formInstant
	formNumber
	formMetres
	formDays
	formCount
	formLength
)

func (r *room) text(f form, bits uint64, write func(uint64) string) string {
	if r.made == nil {
		return write(bits)
	}
	t := &r.made[(bits*0x9e3779b97f4a7c15>>56)^uint64(f)]
	if t.form != f || t.bits != bits {
		t.form, t.bits, t.text = f, bits, write(bits)
	}
	return t.text
}

// stamp writes an instant to the microsecond, as acts do.
func (r *room) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return r.text(formInstant, uint64(t.UnixMicro()), func(b uint64) string { return stamp(time.UnixMicro(int64(b))) })
}

func (r *room) number(v float64) string {
	return r.text(formNumber, math.Float64bits(v), func(b uint64) string { return strconv.FormatFloat(math.Float64frombits(b), 'g', 6, 64) })
}

func (r *room) metres(l geodesy.Length) string {
	return r.text(formMetres, math.Float64bits(float64(l)), func(b uint64) string { return strconv.FormatFloat(math.Round(math.Float64frombits(b)), 'f', 0, 64) })
}

func (r *room) days(v Duration) string {
	return r.text(formDays, uint64(v), func(b uint64) string { return strconv.FormatFloat(time.Duration(b).Hours()/24, 'f', -1, 64) })
}

func (r *room) length(v time.Duration) string {
	return r.text(formLength, uint64(v), func(b uint64) string { return time.Duration(b).String() })
}

func (r *room) count(n int) string {
	return r.text(formCount, uint64(n), func(b uint64) string { return strconv.Itoa(int(b)) })
}
