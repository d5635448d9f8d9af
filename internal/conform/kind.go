package conform

import (
	"fmt"
	"strings"
)

// A kind is one sort of case.
type kind struct {
	name  string
	setup object
	ops   []opSpec
	// start builds the start state of a case. It may refuse a setup that
	// makes no sense.
	start func(c *testCase) (any, error)
}

// An opSpec is one operation of a kind: the inputs that it must have, the
// fields that may be wanted, and how it is performed on a state.
type opSpec struct {
	name string
	in   object
	want []field
	run  func(state any, o *op) error
}

// do adapts a typed operation to the table.
func do[S any](f func(s S, o *op)) func(any, *op) error {
	return func(state any, o *op) error {
		f(state.(S), o)
		return o.bad
	}
}

// kinds lists all kinds.
func kinds() []*kind {
	return []*kind{pageHeapKind(), bitmapKind(), wordKind(), rangesKind(), arenasKind(), mheapKind()}
}

// kindNames lists the names of all kinds.
func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// find returns the operation called name, nil if there is none.
func (k *kind) find(name string) *opSpec {
	for i := range k.ops {
		if k.ops[i].name == name {
			return &k.ops[i]
		}
	}
	return nil
}

// An op is one operation of a case.
type op struct {
	spec *opSpec
	in   map[string]any
	want []wanted // in the order of the table
	got  map[string]string
	bad  error // the input makes no sense in this state
}

// A wanted is a recorded field in canonical form. Fields of an object under
// want have its name and a dot before theirs.
type wanted struct{ name, value string }

// num returns a number among the inputs; "max" is 2^64-1.
func (o *op) num(name string) uint64 { return toNum(o.in[name]) }

// flag returns a truth value among the inputs.
func (o *op) flag(name string) bool { return o.in[name].(bool) }

// word returns a 64-bit word among the inputs.
func (o *op) word(name string) uint64 { return toWord(o.in[name]) }

// set records what the model answers.
func (o *op) set(name, value string) { o.got[name] = value }

// reject says that the input is unusable.
func (o *op) reject(format string, args ...any) {
	if o.bad == nil {
		o.bad = fmt.Errorf(format, args...)
	}
}

// diff compares the wanted fields with the answers. It returns "" if they
// agree, otherwise the first that differs.
func (o *op) diff(level Level) string {
	for _, w := range o.want {
		if level == LevelResults && internal(w.name) {
			continue
		}
		got, ok := o.got[w.name]
		if !ok {
			got = "nothing"
		}
		if got != w.value {
			return fmt.Sprintf("%s: want %s, got %s", w.name, w.value, got)
		}
	}
	return ""
}

// internal reports whether a field shows how the runtime works inside rather
// than what it answers.
func internal(name string) bool {
	switch name {
	case "search", "sums", "reservation", "total", "start", "end":
		return true
	}
	return strings.HasPrefix(name, "scav.") && name != "scav.gen"
}
