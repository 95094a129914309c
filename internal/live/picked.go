package live

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// picked is the list of files that were delivered and acknowledged: one line of JSON each, appended and
// fsynced. A file whose line is lost is delivered again, with the same IDs.
type picked struct {
	find func(Defect)

	mu    sync.Mutex
	file  *os.File // nil without a folder
	known map[fileStamp]bool
	open  map[string]delivered // by producer: with the sink, not acknowledged
}

type delivered struct {
	fileStamp
	last uint64
}

const pickedFile = "picked.jsonl"

// maxLine bounds a line of the list: names of files are at most a few hundred bytes.
const maxLine = 64 << 10

func openPicked(dir string, find func(Defect)) (*picked, error) {
	p := &picked{find: find, known: map[fileStamp]bool{}, open: map[string]delivered{}}
	if dir == "" {
		return p, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, pickedFile), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		var s fileStamp
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			if len(lines.Bytes()) > 0 {
				find(Defect{Code: CodeFile, Item: pickedFile, Got: strconv.Itoa(n)})
			}
			continue
		}
		p.known[s] = true
	}
	if err := lines.Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("reading %s: %w", pickedFile, err), f.Close())
	}
	p.file = f
	return p, nil
}

// has tells whether a file, as it is, was delivered.
func (p *picked) has(f fileStamp) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, open := p.open[f.producer()]
	return open || p.known[f]
}

// delivered says that all of a file is going to the sink; id is of its last chunk.
func (p *picked) delivered(id ID, f fileStamp) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[id.Producer] = delivered{f, id.Sequence}
}

func (p *picked) forget(id ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, id.Producer)
}

func (p *picked) ack(id ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, ok := p.open[id.Producer]
	if !ok || id.Sequence < d.last {
		return
	}
	delete(p.open, id.Producer)
	p.known[d.fileStamp] = true
	if p.file == nil {
		return
	}
	b, err := json.Marshal(d.fileStamp)
	if err == nil {
		// The line before may have been torn: an empty line parts them.
		_, err = p.file.Write(append(append([]byte{'\n'}, b...), '\n'))
	}
	if err == nil {
		err = p.file.Sync()
	}
	if err != nil {
		p.find(Defect{Code: CodeFile, Item: pickedFile, Got: err.Error()})
	}
}

// close closes the list; acknowledgements after it are remembered by nobody, and those files come
// again.
func (p *picked) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file != nil {
		_ = p.file.Close()
		p.file = nil
	}
}
