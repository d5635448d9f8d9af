package conform

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A shape is what a JSON value of the format has to look like.
type shape interface {
	// canon returns v, as decoded with json.Number, in canonical form.
	canon(v any) (string, error)
}

// number is a whole number from 0 to 2^64-1, or one of the given words: null
// or a quoted string.
type number struct{ words []string }

func (s number) canon(v any) (string, error) {
	word := ""
	switch v := v.(type) {
	case json.Number:
		x, err := strconv.ParseUint(string(v), 10, 64)
		if err != nil {
			return "", fmt.Errorf("%s is not a whole number", v)
		}
		return num(x), nil
	case string:
		word = strconv.Quote(v)
	case nil:
		word = "null"
	}
	if slices.Contains(s.words, word) {
		return word, nil
	}
	if len(s.words) == 0 {
		return "", fmt.Errorf("%s is not a number", printable(v))
	}
	return "", fmt.Errorf("%s is neither a number nor %s", printable(v), strings.Join(s.words, " nor "))
}

// boolean is true or false.
type boolean struct{}

func (boolean) canon(v any) (string, error) {
	b, ok := v.(bool)
	if !ok {
		return "", fmt.Errorf("%s is not true or false", printable(v))
	}
	return strconv.FormatBool(b), nil
}

// hexWord is a 64-bit word, a string of 16 hexadecimal digits.
type hexWord struct{}

func (hexWord) canon(v any) (string, error) {
	s, ok := v.(string)
	if !ok || len(s) != 16 {
		return "", fmt.Errorf("%s is not a string of 16 hex digits", printable(v))
	}
	x, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		return "", fmt.Errorf("%s is not a string of 16 hex digits", printable(v))
	}
	return hex(x), nil
}

// list is a list of elements of one shape; n elements unless n is 0.
type list struct {
	elem shape
	n    int
}

func (s list) canon(v any) (string, error) {
	vs, ok := v.([]any)
	if !ok {
		return "", fmt.Errorf("%s is not a list", printable(v))
	}
	if s.n != 0 && len(vs) != s.n {
		return "", fmt.Errorf("a list of %d, should have %d", len(vs), s.n)
	}
	parts := make([]string, len(vs))
	for i, e := range vs {
		c, err := s.elem.canon(e)
		if err != nil {
			return "", fmt.Errorf("[%d]: %w", i, err)
		}
		parts[i] = c
	}
	return seq(parts), nil
}

// object has exactly the given fields. Its canonical form has them in order.
type object []field

// field is a named value.
type field struct {
	name  string
	shape shape
}

func (s object) canon(v any) (string, error) {
	o, ok := v.(map[string]any)
	if !ok {
		return "", fmt.Errorf("%s is not an object", printable(v))
	}
	if err := s.known(o); err != nil {
		return "", err
	}
	parts := make([]string, len(s))
	for i, f := range s {
		e, ok := o[f.name]
		if !ok {
			return "", fmt.Errorf("%s is missing", f.name)
		}
		c, err := f.shape.canon(e)
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.name, err)
		}
		parts[i] = strconv.Quote(f.name) + ":" + c
	}
	return "{" + strings.Join(parts, ",") + "}", nil
}

// known checks that o has no field but those of s.
func (s object) known(o map[string]any) error {
	for _, name := range sortedKeys(o) {
		if !slices.ContainsFunc(s, func(f field) bool { return f.name == name }) {
			return fmt.Errorf("unknown field %q", name)
		}
	}
	return nil
}

// orNull is a value of another shape, or null.
type orNull struct{ shape }

func (s orNull) canon(v any) (string, error) {
	if v == nil {
		return "null", nil
	}
	return s.shape.canon(v)
}

// text is any string.
type text struct{}

func (text) canon(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("%s is not a string", printable(v))
	}
	return strconv.Quote(s), nil
}

// Shapes that the format uses in several places.
var (
	whole       = number{}
	wholeOrNull = number{[]string{"null"}}
	wholeOrMax  = number{[]string{`"max"`}}
	wholeOrMin  = number{[]string{`"min"`}}
	pair        = list{whole, 2}
	pairs       = list{pair, 0}
	triple      = list{whole, 3}
)

// sortedKeys returns the keys of o in order.
func sortedKeys(o map[string]any) []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// printable shows v for an error message.
func printable(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(b) > 60 {
		return string(b[:60]) + "..."
	}
	return string(b)
}
