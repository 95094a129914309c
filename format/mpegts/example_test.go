package mpegts_test

import (
	"bytes"
	"fmt"

	"overflight/evidence"
	"overflight/format/mpegts"
)

// A stream is written and read again: two frames, each with a set of metadata.
func Example() {
	var file bytes.Buffer
	mux, err := mpegts.NewMuxer(&file, mpegts.MuxConfig{Carriage: mpegts.Sync})
	if err != nil {
		panic(err)
	}
	set := []byte("\x06\x0E\x2B\x34\x02\x0B\x01\x01\x0E\x01\x03\x01\x01\x00\x00\x00\x03\x41\x01\x13")
	slice := []byte{0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 0x65, 0x88, 0x84}
	for i := range int64(2) {
		if err := mux.WriteVideo(mpegts.Frame{PTS: 90000 + i*3000, Key: i == 0, Data: slice}); err != nil {
			panic(err)
		}
		if err := mux.WriteMetadata(90000+i*3000, set); err != nil {
			panic(err)
		}
	}

	demux := mpegts.NewDemuxer(&mpegts.Funcs{
		OnUnit: func(u *mpegts.Unit) {
			fmt.Println(u.PID, u.Carriage, u.PTS, u.Offset, len(u.Data), "bytes")
		},
		OnPicture: func(p *mpegts.Picture) { fmt.Println(p.PID, p.Codec, p.PTS, p.Offset, p.RandomAccess) },
		OnDefect:  func(d evidence.Defect) { fmt.Println(d) },
	}, mpegts.Config{})
	if _, err := demux.ReadFrom(&file); err != nil {
		panic(err)
	}
	fmt.Println(demux.Summary().PacketSize, demux.Summary().Units)
	// Output:
	// 256 H.264 90000 564 true
	// 257 sync 90000 752 20 bytes
	// 256 H.264 93000 940 false
	// 257 sync 93000 1128 20 bytes
	// 188 2
}
