package properties

import (
	"fmt"
	"slices"
	"strings"

	"lockheld/model"
	"lockheld/sched"
)

// When says when a property is checked.
type When uint8

// Times at which properties are checked.
const (
	// Inside: by the engine, the machine or the heap, where it can be broken.
	Inside When = iota
	// EachStep: after every step on an object that the property reads.
	EachStep
	// Unlocked: whenever the heap lock is free and something has changed.
	Unlocked
	// Stopped: while the world is stopped and the heap lock is free.
	Stopped
	// AtEnd: when an execution has ended.
	AtEnd
)

var whenNames = [...]string{"inside", "each step", "unlocked", "stopped", "end"}

// String returns the words that listings use for t.
func (t When) String() string { return whenNames[t] }

// An Entry is a property of the list.
type Entry struct {
	// Name identifies the property in flags, reports and violations.
	Name string
	// Doc is one sentence: what holds.
	Doc string
	// When says when it is checked.
	When When
	// Where says who checks a property that is checked inside.
	Where string
	// Strict: Go 1.16 is known not to have the property. It is checked only
	// if it is named.
	Strict bool
	// Fails says where and why Go 1.16 does not have a strict property.
	Fails string

	off       model.Checks               // switches it off where it is checked inside
	called    bool                       // the scenario checks it after a call, or a hook does
	remembers bool                       // what check saw before, it compares the state with
	sites     bool                       // assertion points of our own around the page allocator check it
	check     func(*state) string        // "" or what is wrong
	end       func(*state) string        // the same, at the end of an execution
	reads     func(*state) []sched.ObjID // objects that check sees together
	each      func(*state) []sched.ObjID // objects that it sees one by one
	needs     func(*state) bool          // nil: always; false: the property does not apply
}

// Properties returns all properties in the order of the reference: locking,
// pages, scavenger, accounting, Ps and stops.
func Properties() []Entry { return slices.Clone(entries) }

// lookupEntry returns the property called name.
func lookupEntry(name string) (*Entry, error) {
	var names []string
	for i := range entries {
		if entries[i].Name == name {
			return &entries[i], nil
		}
		names = append(names, entries[i].Name)
	}
	return nil, fmt.Errorf("no property %q, have %s", name, strings.Join(names, ", "))
}

// selection is the set of properties that are checked.
type selection map[string]bool

// choose returns the properties that names select out of those that apply by
// default: nil all of them, names exactly those, -NAME all but that, +NAME that
// too. Names of both sorts cannot be mixed.
func choose(names []string) (selection, error) {
	sel := selection{}
	exact, changes := 0, 0
	for _, n := range names {
		if strings.HasPrefix(n, "-") || strings.HasPrefix(n, "+") {
			changes++
		} else {
			exact++
		}
	}
	if exact > 0 && changes > 0 {
		return nil, fmt.Errorf("properties %s: a list of names, or of names with + and -, not both", strings.Join(names, ","))
	}
	if exact == 0 {
		for i := range entries {
			sel[entries[i].Name] = !entries[i].Strict
		}
	}
	for _, n := range names {
		e, err := lookupEntry(strings.TrimLeft(n, "+-"))
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(n, "-") && !e.switches() {
			return nil, fmt.Errorf("property %s cannot be switched off: it is checked by %s", e.Name, e.Where)
		}
		sel[e.Name] = !strings.HasPrefix(n, "-")
	}
	return sel, nil
}

// switches reports whether the property can be switched off.
func (e *Entry) switches() bool { return e.When != Inside || e.off != 0 || e.sites || e.called }

// declared returns what the check says that it reads.
func (e *Entry) declared(s *state) (together, each []sched.ObjID) {
	if e.reads != nil {
		together = e.reads(s)
	}
	if e.each != nil {
		each = e.each(s)
	}
	return together, each
}

// off returns the checks of the machine that are switched off.
func (sel selection) off() model.Checks {
	var c model.Checks
	for i := range entries {
		if !sel[entries[i].Name] {
			c |= entries[i].off
		}
	}
	return c
}
