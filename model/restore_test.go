package model

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"lockheld/sched"
)

// dump writes everything that can change in k, with the names of Ms and Ps for
// pointers to them.
func dump(k *Machine) string {
	var b strings.Builder
	fields(&b, "sched", reflect.ValueOf(k.s))
	for _, w := range []*sched.Word{k.gcwaiting, k.worldIsStopped, k.stopnote, k.sysmonnote} {
		fmt.Fprintf(&b, "%s=%d\n", w.Name(), w.Peek())
	}
	for _, l := range []*sched.Mutex{k.schedLock.sm, k.allpLock.sm, k.worldsema, k.gcsema} {
		fmt.Fprintf(&b, "%s=%v\n", l.Name(), l.Holder())
	}
	for _, p := range k.allps {
		fields(&b, p.name, reflect.ValueOf(p.pState))
		fmt.Fprintf(&b, "%s.stealable=%d\n", p.name, p.stealable.Peek())
	}
	for _, m := range k.ms {
		fields(&b, m.name, reflect.ValueOf(*m))
		fmt.Fprintf(&b, "%s.park=%d\n", m.name, m.park.Peek())
	}
	return b.String()
}

func fields(b *strings.Builder, name string, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Field(i)
		fmt.Fprintf(b, "%s.%s=", name, v.Type().Field(i).Name)
		switch f.Kind() {
		case reflect.Pointer, reflect.Func:
			switch {
			case f.IsNil():
				b.WriteString("nil")
			case f.Type() == reflect.TypeFor[*M]() || f.Type() == reflect.TypeFor[*P]():
				b.WriteString(f.Elem().FieldByName("name").String())
			default:
				fmt.Fprintf(b, "%v", f.Type()) // set once, in Setup
			}
		case reflect.Array:
			for j := range f.Len() {
				fields(b, fmt.Sprint(j), f.Index(j))
			}
		default:
			fmt.Fprintf(b, "%v", f)
		}
		b.WriteString("\n")
	}
}

// TestRestore compares the world at the start of each execution with that of a
// program that is set up anew, and with the first.
func TestRestore(t *testing.T) {
	programs := append(append([]program{}, stopPrograms...), wrongPrograms...)
	for i := range programs {
		p := &programs[i]
		var fresh string
		starts := 0
		reuse := p.compile(func(k *Machine) {
			fresh = dump(k)
			k.World().OnStart(func() {
				starts++
				if d := dump(k); d != fresh {
					t.Fatalf("%s: start %d:\n%s\nfresh:\n%s", p.name, starts, d, fresh)
				}
			})
		})
		o := sched.Options{Preemptions: -1, Executions: 50, Shrink: -1, All: true, Strategy: "random"}
		if _, err := sched.Explore(context.Background(), reuse, o); err != nil {
			t.Fatal(err)
		}
		if starts < 2 {
			t.Errorf("%s: %d starts", p.name, starts)
		}
	}
}

// TestReplayIsExact runs every schedule twice: one that needs a second chance
// would be reported as uncontrolled nondeterminism.
func TestReplayIsExact(t *testing.T) {
	for i := range stopPrograms {
		p := &stopPrograms[i]
		r := p.run(t, sched.Options{Strategy: "random", Executions: 200, Recheck: 1})
		for _, f := range r.Findings {
			if f.Violation.Kind != sched.KindSometimes {
				t.Errorf("%s: %v", p.name, f.Violation.Error())
			}
		}
	}
}

// TestStopSteps says what stopping and starting the world costs.
func TestStopSteps(t *testing.T) {
	for _, c := range []struct {
		name  string
		cfg   Config
		other func(m *M)
		want  int // most steps of an execution, the ends of the Ms included
	}{
		// a: worldsema, sched.lock, gcwaiting, sched.lock, count; sched.lock,
		// gcwaiting, sched.lock, count, worldsema; 2 for the end.
		{"alone", Config{}, nil, 12},
		// a: also a CAS on P1, the wait, a wake-up. b: gcwaiting, sched.lock,
		// stopnote, sched.lock, park; 2 for the end.
		{"one other M that runs", Config{Procs: 2}, func(m *M) { m.Safepoint() }, 22},
		// b: Psyscall, gcwaiting, sched.lock, CAS, stopnote, sched.lock; CAS,
		// sched.lock, sched.lock, park; 2 for the end.
		{"one other M in a system call", Config{Procs: 2}, func(m *M) { m.EnterSyscall(); m.ExitSyscall() }, 27},
	} {
		p := &program{name: c.name, cfg: c.cfg, setup: func(k *Machine) {
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			if c.other != nil {
				k.NewM("b", c.other)
			}
		}}
		r := p.run(t, sched.Options{})
		if r.MaxSteps != c.want {
			t.Errorf("%s: %d steps, want %d", c.name, r.MaxSteps, c.want)
		}
	}
}

// TestNoCost says that Ms that need nothing of the machine cost no steps.
func TestNoCost(t *testing.T) {
	p := &program{name: "no stops", cfg: Config{Procs: 2, NoStops: true}, setup: func(k *Machine) {
		for _, n := range []string{"a", "b"} {
			k.NewM(n, func(m *M) { m.Prologue("f"); m.Safepoint(); m.T().Yield() })
		}
	}}
	if r := p.run(t, sched.Options{}); r.MaxSteps != 2 {
		t.Errorf("%d steps, want 2", r.MaxSteps)
	}
}

// TestStepsAllocateNothing runs a whole program many times.
func TestStepsAllocateNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("counts allocations over many executions")
	}
	count := func(n int64) float64 {
		return testing.AllocsPerRun(1, func() {
			p := &program{name: "stop", cfg: Config{Procs: 2}, setup: stopAgainstSyscall}
			o := sched.Options{Preemptions: -1, Executions: n, Shrink: -1, Recheck: -1}
			if _, err := sched.Explore(context.Background(), p.compile(nil), o); err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := count(500), count(4500)
	if per := (many - few) / 4000; per > 0.05 {
		t.Errorf("%.2f allocations per execution", per)
	}
}
