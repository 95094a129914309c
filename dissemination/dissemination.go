// Package dissemination holds what was given to whom, and what came of it: the offices of other states, the reports that were drafted, to
// whom each was released and by which two persons, what was revoked or withheld, and the receipts that came back.
//
// Its acts are documents in canonical JSON (RFC 8785) that go on record as those of package authority do. A Register is the fold of them in
// the order of their recording, and takes nothing that is wrong: a release by one person, one to an office that is not on record or was
// shut off, a marking that nobody holds, a receipt for what was never released. The same package folds both ends: at the originator what is
// released can be acknowledged, at the partner what has arrived.
//
// What a report says is not here. An act has its statement (package release), which commits to everything and shows nothing, and a
// commitment to what it is about. Identifiers of reports and releases are random, so that one says nothing of how many others there are.
//
// The package reads no clock and makes no random numbers.
package dissemination

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"overflight/authority"
	"overflight/evidence"
	"overflight/signature"
)

// The kinds of acts of this package. They implement authority.Act.
const (
	KindOffice        authority.Kind = "office.described/v1"
	KindOfficeRevoked authority.Kind = "office.revoked/v1"
	KindDrafted       authority.Kind = "report.drafted/v1"
	KindErased        authority.Kind = "report.erased/v1"
	KindReleased      authority.Kind = "report.released/v1"
	KindRevoked       authority.Kind = "release.revoked/v1"
	KindStanding      authority.Kind = "view.agreed/v1"
	KindStandingEnded authority.Kind = "view.ended/v1"
	KindWithheld      authority.Kind = "entry.withheld/v1"
	KindExported      authority.Kind = "product.exported/v1"
	KindArrived       authority.Kind = "product.arrived/v1"
	KindRefused       authority.Kind = "item.refused/v1"
	KindCounted       authority.Kind = "placeholder.arrived/v1"
	KindReceipt       authority.Kind = "receipt.given/v1"
)

// Kinds lists the kinds.
func Kinds() []authority.Kind {
	return []authority.Kind{
		KindOffice, KindOfficeRevoked, KindDrafted, KindErased, KindReleased, KindRevoked, KindStanding, KindStandingEnded, KindWithheld, KindExported, KindArrived, KindRefused, KindCounted, KindReceipt,
	}
}

// Takes reports whether a kind is one of this package.
func Takes(kind authority.Kind) bool {
	for _, k := range Kinds() {
		if k == kind {
			return true
		}
	}
	return false
}

// Decode reads the document of an act of this package and checks it. It has to be written in the one way in which [Encode] writes it, so
// that two readers cannot take it for different things. authority.ErrKind for another kind, else a *Fault.
func Decode(kind authority.Kind, document []byte) (authority.Act, error) {
	switch {
	case kind == KindOffice:
		return read[OfficeDescribed](document)
	case kind == KindOfficeRevoked:
		return read[OfficeRevoked](document)
	case kind == KindDrafted:
		return read[ReportDrafted](document)
	case kind == KindErased:
		return read[ReportErased](document)
	case kind == KindReleased:
		return read[ReportReleased](document)
	case kind == KindRevoked:
		return read[ReleaseRevoked](document)
	case kind == KindStanding:
		return read[ViewAgreed](document)
	case kind == KindStandingEnded:
		return read[ViewEnded](document)
	case kind == KindWithheld:
		return read[EntryWithheld](document)
	case kind == KindExported:
		return read[ProductExported](document)
	case kind == KindArrived:
		return read[ProductArrived](document)
	case kind == KindRefused:
		return read[ItemRefused](document)
	case kind == KindCounted:
		return read[PlaceholderArrived](document)
	case kind == KindReceipt:
		return read[ReceiptGiven](document)
	}
	return nil, fmt.Errorf("%w: %.80q", authority.ErrKind, string(kind))
}

func read[A authority.Act](document []byte) (authority.Act, error) {
	var a A
	if len(document) > signature.MaxDocument {
		return nil, fault(CodeDocument, string(a.Kind()), fmt.Sprintf("%d bytes", len(document)))
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, fault(CodeDocument, string(a.Kind()), err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault(CodeDocument, string(a.Kind()), "more follows")
	}
	again, err := Encode(a)
	if err != nil {
		return nil, err
	}
	whole, err := signature.Canonical(document)
	if err != nil {
		return nil, fault(CodeDocument, string(a.Kind()), err.Error())
	}
	if !bytes.Equal(whole, again) {
		return nil, fault(CodeForm, string(a.Kind()))
	}
	return a, nil
}

// Encode writes the document of an act of this package in canonical form (RFC 8785), which is what persons sign.
func Encode(a authority.Act) ([]byte, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fault(CodeDocument, string(a.Kind()), err.Error())
	}
	out, err := signature.Canonical(raw)
	if err != nil {
		return nil, fault(CodeDocument, string(a.Kind()), err.Error())
	}
	return out, nil
}

// Signers returns the names whose signatures an act needs. Two-person steps need two.
func Signers(a authority.Act) []string {
	switch a := a.(type) {
	case ReportReleased:
		if a.Standing != "" {
			return nil // two have signed what it rests on
		}
		return a.By[:]
	case ViewAgreed:
		return a.By[:]
	case EntryWithheld:
		return a.By[:]
	case ReceiptGiven:
		return []string{a.By}
	}
	return nil
}

// Documents lists the documents that an act rests on, by digest.
func Documents(a authority.Act) []evidence.Digest {
	switch a := a.(type) {
	case ReportReleased:
		return []evidence.Digest{a.Product}
	case ProductArrived:
		return []evidence.Digest{a.Product}
	}
	return nil
}
