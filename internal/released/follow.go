package released

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"overflight/internal/node"
	"overflight/release"
)

// Register is what is on record of offices and of what was released to them. A node is one.
type Register interface {
	Recipients(ctx context.Context) ([]release.Office, error)
	// Given MUST be in the order in which it was given, with what was revoked.
	Given(ctx context.Context, office string) ([]node.Given, error)
	Product(ctx context.Context, g *node.Given) (*release.Product, error)
}

// followed is what of a register is shown. Who follows it holds the lock.
type followed struct {
	sync.Mutex
	began      time.Time                        // when the register was last begun to be followed
	configured map[string]release.Office        // the offices of the configuration
	shown      map[string]map[string]node.Given // by office and report
}

// followEvery is how often is looked for what is on record anew.
const followEvery = time.Second

var errNotOnRecord = errors.New("it is neither one of tak.offices nor on record: nothing is shown to it")

// nobody is an office of which it is not known what it may have.
func nobody(id string) release.Office {
	return release.Office{ID: id, State: id[:3], Level: "UNCLASSIFIED", Handling: release.Clear, PlaceDigits: 1, TimeDigits: 1, Revoked: true}
}

func (s *Service) followAll(ctx context.Context) error {
	t := time.NewTicker(followEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.follow(ctx, false)
		case <-ctx.Done():
			return nil
		}
	}
}

// followSince follows unless that was begun after an instant: who asks at the same time waits for the same answer.
func (s *Service) followSince(ctx context.Context, at time.Time) {
	s.followed.Lock()
	defer s.followed.Unlock()
	if !s.followed.began.After(at) {
		s.followLocked(ctx, false)
	}
}

// follow shows what is on record and was not shown. What cannot be is told, and tried again.
func (s *Service) follow(ctx context.Context, first bool) {
	s.followed.Lock()
	defer s.followed.Unlock()
	s.followLocked(ctx, first)
}

func (s *Service) followLocked(ctx context.Context, first bool) {
	s.followed.began = s.o.Now()
	all, err := s.o.Register.Recipients(ctx)
	if err != nil {
		s.notFollowed(ctx, "", err)
		return
	}
	described := map[string]release.Office{}
	for _, o := range all {
		described[o.ID] = o
	}
	for _, id := range slices.Sorted(maps.Keys(s.admitted)) {
		on, recorded := described[id]
		office, configured := s.followed.configured[id]
		switch {
		case !configured && !recorded:
			office = nobody(id)
			s.notFollowed(ctx, id, errNotOnRecord)
		case !configured:
			office = on
		case recorded: // what it may have live is the configuration's to say, whether anything is not
			office.Revoked = on.Revoked
		}
		s.mu.Lock()
		s.shut[id] = office.Revoked
		s.mu.Unlock()
		if err := errors.Join(s.picture.Describe(office), s.followOffice(ctx, id, first)); err != nil {
			s.notFollowed(ctx, id, err)
		}
	}
}

// followOffice shows an office what it was given, and takes back what was revoked: of the latter also what was so before this program began,
// for who was connected then may come again.
func (s *Service) followOffice(ctx context.Context, id string, first bool) error {
	all, err := s.o.Register.Given(ctx, id)
	if err != nil {
		return err
	}
	var failed []error
	for i := range all {
		if g := &all[i]; first && !g.Revoked.IsZero() && s.o.Now().Sub(g.Revoked) < withdrawn {
			failed = append(failed, s.showGiven(ctx, id, g), s.picture.Revoke(id, g.Report))
		}
	}
	before, now := s.followed.shown[id], map[string]node.Given{}
	for _, g := range node.Standing(all) {
		was, ok := before[g.Report]
		if ok && was.Product == g.Product {
			now[g.Report] = g
			continue
		}
		if err := s.showGiven(ctx, id, &g); err != nil {
			failed = append(failed, err)
			if ok {
				now[g.Report] = was
			}
			continue
		}
		now[g.Report] = g
	}
	for report, g := range before {
		if _, ok := now[report]; ok {
			continue
		}
		if err := s.picture.Revoke(id, report); err != nil {
			failed = append(failed, err)
			now[report] = g
		}
	}
	s.followed.shown[id] = now
	var standing []string
	for _, g := range node.Standing(all) {
		if now[g.Report].Release == g.Release {
			standing = append(standing, g.Release)
		}
	}
	s.mu.Lock()
	s.standing[id] = standing
	s.mu.Unlock()
	return errors.Join(failed...)
}

func (s *Service) showGiven(ctx context.Context, office string, g *node.Given) error {
	p, err := s.o.Register.Product(ctx, g)
	if err != nil {
		return err
	}
	return s.picture.Release(office, p)
}

func (s *Service) notFollowed(ctx context.Context, office string, err error) {
	if ctx.Err() == nil {
		s.notShown(office, err)
	}
}
