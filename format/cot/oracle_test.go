package cot

import (
	"io"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

type protoNumber = protowire.Number

var errEOF = io.EOF

// protocol describes the messages to Google's own runtime, which knows nothing of this package.
func protocol(t testing.TB) protoreflect.FileDescriptor {
	t.Helper()
	type field struct {
		name   string
		number int32
		kind   descriptorpb.FieldDescriptorProto_Type
		of     string
	}
	s, d := descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_DOUBLE
	u64, u32, m := descriptorpb.FieldDescriptorProto_TYPE_UINT64, descriptorpb.FieldDescriptorProto_TYPE_UINT32, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
	messages := []struct {
		name   string
		fields []field
	}{
		{"TakMessage", []field{{"takControl", 1, m, "TakControl"}, {"cotEvent", 2, m, "CotEvent"}, {"submissionTime", 3, u64, ""}, {"creationTime", 4, u64, ""}}},
		{"TakControl", []field{{"minProtoVersion", 1, u32, ""}, {"maxProtoVersion", 2, u32, ""}}},
		{"CotEvent", []field{
			{"type", 1, s, ""},
			{"access", 2, s, ""},
			{"qos", 3, s, ""},
			{"opex", 4, s, ""},
			{"uid", 5, s, ""},
			{"sendTime", 6, u64, ""},
			{"startTime", 7, u64, ""},
			{"staleTime", 8, u64, ""},
			{"how", 9, s, ""},
			{"lat", 10, d, ""},
			{"lon", 11, d, ""},
			{"hae", 12, d, ""},
			{"ce", 13, d, ""},
			{"le", 14, d, ""},
			{"detail", 15, m, "Detail"},
			{"caveat", 16, s, ""},
			{"releaseableTo", 17, s, ""},
		}},
		{"Detail", []field{
			{"xmlDetail", 1, s, ""},
			{"contact", 2, m, "Contact"},
			{"group", 3, m, "Group"},
			{"precisionLocation", 4, m, "PrecisionLocation"},
			{"status", 5, m, "Status"},
			{"takv", 6, m, "Takv"},
			{"track", 7, m, "Track"},
		}},
		{"Contact", []field{{"endpoint", 1, s, ""}, {"callsign", 2, s, ""}}},
		{"Group", []field{{"name", 1, s, ""}, {"role", 2, s, ""}}},
		{"PrecisionLocation", []field{{"geopointsrc", 1, s, ""}, {"altsrc", 2, s, ""}}},
		{"Status", []field{{"battery", 1, u32, ""}}},
		{"Takv", []field{{"device", 1, s, ""}, {"platform", 2, s, ""}, {"os", 3, s, ""}, {"version", 4, s, ""}}},
		{"Track", []field{{"speed", 1, d, ""}, {"course", 2, d, ""}}},
	}
	f := &descriptorpb.FileDescriptorProto{Name: proto.String("tak.proto"), Package: proto.String("v1"), Syntax: proto.String("proto3")}
	for _, x := range messages {
		out := &descriptorpb.DescriptorProto{Name: proto.String(x.name)}
		for _, y := range x.fields {
			p := &descriptorpb.FieldDescriptorProto{Name: proto.String(y.name), Number: proto.Int32(y.number), Type: y.kind.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()}
			if y.of != "" {
				p.TypeName = proto.String(".v1." + y.of)
			}
			out.Field = append(out.Field, p)
		}
		f.MessageType = append(f.MessageType, out)
	}
	file, err := protodesc.NewFile(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// Another implementation of protobuf reads what is written here as the same values, and writes it so that it is read as the same event.
func TestAgainstProtobuf(t *testing.T) {
	t.Parallel()
	file := protocol(t)
	message := func(name string) *dynamicpb.Message {
		return dynamicpb.NewMessage(file.Messages().ByName(protoreflect.Name(name)))
	}
	for _, s := range events {
		e, err := ParseXML([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		b, err := (&Message{Event: e, Control: &Control{Most: 1}, Submission: e.Time}).Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		theirs := message("TakMessage")
		if err := proto.Unmarshal(b, theirs); err != nil {
			t.Fatal(err)
		}
		get := func(m protoreflect.Message, name string) protoreflect.Value {
			return m.Get(m.Descriptor().Fields().ByName(protoreflect.Name(name)))
		}
		event := get(theirs, "cotEvent").Message()
		for name, want := range map[string]string{"type": e.Type, "uid": e.UID, "how": e.How, "access": e.Access, "qos": e.QoS, "opex": e.Opex, "caveat": e.Caveat, "releaseableTo": e.ReleasableTo} {
			if got := get(event, name).String(); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if lat, lon := get(event, "lat").Float(), get(event, "lon").Float(); lat != e.Lat || lon != e.Lon {
			t.Errorf("at %v, %v", lat, lon)
		}
		if ms := get(event, "staleTime").Uint(); ms != uint64(e.Stale.UnixMilli()) {
			t.Errorf("stale at %d", ms)
		}
		if c, ok := e.Child("track"); ok {
			course, _ := c.Attribute("course")
			if got := get(get(get(event, "detail").Message(), "track").Message(), "course").Float(); course == "270.0" && got != 270 {
				t.Errorf("course %v", got)
			}
		}
		if rest := get(theirs, "cotEvent").Message().GetUnknown(); len(rest) > 0 {
			t.Errorf("fields unknown to the protocol: %x", rest)
		}
		again, err := proto.MarshalOptions{Deterministic: true}.Marshal(theirs)
		if err != nil {
			t.Fatal(err)
		}
		m, err := ParseMessage(again)
		if err != nil {
			t.Fatal(err)
		}
		back, err := (&Message{Event: m.Event, Control: m.Control, Submission: m.Submission}).Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if string(back) != string(b) {
			t.Errorf("by way of another implementation\n%x\nwant\n%x", back, b)
		}
	}
}
