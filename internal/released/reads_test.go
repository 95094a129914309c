package released

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overflight/internal/tak"
)

// What is on record of a client: that it is shown what is flown now, once an hour, and each release, once; and what was written to it and what
// was not, of which the parts add up to all of it, however often it comes and goes, and whatever could not be put on record at once.
func TestOnRecord(t *testing.T) {
	t.Parallel()
	now, broken := start, false
	var got []string
	s := &Service{accounts: map[[2]string]*account{}, standing: map[string][]string{}, woken: make(chan struct{}, 1), gate: &tak.Gate{}}
	s.feeding = map[string]func() tak.Delivery{}
	s.o.Now = func() time.Time { return now }
	s.o.Read = func(_ context.Context, who, what, _ string) error {
		if broken {
			return errors.New("the disk is full")
		}
		got = append(got, strings.TrimPrefix(what, "tak/MEX/SEDENA")+" "+strings.TrimSuffix(who, " of MEX/SEDENA"))
		return nil
	}
	says := func(after time.Duration, last bool, want ...string) {
		t.Helper()
		now, got = now.Add(after), nil
		if err := s.state(t.Context(), last); (err != nil) != broken {
			t.Error(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	ended := func(written, passed uint64, waiting int, reason tak.Reason) {
		s.ends(&tak.Delivery{Who: "ana", Class: "MEX/SEDENA", Since: now, Written: written, Passed: passed, Waiting: waiting, Reason: reason})
	}
	letIn := func(who string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.begins("MEX/SEDENA", who)
	}
	says(0, false)
	letIn("ana")
	says(0, false, " ana")
	ended(5, 2, 3, tak.Stalled)
	says(time.Second, false, "/written/5/passed/2/lost/3/stalled ana")
	letIn("ana")
	ended(1, 0, 0, tak.Left)
	says(time.Second, false) // a minute after the last
	ended(1, 0, 0, tak.Left)
	says(time.Minute, false, "/written/2/passed/0/lost/0/left ana")

	// A feed that goes on: what it is shown at once, what was written once an hour.
	feed := tak.Delivery{Who: "far", Class: "MEX/SEDENA", Since: now, Written: 7}
	s.feeding["far"] = func() tak.Delivery { return feed }
	s.standing["MEX/SEDENA"] = []string{"RL-1"}
	letIn("far")
	says(0, false, " far", "/RL-1 far")
	s.standing["MEX/SEDENA"] = []string{"RL-1", "RL-2"}
	says(time.Minute, false, "/RL-2 far")
	broken = true
	says(time.Hour, false)
	broken, feed.Written, feed.Passed = false, 9, 1
	says(0, false, " far", "/written/9/passed/1/lost/0/open far")
	says(time.Minute, false)
	feed.Written, feed.Waiting = 10, 4
	if all := fmt.Sprint(s.Clients()); !strings.Contains(all, "{MEX/SEDENA ana 0 ") || !strings.Contains(all, " 7 2 0 3 left}") || !strings.Contains(all, "{MEX/SEDENA far 1 ") || !strings.Contains(all, " 10 1 4 0 }") {
		t.Error(all)
	}
	var metrics strings.Builder
	if err := s.WriteMetrics(&metrics); err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"# TYPE overflight_tak_passed counter\n", `overflight_tak_passed{office="MEX/SEDENA",who="ana"} 2`, `overflight_tak_lost{office="MEX/SEDENA",who="ana"} 3`, `overflight_tak_waiting{office="MEX/SEDENA",who="far"} 4`,
		"overflight_tak_refused 0\n", "overflight_tak_turned_away 0\n",
	} {
		if !strings.Contains(metrics.String(), want) {
			t.Errorf("%s lacks %s", metrics.String(), want)
		}
	}
	// At the end all of it.
	ended(3, 0, 0, tak.Stopping)
	says(0, true, "/written/3/passed/0/lost/0/stopping ana", "/written/1/passed/0/lost/0/open far")
	says(0, true)
}

// TestStreamsApart: what a client of one office is written is that office's alone, through the service as it runs: both are shown the same
// flight, each under names and with places of its own, and what was released to one is nothing to the other.
func TestStreamsApart(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	ca.issue("server")
	if err := os.WriteFile(filepath.Join(ca.folder, "revoked"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	on := newShelf()
	on.give(t, "MEX/SEDENA", "A", 1, "12", "13")
	on.give(t, "MEX/FGR", "B", 1, "12")
	told := newRecord()
	s, err := opened(t, fmt.Sprintf(settings, ca.folder), told, on)
	if err != nil {
		t.Fatal(err)
	}
	running(t, s)
	of := map[string]string{} // uid to the office that is shown it
	for _, x := range []struct {
		who, office, report, other, release string
		sites                               int
	}{
		{"ana", "MEX/SEDENA", "A", "B", "RL-1", 2}, {"eva", "MEX/FGR", "B", "A", "RL-2", 1},
	} {
		conn, err := ca.dial(s.Address(), ca.issue(x.who))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		sites, flown := 0, 0
		for e := range eventsOf(t, conn) {
			switch detail := string(e.Detail); {
			case of[e.UID] != "" && of[e.UID] != x.office:
				t.Errorf("%s is written %s of %s", x.who, e.UID, of[e.UID])
			case strings.Contains(detail, `obs="`+x.other+`.`):
				t.Errorf("%s is written what was released to another: %s", x.who, detail)
			case x.who == "eva" && (strings.Contains(detail, "rtsp") || e.Type == aircraft && e.CE < 3000):
				t.Errorf("%s is written more finely than it may: %+v %s", x.who, e, detail)
			case e.Type == aircraft:
				flown++
			case strings.Contains(detail, `obs="`+x.report+`.`):
				sites++
			}
			if of[e.UID] = x.office; sites >= x.sites && flown >= 1 {
				break
			}
		}
		told.until(t, "^read "+x.who+" of "+x.office+" tak/"+x.office+"/"+x.release+" find-laboratories$")
		other := map[string]string{"RL-1": "RL-2", "RL-2": "RL-1"}[x.release]
		if told.count("^read "+x.who+" .*"+other) != 0 {
			t.Errorf("%s is said to be shown %s", x.who, other)
		}
	}
}
