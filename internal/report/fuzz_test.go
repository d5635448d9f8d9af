package report

import (
	"fmt"
	"strings"
	"testing"

	fuzz "github.com/google/gofuzz"

	"lockheld/sched"
)

// randomTrace is what fuzzing makes a trace of.
type randomTrace struct {
	Tasks []uint8 // lengths of their names
	Names uint8   // length of the names of objects
	Steps []randomStep
	Found []randomViolation
}

type randomStep struct {
	Task, Kind, Obj, Obj2 uint8
	N, Before             uint8
	Fails, Note, NoFrames bool
}

type randomViolation struct {
	Kind, Task, Step uint8
	Between          bool // no task is to blame
}

// trace makes a trace such as the engine could have made; its steps need not
// make sense.
func (r *randomTrace) trace() *sched.Trace {
	tr := &sched.Trace{}
	name := func(what string, i, n int) string { return what + strings.Repeat("x", n%40) + fmt.Sprint(i) }
	for i, n := range r.Tasks {
		tr.Tasks = append(tr.Tasks, name("M", i, int(n)))
	}
	if len(tr.Tasks) == 0 {
		return tr
	}
	for _, s := range r.Steps {
		task := int(s.Task) % len(tr.Tasks)
		e := sched.Event{Step: len(tr.Steps), Task: task, Kind: sched.OpKind(s.Kind % 30), Text: "-> 1"}
		if !s.NoFrames {
			e.Frames = []string{name("(*pageAlloc).f", int(s.N), int(s.Before)), "main"}
		}
		if s.Obj%8 > 0 {
			e.Object = name("o", int(s.Obj%8), int(r.Names))
		}
		tr.Events = append(tr.Events, e)
		tr.Steps = append(tr.Steps, sched.Step{Choice: sched.Choice{Task: int16(task), Value: -1}, Kind: e.Kind, OK: !s.Fails,
			Obj: sched.ObjID(s.Obj % 8), Obj2: sched.ObjID(s.Obj2 % 8), N: uint64(s.N), Before: uint64(s.Before)})
		if s.Note {
			tr.Events = append(tr.Events, sched.Event{Step: e.Step, Task: task, Note: true, Text: "a note\nof two lines"})
		}
	}
	for _, v := range r.Found {
		w := sched.Violation{Kind: sched.Kind(v.Kind%12 + 1), Site: name("s", 0, int(v.Step)), Step: int(v.Step)%(len(tr.Steps)+1) - 1}
		if !v.Between {
			w.Task = tr.Tasks[int(v.Task)%len(tr.Tasks)]
		}
		tr.Violations = append(tr.Violations, w)
		tr.Where = append(tr.Where, nil)
	}
	for i := range tr.Tasks {
		tr.Waiting = append(tr.Waiting, sched.Event{Step: len(tr.Steps), Task: i, Kind: sched.OpLock, Object: name("o", i, 3)})
	}
	return tr
}

// Every trace gives a table that keeps to its width, that shows every step once
// in the verbose form, and that is the same the second time.
func FuzzText(f *testing.F) {
	f.Add([]byte("seeds the generator of everything else"))
	for i := range 64 {
		f.Add([]byte(strings.Repeat(fmt.Sprint(i, " "), 40)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r randomTrace
		fuzz.NewFromGoFuzz(data).NilChance(0).NumElements(0, 12).Fuzz(&r)
		tr := r.trace()
		for _, verbose := range []bool{false, true} {
			got := tableOf(t, tr, verbose)
			if again := tableOf(t, tr, verbose); again != got {
				t.Errorf("the second time:\n%s\nthe first time:\n%s", again, got)
			}
			for line := range strings.Lines(got) {
				if n := len([]rune(strings.TrimRight(line, "\n"))); n > tableWidth {
					t.Errorf("a line of %d characters: %s", n, line)
				}
			}
			if !verbose {
				continue
			}
			for i := range tr.Steps {
				want := fmt.Sprintf(" %d | ", i)
				if n := strings.Count(got, want); n != 1 {
					t.Errorf("step %d is shown %d times:\n%s", i, n, got)
				}
			}
		}
	})
}

// tableOf writes a table for a subject that has all there is.
func tableOf(t *testing.T, tr *sched.Trace, verbose bool) string {
	t.Helper()
	var b strings.Builder
	if err := writeTrace(&b, tr, &Subject{Stopped: "o1"}, verbose); err != nil {
		t.Fatal(err)
	}
	for i := range tr.Violations {
		writeDetails(&b, &Finding{Violation: tr.Violations[i], Trace: tr}, &Subject{Stopped: "o1"})
	}
	return b.String()
}
