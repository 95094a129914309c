package catalogue

import "strings"

// Reader is a catalogue that also says why the rules of a release withhold what they do. It is what package share writes with.
type Reader struct {
	*Catalogue
	rule func(id string) (english, spanish string, ok bool)
}

// Reader returns the catalogue with the texts of rules; nil: there are none but the program's own.
func (c *Catalogue) Reader(rule func(id string) (english, spanish string, ok bool)) Reader {
	return Reader{c, rule}
}

// Tag is the language after BCP 47.
func (r Reader) Tag() string { return string(r.language) }

// Reason says why a rule withholds, by its identifier.
func (r Reader) Reason(id string) string {
	if r.rule != nil {
		if english, spanish, ok := r.rule(id); ok && r.language == Spanish {
			return spanish
		} else if ok {
			return english
		}
	}
	if own, ok := strings.CutPrefix(id, "release."); ok && r.Has("share.reason."+own) {
		return r.Text("share.reason." + own)
	}
	return r.Text("share.reason.rule", id)
}
