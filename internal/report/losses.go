package report

import (
	"overflight/evidence"
	"overflight/ingest"
	"overflight/internal/catalogue"
)

// Lossy reports whether one of the findings means that input was lost or stays unknown.
func Lossy(ds []evidence.Defect) bool {
	for _, d := range ds {
		if Loses(d.Code) {
			return true
		}
	}
	return false
}

// Losses says in a line for each code what was lost of a source: the first finding, and how many more.
func Losses(s *Source, words *catalogue.Catalogue) []string {
	var out []string
	said := map[string]bool{}
	for _, d := range s.Defects {
		if said[d.Code] || !Loses(evidence.Code(d.Code)) {
			continue
		}
		said[d.Code] = true
		line := words.Defect(s.File, Explained(d.evidence(), words))
		if n := s.DefectsByCode[d.Code]; n > 1 {
			line += " " + words.Count("finding.more", n-1)
		}
		out = append(out, line)
	}
	return out
}

// Explained puts into words what a finding found where that is itself a word of ours.
func Explained(d evidence.Defect, words *catalogue.Catalogue) evidence.Defect {
	if d.Code == ingest.CodeNoMetadata && words.Has("nothing."+d.Got) {
		d.Got = words.Text("nothing." + d.Got)
	}
	return d
}
