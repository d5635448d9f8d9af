package sched

import "testing"

// Properties behind a gate are checked only after steps after which it is open,
// and a violation carries the name of the property, not of the gate.
func TestAlwaysWhen(t *testing.T) {
	due, checked, asked := false, 0, 0
	p := &Program{Name: "gate", Setup: func(w *World) {
		x := NewWord(w, "x", 0)
		w.Always(Property{Name: "first", Check: func() string { return "" }})
		w.AlwaysWhen(func() bool { asked++; return due || x.Peek() == 3 },
			Property{Name: "fine", Check: func() string { checked++; return "" }},
			Property{Name: "small", Check: func() string {
				if x.Peek() > 2 {
					return "x is 3"
				}
				return ""
			}})
		w.Always(Property{Name: "last", Check: func() string { return "" }})
		w.Go("T", func(t *Task) {
			for range 3 {
				x.Inc(t, 1)
			}
		})
	}}
	r := explore(t, p, Options{Preemptions: -1, Recheck: -1, Shrink: -1})
	if asked != 3 || checked != 1 {
		t.Errorf("gate asked %d times, property checked %d times, want 3, 1", asked, checked)
	}
	if len(r.Findings) != 1 || r.Findings[0].Violation.Site != "small" || r.Findings[0].Violation.Kind != KindProperty {
		t.Errorf("findings %v, want property small", r.Findings)
	}
	if len(r.Unreduced) != 4 {
		t.Errorf("unreduced %q, want all four", r.Unreduced)
	}
}
