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

// Losses says in a line for each source or path and kind of finding what was lost: the first, and how many
// more.
func Losses(a *Account, words *catalogue.Catalogue) []string {
	var out []string
	for i := range a.Sources {
		s := &a.Sources[i]
		out = append(out, lossLines(s.File, s.Defects, s.DefectsByCode, words)...)
	}
	for i := range a.Paths {
		p := &a.Paths[i]
		counts := map[string]int{}
		for _, d := range p.Findings {
			counts[d.Code]++
		}
		out = append(out, lossLines(p.File, p.Findings, counts, words)...)
	}
	return out
}

func lossLines(file string, defects []Defect, counts map[string]int, words *catalogue.Catalogue) []string {
	var out []string
	said := map[string]bool{}
	for _, d := range defects {
		if said[d.Code] || !Loses(evidence.Code(d.Code)) {
			continue
		}
		said[d.Code] = true
		line := words.Defect(file, Explained(d.evidence(), words))
		if n := counts[d.Code]; n > 1 {
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
