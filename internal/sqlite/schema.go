package sqlite

import (
	"fmt"
	"strings"

	"overflight/journal"
)

// schema is raised with every change to the tables, or to what is written into them.
const schema = 5

// version is what user_version holds: bodies are records of the journal, so its encoding counts too.
const version = schema<<8 | journal.Version

// application is "OvFl": it tells our files from another program's.
const application = 0x4f76466c

// table says what a table holds, and all its statements are made from that. Its first columns are the primary key;
// after those named here stands "sum", which is over all of them.
type table struct {
	name    string
	keys    int
	columns []column
	indexes []string
	rowid   bool // the key is one integer
}

type column struct {
	name   string
	kind   string
	hidden bool // a number that depends on the order in which streams were read: never dumped
}

func columns(text string) []column {
	var out []column
	for f := range strings.SplitSeq(text, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(f), " ")
		kind, hidden := strings.CutSuffix(kind, " hidden")
		out = append(out, column{name, kind, hidden})
	}
	return out
}

// Instants are microseconds since 1970 UTC. They serve filters and orders only: what is shown comes from a body, which is
// a record of the journal. A column "stream" and "sequence" say where in the journal the statement stands.
var (
	positions = &table{
		name: "positions", keys: 1,
		columns: columns("stream TEXT, sequence INTEGER"),
	}
	leaves = &table{
		name: "leaves", keys: 2,
		columns: columns("stream TEXT, sequence INTEGER, leaf INTEGER"),
	}
	flights = &table{
		name: "flights", keys: 1,
		columns: columns("flight TEXT, operator TEXT, year INTEGER, number INTEGER, address TEXT, registration TEXT, callsign TEXT, " +
			"earliest INTEGER, latest INTEGER, opened BLOB, opened_stream TEXT, opened_sequence INTEGER, " +
			"closed BLOB, closed_stream TEXT, closed_sequence INTEGER"),
		indexes: []string{"year, number, flight", "registration"},
	}
	// paths are what one source told of one flight, with what thinning has to remember.
	paths = &table{
		name: "paths", keys: 2,
		columns: columns("flight TEXT, source TEXT, id INTEGER hidden, fixes INTEGER, frames INTEGER, looked INTEGER, " +
			"earliest INTEGER, latest INTEGER, arrived INTEGER, last BLOB, last_kept INTEGER"),
		indexes: []string{"id"},
	}
	sources = &table{
		name: "sources", keys: 1,
		columns: columns("source TEXT, started BLOB, stopped BLOB, stalled BLOB, stream TEXT, sequence INTEGER"),
	}
	segments = &table{
		name: "segments", keys: 1,
		columns: columns("segment TEXT, flight TEXT, source TEXT, minute INTEGER, plain TEXT, " +
			"sealed BLOB, sealed_stream TEXT, sealed_sequence INTEGER, erased BLOB, erased_stream TEXT, erased_sequence INTEGER"),
		indexes: []string{"flight, minute, segment", "plain"},
	}
	entries = &table{
		name: "entries", keys: 3,
		columns: columns("flight TEXT, source TEXT, number INTEGER, state TEXT, verdict INTEGER, earliest INTEGER, latest INTEGER, " +
			"found_stream TEXT, found_sequence INTEGER, stream TEXT, sequence INTEGER, body BLOB"),
		indexes: []string{"earliest, flight, source, number", "state, earliest, flight, source, number"},
	}
	gaps = &table{
		name: "gaps", keys: 4,
		columns: columns("flight TEXT, source TEXT, number INTEGER, time INTEGER, stream TEXT, sequence INTEGER, body BLOB"),
	}
	looked = &table{
		name: "looked", keys: 4,
		columns: columns("flight TEXT, source TEXT, state TEXT, vantage INTEGER, stream TEXT, sequence INTEGER, body BLOB"),
		indexes: []string{"state, flight, source, vantage"},
	}
	defects = &table{
		name: "defects", keys: 3,
		columns: columns("flight TEXT, source TEXT, code TEXT, count INTEGER, first INTEGER, latest INTEGER, stream TEXT, sequence INTEGER, body BLOB"),
		indexes: []string{"code, flight, source"},
	}
	withheld = &table{
		name: "withheld", keys: 3,
		columns: columns("flight TEXT, source TEXT, reason TEXT, packets INTEGER, bytes INTEGER, duration INTEGER"),
	}
	reports = &table{
		name: "reports", keys: 2,
		columns: columns("flight TEXT, source TEXT, persons INTEGER, vehicles INTEGER, others INTEGER"),
	}
	statements = &table{
		name: "statements", keys: 2,
		columns: columns("stream TEXT, sequence INTEGER, kind TEXT, time INTEGER, flight TEXT, subject TEXT, body BLOB"),
		indexes: []string{"kind, time, stream, sequence", "kind, subject, time, stream, sequence"},
	}
	// surveyed is what was said of places: sites are a function of it in the order of the journal.
	surveyed = &table{
		name: "surveyed", keys: 2,
		columns: columns("stream TEXT, sequence INTEGER, kind TEXT, body BLOB"),
	}
	// fixes and footprints: the id holds the path's in its upper bits and the number within the path below. A
	// row of footprints is a whole block: rows of single frames would cost ten times the time and say no more.
	fixes = &table{
		name: "fixes", keys: 1, rowid: true,
		columns: columns("id INTEGER hidden, time INTEGER, lat REAL, lon REAL, body BLOB"),
	}
	footprints = &table{
		name: "footprints", keys: 1, rowid: true,
		columns: columns("id INTEGER hidden, frames INTEGER, looked INTEGER, earliest INTEGER, latest INTEGER, " +
			"south REAL, north REAL, west REAL, east REAL, stream TEXT, sequence INTEGER, body BLOB"),
	}

	// glimpses are the frames of a block of footprints in the compact form in which looks are told, under the block's id.
	glimpses = &table{
		name: "glimpses", keys: 1, rowid: true,
		columns: columns("id INTEGER hidden, body BLOB"),
	}
	// sights are the coverage index: the runs of frames of one path that touch cells of one tile. A path with many has several
	// pieces, each named by the number of its first frame. earliest and latest are seconds.
	sights = &table{
		name: "sights", keys: 3,
		columns: columns("tile INTEGER, path INTEGER hidden, first INTEGER, earliest INTEGER, latest INTEGER, body BLOB"),
	}

	// named are the tables with keys that a reader understands, numbered those with ids.
	named = []*table{
		positions, leaves, flights, paths, sources, segments, entries, gaps, looked, defects, withheld, reports, statements, surveyed,
	}
	numbered = []withBoxes{{fixes, "fix_boxes", 0, fixBoxes}, {footprints, "footprint_boxes", 1, blockBoxes}}
)

// withBoxes is a table with the R*Tree over it. The id of a box is that of its row, with extra bits below.
type withBoxes struct {
	t     *table
	boxes string
	extra int
	of    func(row) ([2]box, int)
}

// Bits of ids: 2^21 paths of 2^40 fixes, and one bit more for the second box of a block that crosses 180 degrees.
const (
	numberBits  = 40
	mostPaths   = 1 << 21
	mostNumbers = 1 << numberBits
)

// boxes of fixes and blocks. The coordinates are rounded outward to single precision by us and not by
// SQLite, so that they can be verified to the bit.
const boxTables = `CREATE VIRTUAL TABLE fix_boxes USING rtree(id, south, north, west, east);
CREATE VIRTUAL TABLE footprint_boxes USING rtree(id, south, north, west, east);`

func (t *table) create() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (", t.name)
	for _, c := range t.columns {
		fmt.Fprintf(&b, "%s %s", c.name, c.kind)
		if t.rowid && c.name == "id" {
			b.WriteString(" PRIMARY KEY")
		}
		b.WriteString(", ")
	}
	b.WriteString("sum INTEGER NOT NULL")
	if t.rowid {
		b.WriteString(");\n")
	} else {
		fmt.Fprintf(&b, ", PRIMARY KEY (%s)) WITHOUT ROWID;\n", t.key(", "))
	}
	for i, on := range t.indexes {
		fmt.Fprintf(&b, "CREATE INDEX %s_by_%d ON %s (%s);\n", t.name, i+1, t.name, on)
	}
	return b.String()
}

func (t *table) key(separator string) string {
	names := make([]string, t.keys)
	for i := range names {
		names[i] = t.columns[i].name
	}
	return strings.Join(names, separator)
}

// list names the columns and the sum; of is a prefix such as "f.".
func (t *table) list(of string) string {
	var b strings.Builder
	for _, c := range t.columns {
		b.WriteString(of + c.name + ", ")
	}
	return b.String() + of + "sum"
}

func (t *table) insert() string {
	return fmt.Sprintf("INSERT OR REPLACE INTO %s VALUES (?%s)", t.name, strings.Repeat(",?", len(t.columns)))
}

func (t *table) get() string {
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s = ?", t.list(""), t.name, t.key(" = ? AND "))
}

// column returns the place of a column in a row. A name that is none is a fault of the program.
func (t *table) column(name string) int {
	for i, c := range t.columns {
		if c.name == name {
			return i
		}
	}
	panic("no column " + t.name + "." + name)
}

func tables() []*table {
	return append(append([]*table(nil), named...), fixes, footprints, glimpses, sights)
}

func createAll() string {
	var b strings.Builder
	for _, t := range tables() {
		b.WriteString(t.create())
	}
	return b.String() + boxTables
}
