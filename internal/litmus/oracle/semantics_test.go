package oracle

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"lockheld/internal/litmus"
)

// semantics has one small program for each sentence of the format that says
// what an operation does. All figures are by hand.
var semantics = []struct {
	name          string
	body          string // lines after the name, separated by |
	outcomes      string // separated by |
	violations    string
	traces        uint64
	interleavings uint64
}{
	{"read and write", "var x = 5|var y = 0|task A: read x; write y acc+2", "x=5 y=7", "", 1, 1},
	{"acc is 0 at the start", "var x = 5|task A: write x acc-1", "x=-1", "", 1, 1},
	{"add gives the old value", "var x = 5|var y = 0|task A: add x 3; write y acc", "x=8 y=5", "", 1, 1},
	{"inc leaves acc", "var x = 5|var y = 0|task A: set 9; inc x 3; write y acc", "x=8 y=9", "", 1, 1},
	{"cas takes acc before it is set", "var x = 3|var y = 0|task A: set 3; cas x acc acc+4; write y acc", "x=7 y=1", "", 1, 1},
	{"cas that fails", "var x = 3|var y = 8|task A: cas x 4 5; write y acc", "x=3 y=0", "", 1, 1},
	{"cas that succeeds without change is a write", "var x = 0|task A: cas x 0 0|task B: read x", "x=0", "", 2, 2},
	{"cas that fails is a read", "var x = 0|task A: cas x 1 2|task B: read x", "x=0", "", 1, 2},
	{"write of the same value is a write", "var x = 0|task A: write x 0|task B: read x", "x=0", "", 2, 2},
	{"add of 0 is a write", "var x = 0|task A: add x 0|task B: add x 0", "x=0", "", 2, 2},
	{"inc and inc commute", "var x = 0|task A: inc x 1|task B: inc x 2", "x=3", "", 1, 2},
	{"inc and add do not", "var x = 0|task A: inc x 1|task B: add x 2", "x=3", "", 2, 2},
	{"reads commute", "var x = 0|task A: read x|task B: read x", "x=0", "", 1, 2},

	{"lock waits", "mutex m|task A: lock m; unlock m|task B: lock m; unlock m", "-", "", 2, 2},
	{"lock by the holder waits for ever", "mutex m|task A: lock m; lock m", "deadlock A", "deadlock", 1, 1},
	{"trylock that succeeds", "mutex m|var x = 0|task A: trylock m; write x acc; unlock m", "x=1", "", 1, 1},
	{"trylock by the holder fails", "mutex m|var x = 9|task A: lock m; trylock m; write x acc", "x=0", "", 1, 1},
	{"trylock that fails is a read", "mutex m|task A: trylock m|task B: trylock m|task C: trylock m", "-", "", 3, 6},
	{"unlock of a free lock", "mutex m|task A: unlock m", "violation A", "unlock of unheld", 1, 1},
	{"unlock of another's lock leaves it held", "mutex m|task A: lock m; unlock m|task B: unlock m", "violation B", "unlock of unheld", 3, 3},
	{"a lock that its holder keeps when it ends", "mutex m|task A: lock m|task B: lock m", "deadlock A|deadlock B", "deadlock", 2, 2},

	{"readers share", "rwmutex r|task A: rlock r|task B: rlock r", "-", "", 1, 2},
	{"rlock is counted", "rwmutex r|task A: rlock r; rlock r; runlock r; runlock r", "-", "", 1, 1},
	{"one runlock of two is not enough", "rwmutex r|task A: rlock r; rlock r; runlock r; wlock r", "deadlock A", "deadlock", 1, 1},
	{"a writer excludes readers", "rwmutex r|task A: wlock r|task B: rlock r", "deadlock A|deadlock B", "deadlock", 2, 2},
	{"a writer excludes writers", "rwmutex r|task A: wlock r; wunlock r|task B: wlock r; wunlock r", "-", "", 2, 2},
	{"no preference for a writer that waits", "rwmutex r|var x = 0|task A: rlock r; write x 1; rlock r; runlock r; runlock r|task W: wait x == 1; wlock r; wunlock r", "x=1", "", 1, 4},
	{"wlock by its reader waits for ever", "rwmutex r|task A: rlock r; wlock r", "deadlock A", "deadlock", 1, 1},
	{"wlock by its writer waits for ever", "rwmutex r|task A: wlock r; wlock r", "deadlock A", "deadlock", 1, 1},
	{"rlock by its writer waits for ever", "rwmutex r|task A: wlock r; rlock r", "deadlock A", "deadlock", 1, 1},
	{"runlock by its writer", "rwmutex r|task A: wlock r; runlock r", "violation A", "unlock of unheld", 1, 1},
	{"wunlock by its reader", "rwmutex r|task A: rlock r; wunlock r", "violation A", "unlock of unheld", 1, 1},
	{"runlock of another's hold", "rwmutex r|task A: rlock r|task B: runlock r", "violation B", "unlock of unheld", 1, 2},
	{"wunlock of another's hold", "rwmutex r|task A: wlock r|task B: wunlock r", "violation B", "unlock of unheld", 2, 2},

	{"set is no step", "var x = 0|task A: set 1; write x acc|task B: set 2; set acc+1; set acc", "x=1", "", 1, 1},
	{"skip jumps unless it holds", "var x = 0|task A: skip 1 unless acc == 1; write x 1", "x=0", "", 1, 1},
	{"skip does not jump if it holds", "var x = 0|task A: skip 1 unless acc == 0; write x 1", "x=1", "", 1, 1},
	{"skip counts local operations", "var x = 0|task A: skip 2 unless acc > 0; set 5; write x acc; write x acc+1", "x=1", "", 1, 1},
	{"skip past the end", "var x = 0|task A: skip 9223372036854775807 unless acc < 0; write x 1", "x=0", "", 1, 1},
	{"skip of a skip", "var x = 0|task A: skip 1 unless acc == 1; skip 1 unless acc == 1; write x 3", "x=3", "", 1, 1},
	{"assert that holds", "task A: assert acc == 0; assert acc != 1; assert acc < 1; assert acc > -1", "-", "", 1, 1},
	{"assert before the first step", "var x = 0|task A: assert acc == 1; write x 1|task B: write x 2", "violation A", "assertion", 1, 1},
	{"assert is part of the step before it", "var x = 0|var y = 0|task A: read x; assert acc == 0|task B: write y 1", "x=0 y=1", "", 1, 2},
	{"the step that ends in a violation counts", "var x = 0|task A: read x; assert acc == 0|task B: write x 1", "violation A|x=1", "assertion", 2, 2},
	{"a violation ends its task only", "var x = 0|task A: assert acc == 1|task B: write x 1; write x 2", "violation A", "assertion", 1, 1},
	{"it keeps its locks, and there is no deadlock then", "mutex m|task A: lock m; assert acc == 1|task B: lock m; unlock m", "violation A", "assertion", 2, 2},
	{"both tasks violate", "task A: assert acc == 1|task B: assert acc == 1", "violation A B", "assertion", 1, 1},

	{"wait sets acc", "var x = 4|var y = 0|task A: wait x > 3; write y acc", "x=4 y=4", "", 1, 1},
	{"wait is disabled", "var x = 0|task A: wait x == 1|task B: write x 1", "x=1", "", 1, 1},
	{"wait for ever", "var x = 0|task A: wait x < 0", "deadlock A", "deadlock", 1, 1},
	{"wait is a read", "var x = 0|task A: wait x == 0|task B: read x", "x=0", "", 1, 2},
	{"wait that comes too late", "var x = 0|task A: wait x != 1|task B: write x 1", "deadlock A|x=1", "deadlock", 2, 2},

	{"final holds", "var x = 0|task A: write x 1|final x == 1|final x > 0", "x=1", "", 1, 1},
	{"final fails", "var x = 0|task A: write x 1|final x == 1|final x < 1|final x != 1", "x=1", "final x != 1|final x < 1", 1, 1},
	{"final is not checked after a deadlock", "var x = 0|task A: wait x == 1|final x == 1", "deadlock A", "deadlock", 1, 1},
	{"final is not checked after a violation", "var x = 0|task A: assert acc == 1|final x == 1", "violation A", "assertion", 1, 1},
	{"variables in the order of the file", "var b = 1|mutex m|var a = 2|task A:", "b=1 a=2", "", 1, 1},
	{"wraps", "var x = 9223372036854775807|task A: inc x 1; read x; write x acc-1", "x=9223372036854775807", "", 1, 1},
}

func TestSemantics(t *testing.T) {
	for _, c := range semantics {
		t.Run(c.name, func(t *testing.T) {
			p, err := litmus.Parse("f", "litmus 1\nname n\n"+strings.ReplaceAll(c.body, "|", "\n")+"\n")
			if err != nil {
				t.Fatal(err)
			}
			r, err := Classes(p, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(r.Outcomes(), "|"); got != c.outcomes {
				t.Errorf("outcomes %s, want %s", got, c.outcomes)
			}
			if got := strings.Join(r.Violations, "|"); got != c.violations {
				t.Errorf("violations %s, want %s", got, c.violations)
			}
			if r.Traces != c.traces || r.Interleavings != c.interleavings {
				t.Errorf("%d traces, %d interleavings, want %d, %d", r.Traces, r.Interleavings, c.traces, c.interleavings)
			}
		})
	}
}

func TestPreemptions(t *testing.T) {
	// Switching away from a task that waits or has ended is no preemption.
	p, err := litmus.Parse("f", "litmus 1\nname n\nvar x = 0\ntask A: write x 1; wait x == 2; write x 3\ntask B: wait x == 1; write x 2; wait x == 3\n")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Classes(p, 100)
	if err != nil {
		t.Fatal(err)
	}
	// A writes 1, then waits; B goes on to its second wait, A writes 3, B ends.
	if !slices.Equal(r.Bounded, []uint64{1}) || r.Traces != 1 || r.Steps != 6 {
		t.Errorf("by preemptions %v, traces %d, steps %d", r.Bounded, r.Traces, r.Steps)
	}
}

func TestBudget(t *testing.T) {
	prof := Profiles()[0]
	p := Generate(&prof, 1)
	r, err := Classes(p, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Classes(p, r.Nodes); err != nil {
		t.Errorf("%d nodes do not fit in a budget of as many: %v", r.Nodes, err)
	}
	if _, err := Classes(p, r.Nodes-1); !errors.Is(err, ErrBudget) {
		t.Errorf("error %v, want one that wraps ErrBudget", err)
	}
	if _, err := States(p, 2); !errors.Is(err, ErrBudget) {
		t.Errorf("error %v, want one that wraps ErrBudget", err)
	}
}
