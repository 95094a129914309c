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
	"io"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"overflight/geodesy"
	"overflight/internal/catalogue"
	"overflight/internal/planning"
)

var nan = math.NaN()

const (
	sheetSide   = 256 // columns or rows of the map that is drawn
	planOfAPage = "search-plan-kept/v1"
)

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

// outcome is how a plan in the making ended.
type outcome struct {
	plan *planning.Plan
	err  error
}

// beginPlan makes a plan. The newest of those on the way is there to be taken: who reads slowly gets fewer of them.
func (a *api) beginPlan(job context.Context, over func(), r *planning.Request) (news chan *planning.Plan, end chan outcome) {
	news, end = make(chan *planning.Plan, 1), make(chan outcome, 1)
	go func() {
		defer over()
		defer func() {
			if x := recover(); x != nil { // a plan is lost, and not the process that keeps the record
				a.Logger.Error("planning", slog.Any("panic", x), slog.String("stack", string(debug.Stack())))
				end <- outcome{err: fmt.Errorf("planning: %v", x)}
			}
		}()
		plan, err := planning.Make(job, r, func(x *planning.Plan) {
			select {
			case <-news:
			default:
			}
			news <- x // there is room: nobody else puts any in
		})
		if err != nil && job.Err() != nil {
			err = context.Cause(job)
		}
		end <- outcome{plan, err}
	}()
	return news, end
}

// makePlan answers with lines as plans come, and with a problem where none does. When whoever asks goes, so does the work.
func (a *api) makePlan(ctx context.Context, p *planner, asked *PlanAsked) (*huma.StreamResponse, error) {
	began := time.Now()
	r, err := a.planRequest(ctx, asked)
	if err != nil {
		return nil, err
	}
	wanted, stop := context.WithCancel(ctx)
	job, over, err := p.begin(wanted, byWhom(ctx, ""))
	if err != nil {
		stop()
		return nil, err
	}
	news, end := a.beginPlan(job, over, r)
	// What keeps a plan from being made is an answer of its own, and no line of a stream.
	var first *planning.Plan
	select {
	case first = <-news:
	case o := <-end:
		if o.err != nil {
			stop()
			return nil, o.err
		}
		end <- o
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer stop() // whoever asked is gone, or has all of it
		c.SetHeader("Content-Type", "application/x-ndjson")
		c.SetHeader("Cache-Control", "no-store")
		s := &planStream{w: c.BodyWriter(), began: began, words: words(ctx)}
		plan, err := s.improving(ctx, first, news, end)
		var m *madePlan
		if err == nil {
			m, err = madeOf(asked, plan)
		}
		if err == nil {
			m.user = byWhom(ctx, "")
			p.keep(m)
			err = s.whole(m, plan, first == nil)
		}
		if err != nil {
			a.Logger.Warn("plan", slog.Any("error", err))
			_ = s.send(&PlanLine{Problem: problemIn(ctx, err)}) // where nobody is left to tell, nobody is told
		}
	}}, nil
}

// planStream writes the lines of a plan in the making.
type planStream struct {
	w     io.Writer
	began time.Time
	words *catalogue.Catalogue
}

func (s *planStream) send(l *PlanLine) error {
	l.Elapsed = math.Round(time.Since(s.began).Seconds()*1000) / 1000
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("writing a line of a plan: %w", err)
	}
	if _, err := s.w.Write(append(b, '\n')); err != nil {
		return err
	}
	if f, ok := s.w.(http.Flusher); ok {
		f.Flush()
	}
	return nil
}

func (s *planStream) show(x *planning.Plan) error {
	route, err := routeOf(x)
	if err != nil {
		return err
	}
	figures := PlanFigures(x.Document(s.words))
	return s.send(&PlanLine{Figures: &figures, Route: route})
}

// improving shows the first plan, the map under it, and each better plan until the work has ended, with the plan that is the best.
func (s *planStream) improving(ctx context.Context, first *planning.Plan, news <-chan *planning.Plan, end <-chan outcome) (*planning.Plan, error) {
	if first != nil {
		if err := s.show(first); err != nil {
			return nil, err
		}
		if err := s.send(&PlanLine{Sheet: sheetOf(first)}); err != nil {
			return nil, err
		}
	}
	for {
		select {
		case x := <-news:
			if err := s.show(x); err != nil {
				return nil, err
			}
		case o := <-end:
			return o.plan, o.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// whole is the last line: the plan, by what it is called, and what can be had of it.
func (s *planStream) whole(m *madePlan, plan *planning.Plan, sheet bool) error {
	figures := PlanFigures(plan.Document(s.words))
	l := &PlanLine{Figures: &figures, Route: m.file.Route, ID: m.id, Files: m.file.names(), Asked: &m.file.Asked}
	if sheet {
		l.Sheet = m.file.Sheet
	}
	return s.send(l)
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
