package server

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"overflight/geodesy"
	"overflight/internal/node"
	"overflight/survey"
)

func moved(flight string, at time.Time, place *[2]float64) *node.Frame {
	heading := 91.5
	return &node.Frame{Flight: flight, Source: "cam", Registration: "T-1", Time: at, Arrived: time.Now(), Position: place, Heading: &heading, States: []string{"MEX"}}
}

// TestPicture reads by hand what is written.
func TestPicture(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)
	p := newPicture()
	f := moved("L-1", at, &[2]float64{-110.9431234, 31.3333333})
	f.Footprint = [][2]float64{{-179.9999999, 1}, {179.9999999, 1}, {179.5, -1}, {-179.5, -1}}
	f.Centre, f.Doubt = &[2]float64{180, 0}, 12.5
	p.take(f, at)
	p.take(moved("L-2", at, nil), at)
	names, err := p.names()
	var told struct{ Names []Named }
	if err != nil || json.Unmarshal(names, &told) != nil || len(told.Names) != 2 || told.Names[0].Flight != "L-1" || told.Names[1].ID != 2 {
		t.Fatalf("%s %v", names, err)
	}
	b := p.encode(at.Add(time.Second))
	le := binary.LittleEndian
	if string(b[:4]) != "OVL1" || le.Uint32(b[4:]) != 1 || int64(le.Uint64(b[8:])) != at.Add(time.Second).UnixMicro() ||
		le.Uint32(b[16:]) != 2 || le.Uint32(b[20:]) != 1 || len(b) != 24+2*32+64 {
		t.Fatalf("% x", b)
	}
	one, two, ground := b[24:56], b[56:88], b[88:]
	if le.Uint32(one) != 1 || one[4] != 1 || int64(le.Uint64(one[8:])) != at.UnixMicro() || int32(le.Uint32(one[16:])) != -1109431234 ||
		int32(le.Uint32(one[20:])) != 313333333 || math.Float32frombits(le.Uint32(one[24:])) != 91.5 || !math.IsNaN(float64(math.Float32frombits(le.Uint32(one[28:])))) {
		t.Errorf("% x", one)
	}
	if le.Uint32(two) != 2 || two[4] != 3 {
		t.Errorf("% x", two)
	}
	if le.Uint32(ground) != 1 || int32(le.Uint32(ground[16:])) != -1799999999 || int32(le.Uint32(ground[48:])) != 1800000000 ||
		math.Float32frombits(le.Uint32(ground[56:])) != 12.5 {
		t.Errorf("% x", ground)
	}

	// The same again tells no names; another state does.
	p.take(moved("L-2", at, nil), at)
	if names, err := p.names(); names != nil || err != nil {
		t.Errorf("%s %v", names, err)
	}
	f = moved("L-2", at, nil)
	f.States = []string{"USA"}
	p.take(f, at)
	if names, err := p.names(); !strings.Contains(string(names), `"USA"`) || strings.Contains(string(names), `"L-1"`) || err != nil {
		t.Errorf("%s %v", names, err)
	}
	// Who is silent for long is left out.
	p.take(moved("L-2", at, nil), at.Add(silentFor))
	if b := p.encode(at.Add(silentFor + time.Second)); le.Uint32(b[16:]) != 1 || le.Uint32(b[20:]) != 0 || le.Uint32(b[4:]) != 2 {
		t.Errorf("% x", b)
	}
}

// watching is a page at a real socket that frames are shown to.
func watching(t *testing.T, in incoming) (context.Context, *websocket.Conn) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.CloseNow() }() // as the handler of the product does
		ctx, cancel := context.WithCancel(r.Context())
		taken := make(chan uint32)
		go func() {
			defer cancel()
			acknowledged(ctx, c, taken)
		}()
		in := in
		in.taken = taken
		_ = show(ctx, c, in, time.Now) // ends with the socket
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, c
}

// TestShow: the newest of each is sent however many came, over a real socket.
func TestShow(t *testing.T) {
	t.Parallel()
	frames := make(chan *node.Frame)
	ctx, c := watching(t, incoming{frames: frames})
	go func() {
		for i := range 1000 {
			select {
			case frames <- moved("L-1", time.UnixMicro(int64(i)), &[2]float64{0, 0}):
			case <-ctx.Done():
				return
			}
		}
	}()
	var instants []int64
	names := 0
	for last := int64(-1); last != 999; {
		kind, b, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if kind == websocket.MessageText {
			names++
			continue
		}
		if err := c.Write(ctx, websocket.MessageBinary, b[4:8]); err != nil {
			t.Fatal(err)
		}
		if binary.LittleEndian.Uint32(b[16:]) == 1 {
			last = int64(binary.LittleEndian.Uint64(b[32:]))
			instants = append(instants, last)
		}
	}
	if names != 1 || !slices.IsSorted(instants) || len(instants) > 900 {
		t.Errorf("%d names, %d pictures", names, len(instants))
	}
	_ = c.Close(websocket.StatusNormalClosure, "")
}

// TestSlowPage: a page that does not take pictures up gets no more of them, and then what is so by then.
func TestSlowPage(t *testing.T) {
	t.Parallel()
	frames := make(chan *node.Frame)
	ctx, c := watching(t, incoming{frames: frames})
	// picture reads the next one: its sequence, and the instant of the one aircraft in it.
	picture := func() (uint32, int64) {
		for {
			kind, b, err := c.Read(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if kind == websocket.MessageBinary {
				at := int64(-1)
				if binary.LittleEndian.Uint32(b[16:]) == 1 {
					at = int64(binary.LittleEndian.Uint64(b[32:]))
				}
				return binary.LittleEndian.Uint32(b[4:]), at
			}
		}
	}
	// Much longer than pictures are sent every so often, something new comes all the time; nobody takes any of it up.
	sent := int64(0)
	for began := time.Now(); time.Since(began) < 12*pictureEvery; sent++ {
		frames <- moved("L-1", time.UnixMicro(sent), &[2]float64{0, 0})
	}
	var n uint32
	for want := range uint32(mostUnderWay) {
		if n, _ = picture(); n != want+1 {
			t.Fatalf("picture %d where %d is next", n, want+1)
		}
	}
	if err := c.Write(ctx, websocket.MessageBinary, []byte{byte(n), 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if next, at := picture(); next != n+1 || at != sent-1 {
		t.Errorf("then picture %d of instant %d, of %d", next, at, sent)
	}
	// Whoever says something else is let go.
	if err := c.Write(ctx, websocket.MessageText, []byte("?")); err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, err := c.Read(ctx); err != nil {
			break
		}
	}
	if ctx.Err() != nil {
		t.Error("it was not let go")
	}
}

// TestNoticesReachAPage: a safety notice is sent at once, also where nothing moves, and with names that a page which knows none can read.
func TestNoticesReachAPage(t *testing.T) {
	t.Parallel()
	notices := make(chan []Notice)
	ctx, c := watching(t, incoming{notices: notices})
	go func() {
		select {
		case notices <- noticesOf([]survey.HazardousSite{{ID: 7, Position: geodesy.Position{Lat: 25, Lon: -106}, Reports: 2, Latest: survey.Sighting{Sequence: 40}}}):
		case <-ctx.Done():
		}
	}()
	for {
		kind, b, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if kind != websocket.MessageText {
			continue
		}
		var told struct {
			Names   []Named  `json:"names"`
			Notices []Notice `json:"notices"`
		}
		if err := json.Unmarshal(b, &told); err != nil || told.Names == nil || len(told.Notices) != 1 || told.Notices[0].Site != 7 || told.Notices[0].Event != 40 {
			t.Errorf("%s: %v", b, err)
		}
		break
	}
	_ = c.Close(websocket.StatusNormalClosure, "")
}
