package scenario

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MostBytes bounds a file.
const MostBytes = 1 << 20

const (
	mostLine   = 4 << 10
	mostTokens = 2000 // of one statement with the lines that belong to it
)

// mark is what some editors put before a text in UTF-8.
const mark = "\ufeff"

// token is one word, one quoted text or one comma.
type token struct {
	text   string
	quoted bool
	comma  bool
	line   int
	first  bool // of its line
}

// block is a statement: its own line and the indented ones below it.
type block []token

// blocks cuts a file into statements.
func (p *parser) blocks(text string) ([]block, error) {
	if len(text) > MostBytes {
		return nil, p.fault(1, "", wantSmall)
	}
	if !utf8.ValidString(text) {
		return nil, p.fault(1+strings.Count(text[:invalid(text)], "\n"), "", wantUTF8)
	}
	var out []block
	n := 0
	for raw := range strings.SplitSeq(strings.TrimPrefix(text, mark), "\n") {
		n++
		raw = strings.TrimSuffix(raw, "\r")
		tokens, err := p.tokens(n, raw)
		if err != nil {
			return nil, err
		}
		if len(tokens) == 0 {
			continue
		}
		tokens[0].first = true
		switch indented := raw[0] == ' ' || raw[0] == '\t'; {
		case !indented:
			out = append(out, tokens)
		case len(out) == 0:
			return nil, p.fault(n, tokens[0].text, wantStatement)
		default:
			out[len(out)-1] = append(out[len(out)-1], tokens...)
		}
		if len(out[len(out)-1]) > mostTokens {
			return nil, p.fault(n, tokens[0].text, wantFewer)
		}
	}
	return out, nil
}

func invalid(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return 0
}

// tokens cuts one line.
func (p *parser) tokens(n int, line string) ([]token, error) {
	if len(line) > mostLine {
		return nil, p.fault(n, line, wantShort)
	}
	if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
		return nil, p.fault(n, "", wantUTF8) // what is repeated in errors and reports is to stay what it is on a terminal
	}
	var out []token
	for {
		line = strings.TrimLeftFunc(line, unicode.IsSpace)
		if line == "" || line[0] == '#' {
			return out, nil
		}
		switch line[0] {
		case ',':
			out = append(out, token{text: ",", comma: true, line: n})
			line = line[1:]
		case '"':
			end := strings.IndexByte(line[1:], '"')
			if end < 0 {
				return nil, p.fault(n, line, wantQuote)
			}
			out = append(out, token{text: line[1 : 1+end], quoted: true, line: n})
			line = line[2+end:]
		default:
			end := strings.IndexFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '"' })
			if end < 0 {
				end = len(line)
			}
			out = append(out, token{text: line[:end], line: n})
			line = line[end:]
		}
	}
}
