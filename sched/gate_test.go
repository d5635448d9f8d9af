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
	// Before the first step and after each of the three.
	if asked != 4 || checked != 1 {
		t.Errorf("gate asked %d times, property checked %d times, want 4, 1", asked, checked)
	}
	if len(r.Findings) != 1 || r.Findings[0].Violation.Site != "small" || r.Findings[0].Violation.Kind != KindProperty {
		t.Errorf("findings %v, want property small", r.Findings)
	}
	if len(r.Unreduced) != 4 {
		t.Errorf("unreduced %q, want all four", r.Unreduced)
	}
}

// A property that declares what it reads is checked only after steps on that.
func TestAlwaysReads(t *testing.T) {
	var checked [2]int
	p := &Program{Name: "reads", Setup: func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		w.Always(Property{Name: "x", Reads: []ObjID{x.ID()}, Check: func() string { checked[0]++; return "" }})
		w.AlwaysWhen(func() bool { return true },
			Property{Name: "both", Reads: []ObjID{x.ID(), y.ID()}, Check: func() string {
				checked[1]++
				if y.Peek() == 2 {
					return "y is 2"
				}
				return ""
			}})
		w.Go("T", func(t *Task) {
			x.Inc(t, 1)
			t.Yield()
			y.Inc(t, 1)
			t.Syscall("nothing")
			y.Inc(t, 1)
		})
	}}
	r := explore(t, p, Options{Preemptions: -1, Recheck: -1, Shrink: -1})
	// Before the first step and after those on x, x and y.
	if checked != [2]int{2, 4} {
		t.Errorf("checked %d times, want 2 and 4", checked)
	}
	if len(r.Findings) != 1 || r.Findings[0].Violation.Site != "both" {
		t.Errorf("findings %v, want property both", r.Findings)
	}
}
