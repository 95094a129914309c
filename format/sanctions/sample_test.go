package sanctions

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"overflight/internal/recordings"
)

func TestSampleEditions(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"sdn_2019-01_extract.csv":    "10386 GULF CARTEL: SDNTK|11438 LOS ZETAS: SDNTK TCO|11439 LA FAMILIA MICHOACANA: SDNTK|11440 SINALOA CARTEL: SDNTK|15412 MS-13: TCO|17671 CARTEL DE JALISCO NUEVA GENERACION: SDNTK",
		"sdn_2021-07_extract.csv":    "10386 GULF CARTEL: SDNTK|11438 LOS ZETAS: SDNTK TCO|11439 LA FAMILIA MICHOACANA: SDNTK|11440 SINALOA CARTEL: SDNTK|15412 MS-13: TCO|17671 CARTEL DE JALISCO NUEVA GENERACION: SDNTK|17672 LOS CUINIS: SDNTK",
		"sdn_2026-04-23_extract.csv": "10386 GULF CARTEL: SDNTK FTO SDGT ILLICIT-DRUGS-EO14059|11438 CARTEL DEL NORESTE: SDNTK FTO SDGT TCO ILLICIT-DRUGS-EO14059|11439 LA FAMILIA MICHOACANA: SDNTK ILLICIT-DRUGS-EO14059|11440 SINALOA CARTEL: SDNTK FTO SDGT ILLICIT-DRUGS-EO14059|17671 CARTEL DE JALISCO NUEVA GENERACION: SDNTK FTO SDGT ILLICIT-DRUGS-EO14059|39376 LA NUEVA FAMILIA MICHOACANA: FTO SDGT ILLICIT-DRUGS-EO14059|52435 LOS VIAGRAS: ILLICIT-DRUGS-EO14059|52892 CARTELES UNIDOS: FTO SDGT ILLICIT-DRUGS-EO14059",
	} {
		var got []string
		if _, err := ReadSDN(bytes.NewReader(recordings.Read(t, "authority/"+name)), func(e Entry) error {
			got = append(got, e.ID+" "+e.Name+": "+strings.Join(e.Programmes, " "))
			return nil
		}, func(d Defect) { t.Errorf("%s: %v", name, d) }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, w := range strings.Split(want, "|") {
			if !slices.Contains(got, w) {
				t.Errorf("%s has no %q, has %q", name, w, got)
			}
		}
	}
}

func TestSampleAliasesAreInTwoPlaces(t *testing.T) {
	t.Parallel()
	remarks := map[string][]string{}
	if _, err := ReadSDN(bytes.NewReader(recordings.Read(t, "authority/sdn_2026-04-23_extract.csv")), func(e Entry) error {
		for _, a := range e.Aliases {
			remarks[e.ID] = append(remarks[e.ID], a.Name)
		}
		return nil
	}, nil); err != nil {
		t.Fatal(err)
	}
	alt := map[string][]string{}
	if _, err := ReadALT(bytes.NewReader(recordings.Read(t, "authority/alt_2025-12-24_extract.csv")), func(string) bool { return true }, func(a Alias) error {
		alt[a.ID] = append(alt[a.ID], a.Name)
		return nil
	}, nil); err != nil {
		t.Fatal(err)
	}
	for id, name := range map[string]string{"11438": "LOS ZETAS", "39376": "LNFM", "52892": "UNITED CARTELS"} {
		if !slices.Contains(remarks[id], name) || slices.Contains(alt[id], name) {
			t.Errorf("%s %s: remarks %q, ALT %q", id, name, remarks[id], alt[id])
		}
	}
	if !slices.Contains(alt["17671"], "CJNG") {
		t.Errorf("17671: %q", alt["17671"])
	}
	n, err := ReadADD(bytes.NewReader(recordings.Read(t, "authority/add_2025-12-24_extract.csv")), func(string) bool { return true }, func(Address) error { return nil }, nil)
	if err != nil || n.Organisations != 27 {
		t.Errorf("%+v %v", n, err)
	}
}

func TestSampleUN(t *testing.T) {
	t.Parallel()
	zoned, aliases := 0, 0
	ids := map[string]bool{}
	n, err := ReadUN(bytes.NewReader(recordings.Read(t, "authority/UN_consolidated.xml")), func(e Entry) error {
		ids[e.ID] = true
		aliases += len(e.Aliases)
		if e.Listed.Zoned {
			zoned++
		}
		for _, w := range []string{"CARTEL", "SINALOA", "ZETAS"} {
			if strings.Contains(strings.ToUpper(e.Name), w) {
				t.Errorf("%s is on the list of the United Nations", e.Name)
			}
		}
		return nil
	}, func(d Defect) { t.Error(d) })
	if err != nil || n != (Counts{Rows: 1003, Organisations: 273, Individuals: 730}) || len(ids) != 273 || aliases != 735-122 {
		t.Errorf("%+v, %d references, %d aliases: %v", n, len(ids), aliases, err)
	}
	if zoned != 1 {
		t.Errorf("%d entities have a day with a zone", zoned)
	}
}
