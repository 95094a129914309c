package sanctions

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"overflight/evidence"
)

// row is a row of SDN.CSV with the first four columns and the remarks given.
func row(number, name, kind, programme, remarks string) string {
	return number + "," + name + "," + kind + "," + programme + strings.Repeat(",-0- ", 7) + "," + remarks
}

const (
	group  = `10386,"GULF CARTEL",-0- ,"SDNTK] [FTO] [SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Of note; a.k.a. 'CDG'; f.k.a. 'O'HARA''S ''."`
	secret = "SOMEBODY"
)

// lists are rows of SDN.CSV with the organisations that come out and the defects, as code@line,column.
var lists = map[string]struct {
	text     string
	ids      string
	counts   Counts
	defects  string
	accepted bool
}{
	"plain":              {group + "\n", "10386", Counts{Rows: 1, Organisations: 1}, "", true},
	"CRLF":               {group + "\r\n" + row("2", `"B"`, "-0- ", `"TCO"`, "-0- ") + "\r\n", "10386 2", Counts{Rows: 2, Organisations: 2}, "", true},
	"end mark":           {group + "\r\n\x1a", "10386", Counts{Rows: 1, Organisations: 1}, "", true},
	"end mark, line end": {group + "\n\x1a\r\n", "10386", Counts{Rows: 1, Organisations: 1}, "", true},
	"after the end mark": {group + "\n\x1a\n" + group + "\n", "10386", Counts{Rows: 1, Organisations: 1}, "sanctions.after-end@3,0", false},
	"byte order mark":    {"\xEF\xBB\xBF" + group + "\n", "10386", Counts{Rows: 1, Organisations: 1}, "", true},
	"blank lines":        {"\n" + group + "\n \r\n", "10386", Counts{Rows: 1, Organisations: 1}, "", true},
	"no last line end":   {group, "10386", Counts{Rows: 1, Organisations: 1}, "", true},
	"null, no line end":  {row("2", `"B"`, "-0- ", `"TCO"`, "-0-"), "2", Counts{Rows: 1, Organisations: 1}, "", true},
	"others are counted": {
		row("1", `"`+secret+`"`, `"individual"`, `"SDGT"`, `"a.k.a. '`+secret+`'."`) + "\n" +
			row("2", `"`+secret+`"`, `"vessel"`, `"SDGT"`, "-0- ") + "\n" +
			row("3", `"`+secret+`"`, `"aircraft"`, `"SDGT"`, "-0- ") + "\n" + group + "\n",
		"10386",
		Counts{Rows: 4, Organisations: 1, Individuals: 1, Vessels: 1, Aircraft: 1},
		"", true,
	},
	"half, columns":     {group + "\n" + `11440,"SINALOA CARTEL",-0- ,"SDN`, "10386", Counts{Rows: 1, Organisations: 1}, "sanctions.half@2,4", false},
	"half, open quote":  {group + "\n" + row("2", `"B"`, "-0- ", `"TCO"`, `"a.k.a. '`), "10386", Counts{Rows: 1, Organisations: 1}, "sanctions.half@2,12", false},
	"half, last field":  {group + "\n" + row("2", `"B"`, "-0- ", `"TCO"`, "-0"), "10386", Counts{Rows: 1, Organisations: 1}, "sanctions.half@2,12", false},
	"too few columns":   {`2,"B",-0- ,"TCO"` + "\n" + group + "\n", "10386", Counts{Rows: 1, Organisations: 1}, "sanctions.columns@1,0", false},
	"too many columns":  {group + ",1\n", "", Counts{}, "sanctions.columns@1,0", false},
	"open quote":        {row("2", `"B`, "-0- ", "-0- ", "-0- ") + "\n" + group + "\n", "10386", Counts{Rows: 1, Organisations: 1}, "sanctions.quote@1,2", false},
	"text behind quote": {row("2", `"B"C`, "-0- ", `"TCO"`, "-0- ") + "\n", "", Counts{}, "sanctions.quote@1,2", false},
	"quote in text":     {row("2", `B"C`, "-0- ", `"TCO"`, "-0- ") + "\n", "", Counts{}, "sanctions.quote@1,2", false},
	"number":            {row("x2", `"B"`, "-0- ", `"TCO"`, "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.number@1,1", false},
	"no name":           {row("2", "-0- ", "-0- ", `"TCO"`, "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.name@1,2", false},
	"name, no UTF-8":    {row("2", "\"\xff\"", "-0- ", `"TCO"`, "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.name@1,2", false},
	"type":              {row("2", `"B"`, `"`+secret+`"`, `"TCO"`, "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.type@1,3", false},
	"no programme":      {row("2", `"B"`, "-0- ", "-0- ", "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.programme@1,4", false},
	"joined programmes": {row("2", `"B"`, "-0- ", `"SDNTK][FTO"`, "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.programme@1,4", false},
	"outer brackets":    {row("2", `"B"`, "-0- ", `"[SDNTK] [FTO]"`, "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.programme@1,4", false},
	"half a programme":  {row("2", `"B"`, "-0- ", `"SDNTK] ["`, "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.programme@1,4", false},
	"programme twice":   {row("2", `"B"`, "-0- ", `"FTO] [FTO"`, "-0- ") + "\n", "", Counts{Rows: 1}, "sanctions.programme@1,4", false},
	"open alias":        {row("2", `"B"`, "-0- ", `"TCO"`, `"a.k.a. 'X"`) + "\n", "2", Counts{Rows: 1, Organisations: 1}, "sanctions.remark@1,12", true},
	"long line":         {row("2", `"`+strings.Repeat("B", longestLine)+`"`, "-0- ", `"TCO"`, "-0- ") + "\n" + group + "\n", "10386", Counts{Rows: 1, Organisations: 1}, "sanctions.line@1,0", false},
	"empty":             {"", "", Counts{}, "sanctions.empty@1,0", false},
	"only an end mark":  {"\x1a", "", Counts{}, "sanctions.empty@2,0", false},
}

func TestSDN(t *testing.T) {
	t.Parallel()
	for name, tc := range lists {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var ids, defects []string
			n, err := ReadSDN(iotest.OneByteReader(strings.NewReader(tc.text)), func(e Entry) error {
				ids = append(ids, e.ID)
				if e.Offset < 0 || e.Offset+e.Length > int64(len(tc.text)) || !strings.Contains(tc.text[e.Offset:e.Offset+e.Length], e.ID) {
					t.Errorf("the entry is not at %d+%d", e.Offset, e.Length)
				}
				return nil
			}, func(d Defect) {
				defects = append(defects, strings.NewReplacer("line ", "", ", column ", ",").Replace(string(d.Code)+"@"+place(d)))
				if strings.Contains(d.String(), secret) {
					t.Errorf("the defect shows what was in the row: %v", d)
				}
			})
			if got := strings.Join(ids, " "); got != tc.ids {
				t.Errorf("organisations %q, want %q", got, tc.ids)
			}
			if got := strings.Join(defects, " "); got != tc.defects {
				t.Errorf("defects %q, want %q", got, tc.defects)
			}
			if d := cmp.Diff(tc.counts, n); d != "" && tc.accepted {
				t.Error(d)
			}
			if accepted := err == nil; accepted != tc.accepted {
				t.Errorf("accepted %v: %v", accepted, err)
			}
			if err != nil && (!errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), secret)) {
				t.Errorf("not one clear line: %v", err)
			}
		})
	}
}

func place(d Defect) string {
	line, _, _ := strings.Cut(d.String(), ":")
	if d.Column == 0 {
		line += ",0"
	}
	return line
}

func TestARefusalNamesPlaceAndExpectation(t *testing.T) {
	t.Parallel()
	_, err := ReadSDN(strings.NewReader(group+"\n"+`11440,"SINALOA CARTEL",-0- ,"SDN`), func(Entry) error { return nil }, nil)
	const want = "the list is refused as a whole: line 2, column 4: sanctions.half at 128 item programme: got 4, want 12 (rows that cannot be read: 1)"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

func TestProgrammes(t *testing.T) {
	t.Parallel()
	for s, want := range map[string][]string{
		"SDNTK] [FTO] [SDGT":    {"SDNTK", "FTO", "SDGT"},
		"ILLICIT-DRUGS-EO14059": {"ILLICIT-DRUGS-EO14059"},
		"CAATSA - RUSSIA":       {"CAATSA - RUSSIA"},
		"561-Related":           {"561-Related"},
		"SDNTK][FTO":            nil, "SDNTK]  [FTO": nil, "": nil, "] [": nil, "FTO, SDGT": nil, "FTO ] [SDGT": nil, "FTÖ": nil,
	} {
		if got, ok := SplitProgrammes(s); !slices.Equal(got, want) || ok != (want != nil) {
			t.Errorf("%q: %q %v", s, got, ok)
		}
	}
}

func TestAliasesInRemarks(t *testing.T) {
	t.Parallel()
	for remarks, want := range map[string]string{
		"a.k.a. 'ALLIANCE'; a.k.a. 'FEDERATION'.":                     "a.k.a.=ALLIANCE a.k.a.=FEDERATION",
		"Target Type Criminal Organization; f.k.a. 'OLD'; n.k.a. 'N'": "f.k.a.=OLD n.k.a.=N",
		"a.k.a. 'O'HARA'S'.": "a.k.a.=O'HARA'S",
		"a.k.a. ''.":         "",
		"Linked To: X":       "",
		"z.k.a. 'X'":         "",
	} {
		all, ok := remarkAliases("1", remarks)
		var got []string
		for _, a := range all {
			got = append(got, a.Kind+"="+a.Name)
		}
		if strings.Join(got, " ") != want || !ok {
			t.Errorf("%q: %q %v, want %q", remarks, got, ok, want)
		}
	}
}

func TestALTAndADDKeepOrganisationsOnly(t *testing.T) {
	t.Parallel()
	organisation := func(id string) bool { return id == "11440" }
	var names []string
	n, err := ReadALT(strings.NewReader("11440,1,\"aka\",\"CARTEL DE SINALOA\",-0- \r\n7,2,\"aka\",\""+secret+"\",-0- \r\n\x1a"), organisation,
		func(a Alias) error { names = append(names, a.Kind+" "+a.Name); return nil }, nil)
	if err != nil || !slices.Equal(names, []string{"aka CARTEL DE SINALOA"}) || n != (Counts{Rows: 2, Organisations: 1, Others: 1}) {
		t.Errorf("%q %+v %v", names, n, err)
	}
	var places []Address
	n, err = ReadADD(strings.NewReader("11440,1,-0- ,\"Culiacan, Sinaloa\",\"Mexico\",-0- \n7,2,\""+secret+"\",-0- ,-0- ,-0- \n"), organisation,
		func(a Address) error { places = append(places, a); return nil }, nil)
	if d := cmp.Diff([]Address{{ID: "11440", City: "Culiacan, Sinaloa", Country: "Mexico"}}, places); d != "" || err != nil || n.Others != 1 {
		t.Errorf("%s %+v %v", d, n, err)
	}
	for _, text := range []string{"11440,1,\"aka\",\"CARTEL", "11440,1,\"aka\",-0- ,-0- \n", "11440,1\n"} {
		if _, err := ReadALT(strings.NewReader(text), organisation, func(Alias) error { return nil }, nil); !errors.Is(err, ErrRefused) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", -5*3600)
	for s, want := range map[string]string{
		"2012-12-31":       "2012-12-31T05:00:00Z",
		"2015-07-01-04:00": "2015-07-01T04:00:00Z",
		"2015-07-01Z":      "2015-07-01T00:00:00Z",
		"":                 "", "2015-02-30": "", "01/07/2015": "", "2015-07-01-40:00": "", "2015-07-01T00:00:00Z": "",
	} {
		d, ok := ParseDate(s)
		if ok != (want != "") || ok && d.Begins(zone).Format(time.RFC3339) != want {
			t.Errorf("%q: %+v %v", s, d, ok)
		}
	}
}

func entity(reference, name, types, listed, alias string) string {
	return "<ENTITY><DATAID>1</DATAID><FIRST_NAME>" + name + " </FIRST_NAME><UN_LIST_TYPE>" + types + "</UN_LIST_TYPE><REFERENCE_NUMBER>" +
		reference + "</REFERENCE_NUMBER><LISTED_ON>" + listed + "</LISTED_ON><ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>" + alias + "</ALIAS_NAME></ENTITY_ALIAS></ENTITY>"
}

func consolidatedList(entities string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>` + secret +
		`</FIRST_NAME><LISTED_ON>nonsense</LISTED_ON></INDIVIDUAL></INDIVIDUALS><ENTITIES>` + entities + `</ENTITIES></CONSOLIDATED_LIST>`
}

var (
	good          = entity("CDe.001", "ADF", "DRC", "2014-06-30", "Allied Democratic Forces")
	consolidateds = map[string]struct {
		text string
		ids  string
		code evidence.Code // of the refusal; empty when accepted
	}{
		"plain":              {consolidatedList(good), "CDe.001", ""},
		"empty alias":        {consolidatedList(entity("CDe.002", "B", "DRC", "2015-07-01-04:00", "")), "CDe.002", ""},
		"breaks off":         {consolidatedList(good)[:400], "", CodeHalf},
		"breaks off outside": {strings.TrimSuffix(consolidatedList(good), "</CONSOLIDATED_LIST>"), "CDe.001", CodeHalf},
		"no date":            {consolidatedList(entity("CDe.002", "B", "DRC", "", "") + good), "CDe.001", CodeDate},
		"no reference":       {consolidatedList(entity("", "B", "DRC", "2014-06-30", "")), "", CodeNumber},
		"no name":            {consolidatedList(entity("CDe.002", "", "DRC", "2014-06-30", "")), "", CodeName},
		"no type":            {consolidatedList(entity("CDe.002", "B", "", "2014-06-30", "")), "", CodeProgramme},
		"another document":   {"<html></html>", "", CodeXML},
		"no XML":             {"SDN", "", CodeXML},
		"nothing":            {"", "", CodeXML},
		"wrong nesting":      {"<CONSOLIDATED_LIST><A></B></CONSOLIDATED_LIST>", "", CodeXML},
		"no row":             {"<CONSOLIDATED_LIST></CONSOLIDATED_LIST>", "", CodeEmpty},
		"deep":               {"<CONSOLIDATED_LIST>" + strings.Repeat("<A>", 100), "", CodeXML},
		"long text":          {"<CONSOLIDATED_LIST><A>" + strings.Repeat("A", 2*longestToken), "", CodeLine},
		"another encoding":   {`<?xml version="1.0" encoding="UTF-16"?><CONSOLIDATED_LIST/>`, "", CodeXML},
		"an entity":          {`<!DOCTYPE a [<!ENTITY x "y">]><CONSOLIDATED_LIST>&x;</CONSOLIDATED_LIST>`, "", CodeXML},
	}
)

func TestUN(t *testing.T) {
	t.Parallel()
	for name, tc := range consolidateds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var ids []string
			_, err := ReadUN(strings.NewReader(tc.text), func(e Entry) error {
				if e.Listed.IsZero() || strings.TrimSpace(e.Name) != e.Name || strings.Contains(e.Name, secret) {
					t.Errorf("%+v", e)
				}
				if !strings.HasPrefix(tc.text[e.Offset:], "<ENTITY>") || !strings.HasSuffix(tc.text[:e.Offset+e.Length], "</ENTITY>") {
					t.Errorf("the entry is not at %d+%d", e.Offset, e.Length)
				}
				ids = append(ids, e.ID)
				return nil
			}, nil)
			if got := strings.Join(ids, " "); got != tc.ids {
				t.Errorf("entities %q, want %q", got, tc.ids)
			}
			var refused *RefusedError
			switch errors.As(err, &refused) {
			case false:
				if err != nil || tc.code != "" {
					t.Errorf("%v, want %s", err, tc.code)
				}
			case true:
				if refused.First.Code != tc.code || refused.First.Line < 1 || refused.First.Want == "" || strings.Contains(err.Error(), secret) {
					t.Errorf("%v, want %s", err, tc.code)
				}
			}
		})
	}
}

func TestAFaultOfTheSourceOrTheCallerIsItsOwn(t *testing.T) {
	t.Parallel()
	fault := errors.New("fault")
	for name, src := range map[string]io.Reader{
		"source": io.MultiReader(strings.NewReader(group+"\n"), iotest.ErrReader(fault)),
		"caller": strings.NewReader(group + "\n"),
	} {
		_, err := ReadSDN(src, func(Entry) error {
			if name == "caller" {
				return fault
			}
			return nil
		}, nil)
		if !errors.Is(err, fault) || errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := ReadUN(io.MultiReader(strings.NewReader("<CONSOLIDATED_LIST>"), iotest.ErrReader(fault)), func(Entry) error { return nil }, nil)
	if !errors.Is(err, fault) {
		t.Error(err)
	}
	_, err = ReadUN(strings.NewReader(consolidatedList(good)), func(Entry) error { return fault }, nil)
	if !errors.Is(err, fault) {
		t.Error(err)
	}
}

func TestDefectsAreBounded(t *testing.T) {
	t.Parallel()
	n := 0
	_, err := ReadSDN(strings.NewReader(strings.Repeat("x\n", 10_000)), func(Entry) error { return nil }, func(Defect) { n++ })
	if n != mostDefects || !errors.Is(err, ErrRefused) {
		t.Errorf("%d defects: %v", n, err)
	}
}
