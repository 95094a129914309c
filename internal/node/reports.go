package node

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"overflight/dissemination"
	"overflight/evidence"
	"overflight/internal/config"
	"overflight/internal/durable"
	"overflight/journal"
	"overflight/release"
	"overflight/survey"
	"overflight/validity"
)

// Dissemination lets f read what was given to whom. f must not keep the register.
func (n *Node) Dissemination(ctx context.Context, f func(*dissemination.Register) error) error {
	if err := n.loadActs(ctx); err != nil {
		return err
	}
	n.acts.mu.RLock()
	defer n.acts.mu.RUnlock()
	return f(n.acts.sharing)
}

// Subject is what a report is of: a flight, a site, or a period.
type Subject struct {
	Flight string        `json:"flight,omitempty"`
	State  string        `json:"state,omitempty"` // of a flight: what it has to do with that state, and nothing else
	Site   survey.SiteID `json:"site,omitempty"`
	From   time.Time     `json:"from,omitzero"`
	To     time.Time     `json:"to,omitzero"`
}

// String is the text that is committed to.
func (s Subject) String() string {
	switch {
	case s.Flight != "" && s.State != "":
		return "flight " + s.Flight + " state " + s.State
	case s.Flight != "":
		return "flight " + s.Flight
	case s.Site != 0:
		return "site " + strconv.FormatUint(uint64(s.Site), 10)
	}
	return "period " + s.From.UTC().Format(time.RFC3339) + "/" + s.To.UTC().Format(time.RFC3339)
}

func (s Subject) check() error {
	kinds := 0
	for _, there := range []bool{s.Flight != "", s.Site != 0, !s.From.IsZero() || !s.To.IsZero()} {
		if there {
			kinds++
		}
	}
	if kinds != 1 || s.Flight == "" && s.Site == 0 && !s.From.Before(s.To) {
		return dissemination.NewFault(dissemination.CodeSubject, s.String())
	}
	return nil
}

// MarkingRequest changes the marking of the configuration for one report. Zero members change nothing.
type MarkingRequest struct {
	Classification string
	Handling       release.Handling
	ReleasableTo   []string
	Caveats        []string
}

// DraftRequest asks for a report.
type DraftRequest struct {
	Subject    Subject
	Supersedes string // a report of which this is the next version; empty: none
	Marking    MarkingRequest
	By         string
}

// OnReport is a report as the node has it: with what it says.
type OnReport struct {
	dissemination.Report
	Subject Subject
	Records []release.Record // none of a report that was erased
}

// keptReport is the file of a version of a report.
type keptReport struct {
	Subject Subject         `json:"subject"`
	Marking release.Marking `json:"marking"`
	Records []keptRecord    `json:"records"`
}

// keptRecord has what has a value.
type keptRecord struct {
	Kind   string                   `json:"kind"`
	Site   survey.SiteID            `json:"site,omitempty"`
	Values map[string]release.Value `json:"values"`
}

// mostReport bounds the file of a report, in bytes.
const mostReport = 1 << 30

func (n *Node) reportPath(id string, version int) string {
	return filepath.Join(placesOf(n.cfg.Config).reports, fmt.Sprintf("%s.%d.json", id, version))
}

// seedOf names the seed of a version: two versions under one would open each other.
func seedOf(id string, version int) string { return fmt.Sprintf("%s_%d", id, version) }

// Draft makes a report of what the node has, and puts on record what commits to it.
func (n *Node) Draft(ctx context.Context, q DraftRequest) (OnReport, Stated, error) {
	if err := named(q.By); err != nil {
		return OnReport{}, Stated{}, err
	}
	if err := errors.Join(n.only(config.Operator), q.Subject.check()); err != nil {
		return OnReport{}, Stated{}, err
	}
	n.drafting.Lock()
	defer n.drafting.Unlock()
	id, version, before := "R-"+random(5), 1, evidence.Digest{}
	if q.Supersedes != "" {
		x, err := n.OnReport(ctx, q.Supersedes)
		switch {
		case err != nil:
			return OnReport{}, Stated{}, err
		case x.Erased != nil:
			return OnReport{}, Stated{}, dissemination.NewFault(dissemination.CodeErased, x.ID)
		case x.Subject != q.Subject: // what a view shows of it would be of something that nobody agreed to
			return OnReport{}, Stated{}, dissemination.NewFault(dissemination.CodeOtherSubject, x.ID, x.Subject.String())
		}
		id, version, before = x.ID, len(x.Versions)+1, x.Latest().Act.Statement.Root
	}
	at := n.now().Truncate(time.Millisecond)
	k := keptReport{Subject: q.Subject, Marking: n.marking(&q.Marking, at)}
	var err error
	if k.Records, err = n.recordsOf(ctx, q.Subject); err != nil {
		return OnReport{}, Stated{}, err
	}
	if len(k.Records) == 0 {
		return OnReport{}, Stated{}, dissemination.NewFault(dissemination.CodeNoSubject, q.Subject.String())
	}
	records, err := k.records()
	if err != nil {
		return OnReport{}, Stated{}, err
	}
	var seed release.Seed
	rand.Read(seed[:])
	made := release.Report{ID: id, Version: version, Made: at, Supersedes: before, Records: records}
	a := dissemination.ReportDrafted{Marking: banner(records)}
	if a.Statement, err = made.State(seed); err != nil {
		return OnReport{}, Stated{}, err
	}
	if a.Subject, err = commitment(seed, q.Subject); err != nil {
		return OnReport{}, Stated{}, err
	}
	document, err := dissemination.Encode(a)
	if err != nil {
		return OnReport{}, Stated{}, err
	}
	// What it says is on the disk before anybody is told that there is a report.
	if err := n.seeds.Put(seedOf(id, version), seed); err != nil {
		return OnReport{}, Stated{}, err
	}
	if err := n.keepReport(id, version, &k); err != nil {
		return OnReport{}, Stated{}, err
	}
	stated, err := n.putAct(ctx, journal.ActRecorded{Act: string(dissemination.KindDrafted), Document: document, By: q.By, At: n.now()})
	if errors.Is(err, ErrAct) { // refused, and so not on record; after any other error it may be, and then what opens it is needed
		return OnReport{}, Stated{}, errors.Join(err, n.forgetReport(id, version))
	}
	if err != nil {
		return OnReport{}, Stated{}, err
	}
	out, err := n.OnReport(ctx, id)
	return out, stated, err
}

func commitment(seed release.Seed, s Subject) (evidence.Digest, error) {
	return seed.Commit(release.Where{Record: -1, Field: dissemination.Subject}, release.Value{Kind: release.Text, Text: s.String()})
}

func banner(records []release.Record) release.Marking {
	var all []release.Marking
	for i := range records {
		for _, f := range records[i].Fields {
			all = append(all, f.Marking)
		}
	}
	return release.Banner(all)
}

// marking is that of the configuration, changed for one report.
func (n *Node) marking(q *MarkingRequest, at time.Time) release.Marking {
	c := &n.cfg.Marking
	state, _, _ := strings.Cut(n.cfg.Party, "/")
	m := release.Marking{
		Policy: cmp.Or(c.Policy, state, n.cfg.Operator), Classification: cmp.Or(q.Classification, c.Classification), Handling: release.Handling(cmp.Or(string(q.Handling), c.Handling)),
		ReleasableTo: listed(q.ReleasableTo, c.ReleasableTo), Caveats: listed(q.Caveats, c.Caveats), Originator: cmp.Or(n.cfg.Party, n.cfg.Operator), Created: at,
	}
	if c.Review > 0 {
		m.Review = at.Add(c.Review)
	}
	return m
}

func listed(asked []string, configured config.List) []string {
	out := slices.Clone(asked)
	if len(out) == 0 {
		out = configured.All()
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if out == nil {
		out = []string{}
	}
	return out
}

func (k *keptReport) records() ([]release.Record, error) {
	var out []release.Record
	for i := range k.Records {
		r, err := release.NewRecord(k.Records[i].Kind, k.Marking, k.Records[i].Values)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (n *Node) keepReport(id string, version int, k *keptReport) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	files, path := durable.OS(), n.reportPath(id, version)
	if err := files.Mkdir(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return files.WriteFile(path, append(b, '\n'), 0o600)
}

// forgetReport destroys a version of a report: first what opens it.
func (n *Node) forgetReport(id string, version int) error {
	if err := n.seeds.Destroy(seedOf(id, version)); err != nil {
		return err
	}
	if err := durable.OS().Destroy(n.reportPath(id, version)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (n *Node) readReport(id string, version int) (*keptReport, error) {
	b, err := durable.OS().ReadFile(n.reportPath(id, version), mostReport)
	if err != nil {
		return nil, err
	}
	var k keptReport
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&k); err != nil {
		return nil, fmt.Errorf("reading report %s: %w", id, err)
	}
	return &k, nil
}

// OnReport returns a report by its identifier or number, with what its last version says.
func (n *Node) OnReport(ctx context.Context, name string) (OnReport, error) {
	var out OnReport
	err := n.Dissemination(ctx, func(r *dissemination.Register) error {
		var err error
		out.Report, err = r.Report(name)
		return err
	})
	if err != nil || out.Erased != nil {
		return out, err
	}
	k, err := n.readReport(out.ID, len(out.Versions))
	if err != nil {
		return out, err
	}
	out.Subject = k.Subject
	out.Records, err = k.records()
	return out, err
}

// sealed is a report with its seed, held to what was put on record of it.
func (n *Node) sealed(ctx context.Context, name string) (*OnReport, *release.Report, release.Seed, error) {
	x, err := n.OnReport(ctx, name)
	if err != nil {
		return nil, nil, release.Seed{}, err
	}
	if x.Erased != nil {
		return nil, nil, release.Seed{}, dissemination.NewFault(dissemination.CodeErased, x.ID)
	}
	s := x.Latest().Act.Statement
	seed, err := n.seeds.Get(seedOf(x.ID, s.Version))
	if err != nil {
		return nil, nil, seed, err
	}
	r := &release.Report{ID: s.ID, Version: s.Version, Made: s.Made, Supersedes: s.Supersedes, Records: x.Records}
	again, err := r.State(seed)
	if err != nil {
		return nil, nil, seed, err
	}
	if again.Root != s.Root {
		return nil, nil, seed, fmt.Errorf("report %s is kept with other values than were put on record", x.ID)
	}
	return &x, r, seed, nil
}

// EraseReport destroys what opens a report, in all its versions and in what was proposed of it and not released. What stands in the log stays; what was shown of it stays provable.
func (n *Node) EraseReport(ctx context.Context, name, reason, by string) (Stated, error) {
	if err := named(by); err != nil {
		return Stated{}, err
	}
	n.drafting.Lock()
	defer n.drafting.Unlock()
	x, err := n.OnReport(ctx, name)
	if err != nil {
		return Stated{}, err
	}
	// On record first: a crash may leave what nobody is given any more, and the next erasure destroys it.
	var stated Stated
	if x.Erased == nil {
		if stated, err = n.share(ctx, dissemination.ReportErased{Report: x.ID, Reason: reason}, by); err != nil {
			return stated, err
		}
	}
	for version := range len(x.Versions) {
		if err := n.forgetReport(x.ID, version+1); err != nil {
			return stated, err
		}
	}
	return stated, n.withdrawOf(ctx, x.ID)
}

// only refuses at a node of the other role.
func (n *Node) only(role string) error {
	switch {
	case n.cfg.Role == role:
		return nil
	case role == config.Partner:
		return dissemination.NewFault(dissemination.CodeOnlyPartner)
	}
	return dissemination.NewFault(dissemination.CodeOnlyOperator)
}

// recordsOf are the records of a subject.
func (n *Node) recordsOf(ctx context.Context, s Subject) ([]keptRecord, error) {
	switch {
	case s.Flight != "":
		sortie, err := journal.ParseSortie(s.Flight)
		if err != nil {
			return nil, err
		}
		return n.flightRecords(ctx, sortie, s.State, true)
	case s.Site != 0:
		return n.siteRecords(ctx, s.Site)
	}
	return n.periodRecords(ctx, validity.Period{From: s.From, To: s.To})
}
