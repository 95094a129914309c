package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/internal/planning"
)

var nan = math.NaN()

// Bounds of planning.
const (
	mostMade    = 32               // plans that were made and not kept, of all users
	longest     = 10 * time.Minute // that one plan may take
	busyFor     = 20 * time.Second // that it waits for its turn
	sheetSide   = 256              // columns or rows of the map that is drawn
	planOfAPage = "search-plan-kept/v1"
)

// errBusy says that others' plans take all that this machine has for planning.
var errBusy = errors.New("other plans are being made")

// PlanSheet is the map of probability as it is drawn: north up, its rows equally far apart in the Mercator projection.
type PlanSheet struct {
	West    float64 `json:"west"`
	South   float64 `json:"south"`
	East    float64 `json:"east"` // goes on beyond 180
	North   float64 `json:"north"`
	Columns int     `json:"columns"`
	Rows    int     `json:"rows"`
	Cell    float64 `json:"cell_m"` // of the plan's own map
	Rest    float64 `json:"rest"`   // probability that the place is on none of it
	Values  []byte  `json:"values" doc:"probability a km², f32 little endian, row by row from the north; NaN outside the map"`
}

// PlanFigures are what the command prints of a plan as JSON.
type PlanFigures planning.Document

// PlanLine is one line of what planning answers: a plan, the map that it rests on, or what went wrong. The last line says the
// identifier by which the plan is kept and its files are read; until another user's plans push it out, or the server ends.
type PlanLine struct {
	Elapsed float64         `json:"elapsed_s"`
	Figures *PlanFigures    `json:"figures,omitempty"`
	Route   json.RawMessage `json:"route,omitempty" doc:"GeoJSON: legs, and the ground that each swath covers"`
	Sheet   *PlanSheet      `json:"sheet,omitempty"`
	ID      string          `json:"id,omitempty"`
	Files   []string        `json:"files,omitempty"`
	Asked   *PlanAsked      `json:"asked,omitempty" doc:"with what was left to the instant of the request"`
	Problem *Problem        `json:"problem,omitempty"`
}

// planFile is a plan as it is kept: what was asked, what came of it in each language, and the files byte for byte.
type planFile struct {
	Kind    string                             `json:"kind"`
	Name    string                             `json:"name"`
	Asked   PlanAsked                          `json:"asked"`
	Figures map[catalogue.Language]PlanFigures `json:"figures"`
	Route   json.RawMessage                    `json:"route"`
	Sheet   *PlanSheet                         `json:"sheet"`
	Files   map[string]string                  `json:"files"` // those in words begin with their language: "en/plan.txt"
}

// madePlan is a plan that was made and not kept so far.
type madePlan struct {
	id   string
	user string
	file planFile
}

// planner makes plans for users: one at a time for each, and as many at once as the machine has processors, less one.
type planner struct {
	turns chan struct{}

	mu      sync.Mutex // guards what follows
	running map[string]*planJob
	made    []*madePlan // the latest last
}

type planJob struct {
	cancel context.CancelFunc
	over   chan struct{}
}

func newPlanner() *planner {
	return &planner{turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1)), running: map[string]*planJob{}}
}

// begin ends what a user has under way, and waits for a turn. The job is over when its context has ended and done was called.
func (p *planner) begin(ctx context.Context, user string) (job context.Context, done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	j := &planJob{cancel: cancel, over: make(chan struct{})}
	p.mu.Lock()
	before := p.running[user]
	p.running[user] = j
	p.mu.Unlock()
	end := func() {
		cancel()
		p.mu.Lock()
		if p.running[user] == j {
			delete(p.running, user)
		}
		p.mu.Unlock()
		close(j.over)
	}
	wait := time.NewTimer(busyFor)
	defer wait.Stop()
	if before != nil {
		before.cancel()
		select {
		case <-before.over:
		case <-ctx.Done():
			end()
			return nil, nil, ctx.Err()
		}
	}
	select {
	case p.turns <- struct{}{}:
		return ctx, func() { <-p.turns; end() }, nil
	case <-wait.C:
		err = errBusy
	case <-ctx.Done():
		err = ctx.Err()
	}
	end()
	return nil, nil, err
}

func (p *planner) keep(m *madePlan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made = slices.DeleteFunc(p.made, func(x *madePlan) bool { return x.id == m.id && x.user == m.user })
	p.made = append(p.made, m)
	if n := len(p.made) - mostMade; n > 0 {
		p.made = slices.Delete(p.made, 0, n)
	}
}

func (p *planner) find(user, id string) *madePlan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.made, func(x *madePlan) bool { return x.id == id && x.user == user }); i >= 0 {
		return p.made[i]
	}
	return nil
}

// makePlan answers with lines as plans come, and with a problem where none does. When whoever asks goes, so does the work.
func (a *api) makePlan(ctx context.Context, p *planner, asked *PlanAsked) (*huma.StreamResponse, error) {
	r, err := a.planRequest(ctx, asked)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	user := byWhom(ctx, "")
	wanted, stop := context.WithCancel(ctx)
	job, over, err := p.begin(wanted, user)
	if err != nil {
		stop()
		return nil, err
	}
	news := make(chan *planning.Plan, 1) // the newest; who reads slowly gets fewer of them
	type outcome struct {
		plan *planning.Plan
		err  error
	}
	end := make(chan outcome, 1)
	go func() {
		defer over()
		plan, err := planning.Make(job, r, func(x *planning.Plan) {
			for {
				select {
				case news <- x:
					return
				default:
				}
				select {
				case <-news:
				default:
				}
			}
		})
		if err == nil && asked.Reach > 0 {
			plan.Turret, err = plan.Gimbal(geodesy.Length(asked.Reach)*geodesy.Kilometre, geodesy.Angle(asked.Field))
		}
		end <- outcome{plan, err}
	}()
	// What keeps a plan from being made is an answer of its own, and no line of a stream.
	var first *planning.Plan
	var last *outcome
	select {
	case first = <-news:
	case o := <-end:
		if o.err != nil {
			stop()
			return nil, o.err
		}
		last = &o
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer stop() // whoever asked is gone, or has all of it
		c.SetHeader("Content-Type", "application/x-ndjson")
		c.SetHeader("Cache-Control", "no-store")
		w := c.BodyWriter()
		flush, _ := w.(interface{ Flush() })
		send := func(l *PlanLine) bool {
			l.Elapsed = math.Round(time.Since(began).Seconds()*1000) / 1000
			b, err := json.Marshal(l)
			if err != nil { // no figure that a number can say: said, and not left out
				b, _ = json.Marshal(&PlanLine{Problem: ProblemOf(fmt.Errorf("writing a plan: %w", err), catalogue.English), Elapsed: l.Elapsed})
				w.Write(append(b, '\n'))
				return false
			}
			if _, err := w.Write(append(b, '\n')); err != nil {
				return false
			}
			if flush != nil {
				flush.Flush()
			}
			return true
		}
		show := func(x *planning.Plan) bool {
			l := &PlanLine{}
			d := PlanFigures(x.Document(words(ctx)))
			l.Figures = &d
			route, err := routeOf(x)
			l.Route = route
			return err == nil && send(l)
		}
		if first != nil && !(show(first) && send(&PlanLine{Sheet: sheetOf(first)})) {
			return
		}
		for last == nil {
			select {
			case x := <-news:
				if !show(x) {
					return
				}
			case o := <-end:
				last = &o
			case <-ctx.Done():
				return
			}
		}
		var m *madePlan
		err := last.err
		if err == nil {
			m, err = madeOf(asked, last.plan)
		}
		if err != nil {
			var problem *Problem
			if errors.As(fail(ctx, err), &problem) {
				send(&PlanLine{Problem: problem})
			}
			return
		}
		m.user = user
		p.keep(m)
		l := &PlanLine{ID: m.id, Route: m.file.Route, Asked: asked, Files: m.file.names()}
		d := PlanFigures(last.plan.Document(words(ctx)))
		l.Figures = &d
		if first == nil {
			l.Sheet = m.file.Sheet
		}
		send(l)
	}}, nil
}

func routeOf(p *planning.Plan) (json.RawMessage, error) {
	var b bytes.Buffer
	err := p.WriteGeoJSON(&b, nil)
	return b.Bytes(), err
}

func sheetOf(p *planning.Plan) *PlanSheet {
	s := p.Sheet(sheetSide)
	out := &PlanSheet{
		West: float64(s.West), South: float64(s.South), East: float64(s.East), North: float64(s.North), Columns: s.Columns, Rows: s.Rows,
		Cell: float64(s.Cell), Rest: s.Rest, Values: make([]byte, 4*len(s.Density)),
	}
	for i, v := range s.Density {
		binary.LittleEndian.PutUint32(out.Values[4*i:], math.Float32bits(v))
	}
	return out
}

// madeOf writes a plan in every form that it is given out in, by the writers of the command.
func madeOf(asked *PlanAsked, plan *planning.Plan) (*madePlan, error) {
	f := planFile{Kind: planOfAPage, Asked: *asked, Figures: map[catalogue.Language]PlanFigures{}, Sheet: sheetOf(plan), Files: map[string]string{}}
	var b bytes.Buffer
	write := func(name string, err error) error {
		f.Files[name] = b.String()
		b.Reset()
		return err
	}
	var err error
	if f.Route, err = routeOf(plan); err != nil {
		return nil, err
	}
	f.Files["route.geojson"] = string(f.Route)
	for _, l := range []catalogue.Language{catalogue.English, catalogue.Spanish} {
		words := catalogue.Open(l)
		f.Figures[l] = PlanFigures(plan.Document(words))
		err = errors.Join(err, write(string(l)+"/plan.txt", plan.WriteTable(&b, words)), write(string(l)+"/plan.json", plan.WriteJSON(&b, words)),
			write(string(l)+"/route.kml", plan.WriteKML(&b, words)))
	}
	for k := range plan.Sorties {
		err = errors.Join(err, write(fmt.Sprintf("mission-%d.plan", k+1), plan.WriteStation(&b, k, geodesy.Length(asked.Height))))
	}
	if plan.Turret != nil {
		err = errors.Join(err, write("gimbal.csv", plan.Turret.WriteCSV(&b)))
	}
	if err != nil {
		return nil, err
	}
	whole, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(whole)
	return &madePlan{id: "P-" + hex.EncodeToString(sum[:6]), file: f}, nil
}
