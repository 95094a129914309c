package scenario

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overflight/airspace"
	"overflight/authority"
	"overflight/designation"
	"overflight/evidence"
	"overflight/internal/designations"
	"overflight/signature"
	"overflight/statement"
	"overflight/transparency"
)

// world is what is on record at one instant of a story.
type world struct {
	story *Story
	lines []airspace.DatedLine
	open  func(string) ([]byte, error)
	now   time.Time

	authority    *authority.Register
	designations *designation.Register
	statements   *statement.Ledger
	beside       statement.Memory

	sequence uint64
	keys     map[string]signer
	named    map[string]int // identifiers given out, by their prefix
	operator authority.Party
	plans    map[string]filed
	latest   string // the sortie that was planned or flown last
	flown    map[string]*flown
	said     []string // identifiers of statements, in their order
}

type filed struct {
	plan   authority.Plan
	digest evidence.Digest
}

// signer is a key that lives as long as the story.
type signer struct {
	note.Signer
	key transparency.Key
}

func newWorld(s *Story, cfg Config) *world {
	return &world{
		story: s, lines: cfg.Lines, open: cfg.Open, authority: authority.NewRegister(), designations: designation.New(designations.Shipped),
		statements: statement.NewLedger(), keys: map[string]signer{}, named: map[string]int{}, plans: map[string]filed{}, flown: map[string]*flown{},
	}
}

// name gives an identifier out where a story gives none.
func (w *world) name(prefix string) string {
	w.named[prefix]++
	return prefix + "-" + strconv.Itoa(w.named[prefix])
}

// sign signs a document as a name, with a key made for the story, and verifies the signature as the node does.
func (w *world) sign(kind string, document []byte, name string) error {
	s, ok := w.keys[name]
	if !ok {
		private, public, err := note.GenerateKey(rand.Reader, strings.ReplaceAll(name, " ", "_"))
		if err != nil {
			return err
		}
		if s.Signer, err = note.NewSigner(private); err != nil {
			return err
		}
		if s.key, err = signature.ParseKey(public); err != nil {
			return err
		}
		w.keys[name] = s
	}
	signed, err := signature.Sign(kind, document, s.Signer)
	if err != nil {
		return err
	}
	return signature.Verify(kind, document, signed, s.key)
}

func (w *world) recorded(document []byte) authority.Recorded {
	w.sequence++
	return authority.Recorded{At: w.now, Sequence: w.sequence, Digest: sha256.Sum256(document)}
}

// record puts an act about authority on record as the node does: encoded, decoded, signed, verified, applied. Who signs is whose
// signature it needs, or whom the story names.
func (w *world) record(a authority.Act, by []string) (evidence.Digest, error) {
	document, err := authority.Encode(a)
	if err != nil {
		return evidence.Digest{}, err
	}
	if a, err = authority.Decode(a.Kind(), document); err != nil {
		return evidence.Digest{}, err
	}
	if by == nil {
		by = authority.Signers(a)
	}
	rec := w.recorded(document)
	for _, name := range by {
		if err := w.sign(string(a.Kind()), document, name); err != nil {
			return evidence.Digest{}, fmt.Errorf("%q: %w", name, err)
		}
		rec.Signers = append(rec.Signers, name)
	}
	if err := w.authority.Apply(a, rec); err != nil {
		return evidence.Digest{}, err
	}
	w.beside.Given.Apply(a, rec)
	return rec.Digest, nil
}

func (w *world) designate(a designation.Act) error {
	document, err := designation.Encode(a)
	if err != nil {
		return err
	}
	b, err := designation.Decode(a.Kind(), document)
	if err != nil {
		return err
	}
	w.sequence++
	return w.designations.Apply(b, w.now)
}

func (w *world) state(a authority.Act) error {
	document, err := statement.Encode(a)
	if err != nil {
		return err
	}
	b, err := statement.Decode(a.Kind(), document)
	if err != nil {
		return err
	}
	return w.statements.Apply(b, w.recorded(document))
}

// paper stands for a document of a story: its digest is that of the words by which the story names it.
func paper(words ...string) authority.Document {
	d := evidence.Digest(sha256.Sum256([]byte(strings.Join(words, "\n"))))
	return authority.Document{Title: strings.Join(words, ", "), SHA256: &d}
}

// sortie returns the plan that a sentence is about: the one it names, else the latest.
func (w *world) sortie(name string) (filed, string, bool) {
	if name == "" {
		name = w.latest
	}
	p, ok := w.plans[name]
	return p, name, ok
}

func names(s *sentence) []string {
	var out []string
	for i := range s.clauses {
		if s.clauses[i].word == "signed by" {
			out = append(out, s.clauses[i].values[0].list...)
		}
	}
	return slices.Compact(out)
}
