package transparency

import "time"

// Order is what independent witnesses say about when a leaf was entered. Without a word of theirs the
// order of the log is the operator's word and has to be called so.
type Order struct {
	notAfter, notBefore       Cosignature
	hasNotAfter, hasNotBefore bool
}

// OrderOf says what verified cosignatures tell about the leaf at an index: one over a tree that holds
// the leaf shows that it was entered by then, one over a tree that did not reach it shows that it was
// entered later. Cosignatures of keys that the operator holds must not be among them: a Policy names
// the independent ones.
func OrderOf(index uint64, cosigned []Cosignature) Order {
	var o Order
	for _, c := range cosigned {
		if c.Size > index {
			if !o.hasNotAfter || c.At.Before(o.notAfter.At) {
				o.notAfter, o.hasNotAfter = c, true
			}
		} else if !o.hasNotBefore || c.At.After(o.notBefore.At) {
			o.notBefore, o.hasNotBefore = c, true
		}
	}
	return o
}

// NotAfter returns the earliest cosignature that covers the leaf.
func (o Order) NotAfter() (Cosignature, bool) { return o.notAfter, o.hasNotAfter }

// NotBefore returns the latest cosignature over a tree without the leaf.
func (o Order) NotBefore() (Cosignature, bool) { return o.notBefore, o.hasNotBefore }

// OperatorsWord reports whether nothing but the operator says that the leaf was entered before the
// event: no independent cosignature that covers the leaf is older than it. The clock of the
// cosignature is the witness's and counts whole seconds, so that one of the same second is not older.
func (o Order) OperatorsWord(event time.Time) bool {
	return !o.hasNotAfter || o.notAfter.At.Add(time.Second).After(event)
}
