package server

import (
	"errors"
	"testing"

	"overflight/dissemination"
	"overflight/internal/catalogue"
	"overflight/release"
	"overflight/signature"
	"overflight/transparency"
)

// TestRefusalOf: why something from another node was refused is said in the language of who asks, whichever part of the program found it.
func TestRefusalOf(t *testing.T) {
	t.Parallel()
	never := dissemination.NewFault(dissemination.CodeNeverReleased, "RL-9", "MEX/FGR")
	for _, x := range []struct {
		why    *dissemination.Fault
		en, es string
	}{
		{never, "RL-9 was never released to MEX/FGR.", "RL-9 nunca se entregó a MEX/FGR."},
		{
			dissemination.Wrong(dissemination.PartReceipt, never), "What came is not what the originator's log has. The receipt: RL-9 was never released to MEX/FGR.",
			"Lo que llegó no es lo que consta en el registro del originador. El acuse: RL-9 nunca se entregó a MEX/FGR.",
		},
		{
			dissemination.Wrong(dissemination.PartView, transparency.NewFault(signature.CodeSameName, "ana")), "What came is not what the originator's log has. The view: ana signed twice: that is one signature",
			"Lo que llegó no es lo que consta en el registro del originador. La vista: ana firmó dos veces: es una sola firma",
		},
		{
			dissemination.Wrong(dissemination.PartProduct, &release.CheckError{Record: 3, Field: "place_in", What: "another"}), "What came is not what the originator's log has. The copy: field “Place of entry” of record 3 is not what was logged.",
			"Lo que llegó no es lo que consta en el registro del originador. La copia: el campo “Lugar de ingreso” del asiento 3 no es lo que se registró.",
		},
		{
			dissemination.Wrong(dissemination.PartItem, errors.New("EOF")), "What came is not what the originator's log has. The item: it cannot be read: EOF",
			"Lo que llegó no es lo que consta en el registro del originador. El envío: no se puede leer: EOF",
		},
	} {
		a := &dissemination.ItemRefused{Reason: x.why.Error(), Why: append([]string{string(x.why.Code)}, x.why.Args...)}
		if got := refusalOf(catalogue.Open(catalogue.English), a); got != x.en {
			t.Errorf("%s: %q", x.why, got)
		}
		if got := refusalOf(catalogue.Open(catalogue.Spanish), a); got != x.es {
			t.Errorf("%s: %q", x.why, got)
		}
		a.Why = nil
		if got := refusalOf(catalogue.Open(catalogue.Spanish), a); got != a.Reason {
			t.Errorf("%s: %q", x.why, got)
		}
	}
}
