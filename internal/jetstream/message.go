package jetstream

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"overflight/evidence"
	"overflight/journal"
)

// Message is one message of a stream.
type Message struct {
	Stream           Stream
	Sequence         uint64 // in the stream, from 1
	Subject          string
	Producer         journal.Producer
	ProducerSequence uint64 // from 1, for this stream
	Stored           time.Time
	Data             []byte // valid until the handler returns
	Pending          uint64 // messages after it that were there when it was read
}

// Digest returns the digest of the data.
func (m *Message) Digest() evidence.Digest { return sha256.Sum256(m.Data) }

// CodeEnvelope tells that the record within a message names another producer or sequence than the message.
const CodeEnvelope evidence.Code = "jetstream.envelope"

// Record reads the message of Events as a record. What cannot be read is a journal.Unknown.
func (m *Message) Record() (journal.Record, []evidence.Defect) {
	r, defects := journal.Decode(m.Data)
	if len(defects) == 0 && (r.Producer != m.Producer || r.Sequence != m.ProducerSequence) {
		defects = append(defects, evidence.Defect{
			Code: CodeEnvelope, Got: messageID(r.Producer, r.Sequence), Want: messageID(m.Producer, m.ProducerSequence),
		})
	}
	return r, defects
}

// messageID is the id by which the server tells a repetition, and where a message carries its producer.
func messageID(p journal.Producer, sequence uint64) string {
	return string(p) + ":" + strconv.FormatUint(sequence, 10)
}

var errForeign = errors.New("message without a producer")

// origin reads the id of a message.
func origin(h nats.Header) (journal.Producer, uint64, error) {
	id := h.Get(nats.MsgIdHdr)
	name, number, ok := strings.Cut(id, ":")
	if !ok || !journal.Producer(name).Valid() {
		return "", 0, fmt.Errorf("%w: id %q", errForeign, id)
	}
	sequence, err := strconv.ParseUint(number, 10, 64)
	if err != nil || sequence == 0 {
		return "", 0, fmt.Errorf("%w: id %q", errForeign, id)
	}
	return journal.Producer(name), sequence, nil
}
