package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"overflight/geodesy"
	"overflight/internal/node"
	"overflight/internal/report"
	"overflight/journal"
	"overflight/playback"
	"overflight/sensor"
)

// Played is one source of a flight and how its segments are played.
type Played struct {
	Source   string          `json:"source"`
	Verdict  string          `json:"verdict" doc:"yes, or the code of why a browser shows nothing; of the first segment with video"`
	Reason   string          `json:"reason" doc:"the same in words"`
	Coding   string          `json:"coding"`
	Codec    string          `json:"codec" doc:"as RFC 6381 has it"`
	Width    int             `json:"width"`
	Height   int             `json:"height"`
	Aspect   [2]int          `json:"sample_aspect"`
	Step     int64           `json:"step" doc:"ticks of 90 kHz from a picture to the next; 0 where not known"`
	Segments []PlayedSegment `json:"segments"`
}

// PlayedSegment is one flight-minute. Times of the stream are ticks of 90 kHz.
type PlayedSegment struct {
	Segment string          `json:"segment"`
	From    *report.Instant `json:"from"`
	To      *report.Instant `json:"to"`
	Bytes   int64           `json:"bytes"`
	SHA256  string          `json:"sha256"`
	Verdict string          `json:"verdict"`
	PTS     int64           `json:"pts" doc:"of the first picture that is played"`
	DTS     int64           `json:"dts"`
	Ticks   int64           `json:"ticks" doc:"how long it plays"`
	Runs    int             `json:"runs" doc:"ranges that begin with a key picture"`
}

type playlistInput struct {
	FlightPath
	Source  string `query:"source" required:"true"`
	Fine    bool   `query:"fine" doc:"each range that begins with a key picture is an entry: to cut by"`
	Who     string `query:"by"`
	Purpose string `query:"purpose"`
}

type rowsInput struct {
	ID      string `path:"id"`
	Who     string `query:"by" doc:"who reads, for the log"`
	Purpose string `query:"purpose" doc:"what for, for the log"`
}

// Row is what one metadata packet says of the picture beside it. Angles are degrees, lengths metres.
type Row struct {
	PTS       *int64          `json:"pts" doc:"90 kHz"`
	Estimated bool            `json:"estimated,omitempty" doc:"the packet has no time of its own: that of the picture before"`
	Time      *report.Instant `json:"time"`
	Offset    int64           `json:"offset"`
	Length    int64           `json:"length" doc:"bytes of the packet, as evidence names them"`
	Relied    bool            `json:"relied" doc:"its checksum holds and nothing of it is missing"`
	Sensor    *[2]float64     `json:"sensor,omitempty" doc:"longitude, latitude"`
	Altitude  *float64        `json:"altitude_m,omitempty"`
	Datum     string          `json:"datum,omitempty"`
	Heading   *float64        `json:"heading,omitempty"`
	Azimuth   *float64        `json:"azimuth,omitempty" doc:"of the sensor, relative to the aircraft"`
	Elevation *float64        `json:"elevation,omitempty"`
	HFOV      *float64        `json:"hfov,omitempty"`
	VFOV      *float64        `json:"vfov,omitempty"`
	Slant     *float64        `json:"slant_m,omitempty"`
	Corners   [][2]float64    `json:"corners,omitempty" doc:"upper left, upper right, lower right, lower left"`
	Centre    *[2]float64     `json:"centre,omitempty"`
	Doubt     *float64        `json:"doubt_m,omitempty" doc:"how far the worst corner may be off, 95 times in 100"`
	Method    string          `json:"method,omitempty"`
	Reason    string          `json:"reason,omitempty" doc:"why there is no footprint"`
	Reports   int             `json:"vmti_reports,omitempty" doc:"counted"`
	Places    [][2]float64    `json:"vmti_places,omitempty" doc:"longitude, latitude of reports, to a metre; what a stream calls people is counted and has no place"`
	Marking   *node.Marking   `json:"marking,omitempty" doc:"what the stream says of its own handling (ST 0102)"`
}

func (a *api) playback(h huma.API) {
	get(h, "/flights/{flight}/playback", "get-playback", "How the sealed segments of a flight are played, by source", a.played)
	get(h, "/flights/{flight}/playlist.m3u8", "get-playlist", "A playlist (RFC 8216) of byte ranges of the sealed segments of a source: what is shown are the bytes that were hashed", a.playlist)
	get(h, "/sources/{name}/video", "view-source", "What a live source sends, from now on: provisional until its minute is sealed", a.view)
	get(h, "/segments/{id}/rows", "list-rows", "What each metadata packet of a segment says of the picture beside it", a.rows)
}

func (a *api) playable(ctx context.Context, flight string) ([]node.Playable, error) {
	sortie, err := journal.ParseSortie(flight)
	if err != nil {
		return nil, err
	}
	if err := a.node.Caught(ctx); err != nil {
		return nil, err
	}
	return a.node.Playback(ctx, sortie)
}

func (a *api) played(ctx context.Context, in *FlightPath) (*body[list[Played]], error) {
	all, err := a.playable(ctx, in.Flight)
	if err != nil {
		return nil, err
	}
	out := list[Played]{Items: []Played{}}
	at := map[string]int{}
	for i := range all {
		s := &all[i]
		k, known := at[s.Source]
		if !known {
			k = len(out.Items)
			at[s.Source] = k
			out.Items = append(out.Items, Played{Source: s.Source, Verdict: string(playback.NoVideo), Segments: []PlayedSegment{}})
		}
		p, v := &out.Items[k], &s.Index.Video
		if p.Verdict != string(playback.Plays) && v.Verdict != playback.NoVideo && (p.Verdict == string(playback.NoVideo) || v.Verdict == playback.Plays) {
			p.Verdict, p.Coding, p.Codec, p.Width, p.Height, p.Aspect, p.Step = string(v.Verdict), v.Coding, v.Codec, v.Width, v.Height, v.Aspect, v.Step
		}
		x := PlayedSegment{
			Segment: string(s.Sealed.Segment), From: stamp(s.From), To: stamp(s.To), Bytes: int64(s.Sealed.Bytes), SHA256: s.Sealed.Plain.String(),
			Verdict: string(v.Verdict), Runs: len(s.Index.Runs),
		}
		if n := len(s.Index.Runs); n > 0 {
			first, last := &s.Index.Runs[0], &s.Index.Runs[n-1]
			x.PTS, x.DTS, x.Ticks = first.PTS, first.DTS, last.PTS+last.Ticks-first.PTS
		}
		p.Segments = append(p.Segments, x)
	}
	for i := range out.Items {
		p := &out.Items[i]
		p.Reason = words(ctx).Text("play."+p.Verdict, p.Coding)
	}
	return &body[list[Played]]{out}, nil
}

func (a *api) playlist(ctx context.Context, in *playlistInput) (*huma.StreamResponse, error) {
	all, err := a.playable(ctx, in.Flight)
	if err != nil {
		return nil, err
	}
	// An open flight goes on: its playlist grows.
	complete := true
	if whole, err := a.whole(ctx, in.Flight); err == nil {
		complete = !whole.Closed.At.IsZero()
	}
	query := url.Values{"by": {in.Who}, "purpose": {in.Purpose}}.Encode()
	var parts []playback.Part
	for i := range all {
		if s := &all[i]; s.Source == in.Source {
			parts = append(parts, playback.Part{
				URI: fmt.Sprintf("../../segments/%s/bytes?%s", url.PathEscape(string(s.Sealed.Segment)), query), From: s.From, Index: s.Index,
			})
		}
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "application/vnd.apple.mpegurl")
		c.SetHeader("Cache-Control", "no-store")
		_, _ = c.BodyWriter().Write(playback.Playlist(parts, complete, in.Fine)) // nobody is left to tell
	}}, nil
}

func (a *api) rows(ctx context.Context, in *rowsInput) (*body[list[Row]], error) {
	out := list[Row]{Items: []Row{}}
	err := a.node.Rows(ctx, journal.SegmentID(in.ID), byWhom(ctx, in.Who), in.Purpose, func(r *playback.Row) { out.Items = append(out.Items, rowOf(r)) })
	if err != nil {
		return nil, err
	}
	return &body[list[Row]]{out}, nil
}

type viewInput struct {
	Name string `path:"name"`
	Who  string `query:"by" doc:"who looks, for the log"`
}

func (a *api) view(ctx context.Context, in *viewInput) (*huma.StreamResponse, error) {
	v, err := a.node.View(ctx, in.Name, byWhom(ctx, in.Who))
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer v.Close()
		c.SetHeader("Content-Type", "video/mp2t")
		c.SetHeader("Cache-Control", "no-store")
		w := c.BodyWriter()
		flush, _ := w.(http.Flusher)
		for {
			b, ok := v.Next(ctx)
			if !ok {
				return
			}
			if _, err := w.Write(b); err != nil {
				return
			}
			if flush != nil {
				flush.Flush()
			}
		}
	}}, nil
}

func rowOf(r *playback.Row) Row {
	x := Row{Estimated: r.Estimated, Time: stamp(r.Time), Offset: r.Offset, Length: r.Frame.Ref.Length, Relied: !r.Frame.Quarantined, Reports: r.Reports, Marking: node.MarkingOf(r.Marking)}
	for _, p := range r.Places {
		x.Places = append(x.Places, *pair(p))
	}
	if r.HasPTS {
		x.PTS = &r.PTS
	}
	if p, ok := r.Frame.Position.Get(); ok {
		x.Sensor = pair(p)
	}
	if v, ok := r.Frame.Altitude.Get(); ok {
		m := float64(v.Value)
		x.Altitude, x.Datum = &m, v.Datum.String()
	}
	x.Heading, x.Azimuth, x.Elevation = degrees(r.Frame.Heading), degrees(r.Frame.RelativeAzimuth), degrees(r.Frame.RelativeElevation)
	x.HFOV, x.VFOV = degrees(r.Frame.HFOV), degrees(r.Frame.VFOV)
	f := &r.Footprint
	if v, ok := f.SlantRange.Get(); ok {
		m := float64(v)
		x.Slant = &m
	}
	if c, ok := f.Centre.Get(); ok {
		x.Centre = pair(c)
	}
	if !f.OnGround() {
		x.Reason = f.Reason.String()
		return x
	}
	for _, c := range f.Corners {
		x.Corners = append(x.Corners, *pair(c))
	}
	doubt := float64(f.Uncertainty)
	x.Doubt, x.Method = &doubt, f.Method.String()
	return x
}

func pair(p geodesy.Position) *[2]float64 { return &[2]float64{float64(p.Lon), float64(p.Lat)} }

func degrees(o sensor.Optional[geodesy.Angle]) *float64 {
	v, ok := o.Get()
	if !ok {
		return nil
	}
	d := float64(v)
	return &d
}
