package heap

import (
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// An exploration is a small program on a heap, for the tests of this package.
type exploration struct {
	cfg         Config
	prepare     func(hp *Heap, m *model.M)
	start       func(hp *Heap)
	preemptions int // 0: no bound
	after       func(*sched.Result)
}

// program returns e as a program.
func (e *exploration) program(name string) *sched.Program {
	return &sched.Program{Name: name, Reusable: true, Setup: func(w *sched.World) {
		hp := New(w, e.cfg)
		if e.prepare != nil {
			hp.Prepare(func(m *model.M) { e.prepare(hp, m) })
		}
		e.start(hp)
	}}
}

// run explores e depth first, and returns what it found; nil if every schedule
// was explored without a violation.
func (e *exploration) run(t *testing.T) (*sched.Report, *sched.Violation) {
	t.Helper()
	o := sched.Options{Strategy: "dfs", Preemptions: e.preemptions, Shrink: -1, After: e.after}
	if e.preemptions == 0 {
		o.Preemptions = -1
	}
	r, err := sched.Explore(t.Context(), e.program(t.Name()), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) > 0 {
		return r, &r.Findings[0].Violation
	}
	return r, nil
}

// siteAndKind is what a violation says without its message.
func siteAndKind(v *sched.Violation) string {
	if v == nil {
		return "none"
	}
	return v.Kind.String() + " " + v.Site
}
