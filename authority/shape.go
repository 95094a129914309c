package authority

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What encoding/json lets through is held here: members under another case of their name, lists that are too short or too
// long for a fixed number of values, and values of another kind, each told by its place in the document.

var (
	textual = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonic  = reflect.TypeFor[json.Unmarshaler]()
	instant = reflect.TypeFor[time.Time]()
)

// shape returns the first member of a document that the kind does not have, or that is no value of its type. The bytes are
// valid JSON.
func shape(path string, raw json.RawMessage, t reflect.Type) error {
	if string(raw) == "null" {
		switch t.Kind() {
		case reflect.Slice, reflect.Map, reflect.Pointer:
			return nil
		default:
			return fault(path, "null", article(t))
		}
	}
	if t.Kind() == reflect.Pointer {
		return shape(path, raw, t.Elem())
	}
	if p := reflect.PointerTo(t); p.Implements(textual) || p.Implements(jsonic) {
		return leaf(path, raw, t)
	}
	switch t.Kind() {
	case reflect.Struct:
		return members(path, raw, t)
	case reflect.Map:
		var all map[string]json.RawMessage
		if json.Unmarshal(raw, &all) != nil {
			return fault(path, word(raw), article(t))
		}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if err := shape(path+"."+name, all[name], t.Elem()); err != nil {
				return err
			}
		}
		return nil
	case reflect.Slice, reflect.Array:
		var all []json.RawMessage
		if json.Unmarshal(raw, &all) != nil || t.Kind() == reflect.Array && len(all) != t.Len() {
			return fault(path, word(raw), article(t))
		}
		for i := range all {
			if err := shape(path+"["+strconv.Itoa(i)+"]", all[i], t.Elem()); err != nil {
				return err
			}
		}
		return nil
	default:
		return leaf(path, raw, t)
	}
}

func members(path string, raw json.RawMessage, t reflect.Type) error {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return fault(path, word(raw), article(t))
	}
	prefix := ""
	if path != "" {
		prefix = path + "."
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		f, ok := fieldOf(t, name)
		if !ok {
			return fault(prefix+name, "", "")
		}
		if err := shape(prefix+name, all[name], f.Type); err != nil {
			return err
		}
	}
	return nil
}

func fieldOf(t reflect.Type, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name && name != "" {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func leaf(path string, raw json.RawMessage, t reflect.Type) error {
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if err == nil {
		return nil
	}
	want := article(t)
	var inner *FieldError
	if errors.As(err, &inner) {
		want = inner.Want
	}
	return fault(path, word(raw), want)
}

// word is a value as an error shows it: a text without its quotes.
func word(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil && s != "" {
		return s
	}
	return string(raw)
}

// article says in words what a value of a type looks like.
func article(t reflect.Type) string {
	switch {
	case t == instant:
		return "an instant, RFC 3339"
	case reflect.PointerTo(t).Implements(textual) && t.Kind() == reflect.Array:
		return fmt.Sprintf("%d hexadecimal digits", 2*t.Len())
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Array:
		return fmt.Sprintf("a list of %d values", t.Len())
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object with members"
	default:
		return "a number"
	}
}
