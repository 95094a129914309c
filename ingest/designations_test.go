package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/designation"
	"overflight/format/sanctions"
)

const (
	sdn = `1,"GROUP",-0- ,"SDNTK] [FTO",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. 'G'."` + "\n" +
		`2,"A NAME","individual","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ` + "\n"
	alt = `1,9,"aka","GRUPO",-0- ` + "\n" + `2,8,"aka","A NAME",-0- ` + "\n"
	add = `1,9,"A STREET 5","Culiacan","Mexico",-0- ` + "\n" + `1,9,-0- ,-0- ,"Mexico",-0- ` + "\n" + `1,9,-0- ,-0- ,"Mexico",-0- ` + "\n" + `2,8,"A STREET","A TOWN",-0- ,-0- ` + "\n"
)

func TestAnEditionIsJoinedFromItsFiles(t *testing.T) {
	t.Parallel()
	l, err := OFAC(strings.NewReader(sdn), strings.NewReader(alt), strings.NewReader(add), nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]designation.Row{{
		ID: "1", Name: "GROUP", Programmes: []string{"SDNTK", "FTO"}, Places: []string{"Culiacan, Mexico", "Mexico"},
		Aliases: []designation.Name{{Text: "G", Kind: "a.k.a."}, {Text: "GRUPO", Kind: "aka"}},
	}}, l.Rows); d != "" {
		t.Error(d)
	}
	if l.Main.Individuals != 1 || l.Aliases.Others != 1 || l.Address.Others != 1 {
		t.Errorf("%+v", l)
	}
	n := 0
	for range l.All {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestOneBadFileRefusesTheEdition(t *testing.T) {
	t.Parallel()
	for says, files := range map[string][3]string{
		"SDN: the list is refused": {sdn + "3,", alt, add},
		"ALT: the list is refused": {sdn, alt + "1,", add},
		"ADD: the list is refused": {sdn, alt, add + "1,"},
		"number 1 is there twice":  {sdn + sdn, alt, add},
	} {
		var found []string
		l, err := OFAC(strings.NewReader(files[0]), strings.NewReader(files[1]), strings.NewReader(files[2]), func(file string, _ sanctions.Defect) {
			found = append(found, file)
		})
		if err == nil || !strings.Contains(err.Error(), says) || l.Rows != nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", says, err)
		}
		if file := says[:3]; strings.HasPrefix(says, "number") == (len(found) > 0) || len(found) > 0 && found[0] != file {
			t.Errorf("%s: defects of %q", says, found)
		}
	}
}

func TestADayWithoutAZoneBeginsWhereItIsStated(t *testing.T) {
	t.Parallel()
	entity := func(reference, listed string) string {
		return "<ENTITY><FIRST_NAME>B</FIRST_NAME><UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>" + reference + "</REFERENCE_NUMBER><LISTED_ON>" + listed + "</LISTED_ON></ENTITY>"
	}
	l, err := UnitedNations(strings.NewReader("<CONSOLIDATED_LIST><ENTITIES>"+entity("a", "2015-07-01")+entity("b", "2015-07-01-04:00")+"</ENTITIES></CONSOLIDATED_LIST>"), time.FixedZone("", 3600), nil)
	if err != nil || len(l.Rows) != 2 {
		t.Fatalf("%+v: %v", l, err)
	}
	for i, want := range []string{"2015-06-30T23:00:00Z", "2015-07-01T04:00:00Z"} {
		if got := l.Rows[i].Since.Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", l.Rows[i].ID, got, want)
		}
	}
	if _, err := UnitedNations(strings.NewReader("<CONSOLIDATED_LIST>"), time.UTC, nil); err == nil || !strings.HasPrefix(err.Error(), "UN: ") {
		t.Error(err)
	}
}
