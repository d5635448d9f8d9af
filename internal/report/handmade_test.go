package report

import (
	"strings"
	"testing"

	"lockheld/sched"
)

// step is a step of a trace made by hand.
func step(task int, k sched.OpKind, obj sched.ObjID, n, before uint64) sched.Step {
	return sched.Step{Choice: sched.Choice{Task: int16(task), Value: -1}, Kind: k, OK: true, Obj: obj, N: n, Before: before}
}

// handMade makes a trace of steps; names are those of the objects from 1.
func handMade(tasks, names []string, steps []sched.Step) *sched.Trace {
	tr := &sched.Trace{Tasks: tasks, Steps: steps}
	for i := range steps {
		e := sched.Event{Step: i, Task: int(steps[i].Task), Kind: steps[i].Kind, Frames: []string{"(*T).f", "main"}}
		if obj := steps[i].Obj; obj > 0 {
			e.Object = names[obj-1]
		}
		tr.Events = append(tr.Events, e)
	}
	return tr
}

// Two violations in one execution that goes on after the first, a lock that is
// given back by a task that does not hold it, and words longer than a column.
func TestHandMade(t *testing.T) {
	long := "(*" + strings.Repeat("pageAlloc", 8) + ").scavenge"
	tr := handMade([]string{"M0", "M1", "idle"}, []string{"heap", strings.Repeat("summary.", 9)}, []sched.Step{
		step(0, sched.OpLock, 1, 0, 0),
		step(1, sched.OpUnlock, 1, 0, 0),
		step(0, sched.OpStore, 2, 7, 0),
		step(0, sched.OpLoad, 2, 0, 7),
		step(0, sched.OpYield, 0, 0, 0),
		step(0, sched.OpUnlock, 1, 0, 0),
	})
	tr.Violations = []sched.Violation{
		{Kind: sched.KindMisuse, Site: "heap", Message: "unlock of unheld: M1 unlocks heap, which M0 holds", Task: "M1", Step: 1},
		{Kind: sched.KindProperty, Site: "P-CONSERVE", Message: "3 pages are lost\nand one is found", Task: "M0", Step: 5},
	}
	tr.Where = [][]string{nil, {long}}
	r := &Result{Scenario: "by-hand", Variant: "go1.16", Subject: heapLike, Notes: []string{"property P-X ran under plain dfs only"},
		Outcomes: []string{"x=1 y=0", "deadlock A"}, Figures: []string{"time: by-hand: 1s"}, Report: &sched.Report{Strategy: "dfs", Executions: 1, Steps: 6, Verdict: sched.Violated}}
	for _, v := range tr.Violations {
		r.Findings = append(r.Findings, Finding{Violation: v, Trace: tr, Replay: "go run ./cmd/explore replay TOKEN"})
		r.Report.Findings = append(r.Report.Findings, sched.Finding{Violation: v})
	}
	golden(t, "by-hand", text(t, r, false))
	golden(t, "by-hand-v", text(t, r, true))
}

// A violation before the first step, and a trace without any.
func TestNoSteps(t *testing.T) {
	tr := handMade([]string{"M0"}, nil, nil)
	tr.Violations = []sched.Violation{{Kind: sched.KindProperty, Site: "P-INIT", Message: "no chunk", Task: "M0", Step: -1}}
	tr.Where = [][]string{{"start"}}
	r := &Result{Scenario: "empty", Variant: "-", Subject: &Subject{}, Report: &sched.Report{Strategy: "random"},
		Findings: []Finding{{Violation: tr.Violations[0], Trace: tr}}}
	want := `--- empty: property P-INIT
    no chunk

 step | locks held | M0
 -----+------------+---------------------------
      |            | start: *** property P-INIT

in:      start
locks:   none is held
ok	empty	-	random	executions=0 steps=0 blocked=0 complete
`
	if got := text(t, r, false); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	var b strings.Builder
	if err := WriteTrace(&b, "empty", "v", &sched.Trace{}, &Subject{}, false); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "--- empty, variant v: nothing found\n\n step | locks held\n -----+-----------\n\n"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestVerdict(t *testing.T) {
	v := sched.Violation{Kind: sched.KindAssertion, Site: "flush/entry"}
	one := []sched.Finding{{Violation: v}}
	for _, c := range []struct {
		want string
		rep  sched.Report
	}{
		{"complete", sched.Report{Verdict: sched.Complete}},
		{"bounded preemptions=2", sched.Report{Verdict: sched.Bounded, Options: sched.Options{Preemptions: 2}}},
		{"bounded depth=40 cut=3", sched.Report{Verdict: sched.Bounded, Cut: 3, Options: sched.Options{Depth: 40, Preemptions: -1}}},
		{"bounded depth=40 cut=3 preemptions=0", sched.Report{Verdict: sched.Bounded, Cut: 3, Options: sched.Options{Depth: 40}}},
		{"sampled seed=7 schedules=00000000000000ff", sched.Report{Verdict: sched.Sampled, Hash: 255, Options: sched.Options{Seed: 7}}},
		{"sampled seed=7 schedules=00000000000000ff depth=9 cut=1", sched.Report{Verdict: sched.Sampled, Hash: 255, Cut: 1,
			Options: sched.Options{Seed: 7, Depth: 9}}},
		{"stopped timeout", sched.Report{Verdict: sched.Stopped, Why: "timeout"}},
		{"assertion flush/entry", sched.Report{Verdict: sched.Violated, Findings: one}},
		{"violations=2 assertion flush/entry", sched.Report{Verdict: sched.Violated, Findings: append(one, one...)}},
	} {
		if got := Verdict(&c.rep); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text, indent string
		width        int
		want         []string
	}{
		{"", "", 5, nil},
		{"   ", "", 5, nil},
		{"one two", "", 7, []string{"one two"}},
		{"one two", "", 6, []string{"one", "two"}},
		{"  one two", "    ", 6, []string{"  one", "    tw", "    o"}},
		{"abcdefgh", " ", 3, []string{"abc", " de", " fg", " h"}},
		{"żółw je", "", 5, []string{"żółw", "je"}},
	} {
		if got := wrap(c.text, c.width, c.indent); strings.Join(got, "|") != strings.Join(c.want, "|") || len(got) != len(c.want) {
			t.Errorf("wrap(%q, %d, %q) = %q, want %q", c.text, c.width, c.indent, got, c.want)
		}
	}
}

func TestPanicStack(t *testing.T) {
	stack := `goroutine 7 [running]:
runtime/debug.Stack()
	/usr/lib/go/src/runtime/debug/stack.go:26 +0x5e
lockheld/sched.(*Task).thrown(0x1, {0x2, 0x3})
	/src/lockheld/sched/engine.go:500 +0x1
panic({0x66f5a0?, 0x1f2a?})
	/usr/lib/go/src/runtime/panic.go:787 +0x132
runtime.goPanicIndex(0x7, 0x2)
	/usr/lib/go/src/runtime/panic.go:115 +0x74
lockheld/heap.(*mheap).grow.func1(...)
	/src/lockheld/heap/grow.go:31
lockheld/heap.RealGeometry[...](0x3)
	C:\me\lockheld\heap\geometry.go:12 +0x5
lockheld/sched.(*Task).enter(0x1)
	/src/lockheld/sched/engine.go:480 +0x1
`
	want := []string{"(*mheap).grow grow.go:31", "RealGeometry[...] geometry.go:12"}
	if got := panicStack(stack); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Steps that are left out are counted in the row of the step of the same
// function that follows under the same locks, else in the row before them.
func TestSkipped(t *testing.T) {
	tr := handMade([]string{"M0", "M1"}, []string{"heap", "own", "shared", "other"}, []sched.Step{
		step(0, sched.OpLock, 1, 0, 0),
		step(0, sched.OpStore, 2, 1, 0),
		step(0, sched.OpStore, 2, 2, 1),
		step(0, sched.OpStore, 3, 1, 0),
		step(0, sched.OpStore, 2, 3, 2),
		step(0, sched.OpUnlock, 1, 0, 0),
		step(1, sched.OpStore, 4, 1, 0),
		step(1, sched.OpLoad, 3, 0, 1),
	})
	for i, fn := range []string{"a", "a", "b", "c", "d", "d", "e", "e"} {
		tr.Events[i].Frames = []string{fn}
	}
	want := ` step | holds heap | M0                               | M1
 -----+------------+----------------------------------+-------------------------------
  0-2 | M0         | a: lock heap; ... 2 steps        |
  3-4 | M0         | c: store shared -> 1; ... 1 step |
    5 |            | d: unlock heap                   |
  6-7 |            |                                  | e: ... 1 step; load shared = 1
`
	var b strings.Builder
	if err := writeTrace(&b, tr, &Subject{Locks: []string{"heap"}}, false); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
