package sched

import (
	"fmt"
	"math"
	"testing"
)

// countClasses returns what a search says of classes.
func countClasses(t *testing.T, p *Program, o Options) *Report {
	t.Helper()
	o.Shrink, o.All = -1, true
	if o.Classes == 0 {
		o.Classes = 1 << 20
	}
	return explore(t, p, o)
}

// The number of classes of all executions is known for these programs; package
// internal/litmus/bridge compares it with that of an oracle for many others.
func TestClassesOfPrograms(t *testing.T) {
	for _, c := range []struct {
		p    *Program
		want int64
	}{
		{counter(3, 2), 90}, {counter(3, 3), 1680}, {counter(2, 5), 252}, {readers(1), 2}, {readers(6), 64},
		{independent(3, 3, 1), 1}, {heaplock(1, true), 56}, {heaplock(2, true), 252}, {heaplock(3, true), 840},
		{philosophers(3), 7}, {philosophers(4), 15},
		{program("choices", func(w *World) { // what is chosen distinguishes, when does not
			tasks(w, func(t *Task) { t.Choose("c", 3) }, func(t *Task) { t.Choose("c", 2); t.Choose("d", 2) })
		}), 12},
		{program("local", func(w *World) {
			tasks(w, func(t *Task) { t.Yield(); t.Syscall("s") }, func(t *Task) { t.Yield() })
		}), 1},
		{program("spawn", func(w *World) { // A and B each make a task; only on x is there an order
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) { t.Go("U", func(t *Task) { x.Store(t, 1) }) },
				func(t *Task) { t.Go("V", func(t *Task) { x.Store(t, 2) }); x.Load(t) })
		}), 6},
		{program("made objects", func(w *World) { // by A and B, in any order
			x := NewWord(w, "x", 0)
			private := func(t *Task) {
				x.Inc(t, 1)
				y := NewWord(w, "y", 0)
				u := t.Go("U", func(t *Task) { y.Store(t, 1) })
				y.Store(t, 2)
				t.Join(u)
			}
			tasks(w, private, private)
		}), 4},
		{program("condition", func(w *World) { // a signal that comes before the wait is lost
			m, c := NewMutex(w, "m"), NewCond(w, "c")
			tasks(w, func(t *Task) { m.Lock(t); c.Wait(t, m); m.Unlock(t) }, func(t *Task) { c.Signal(t) })
		}), 2},
		{program("commuting", func(w *World) {
			x := NewWord(w, "x", 0)
			inc := func(t *Task) { x.Inc(t, 1) }
			tasks(w, inc, inc, inc, func(t *Task) { x.Load(t) })
		}), 8},
		{program("property", func(w *World) { // reads what two tasks change
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			w.Always(Property{Name: "p", Reads: []ObjID{x.ID(), y.ID()}, Check: func() string { return "" }})
			tasks(w, func(t *Task) { x.Store(t, 1); x.Load(t) }, func(t *Task) { y.Store(t, 1); y.Load(t) })
		}), 2},
		{program("property of each", func(w *World) { // reads what two tasks change, one at a time
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			w.Always(Property{Name: "p", Each: []ObjID{x.ID(), y.ID()}, Check: func() string { return "" }})
			tasks(w, func(t *Task) { x.Store(t, 1); x.Load(t) }, func(t *Task) { y.Store(t, 1); y.Load(t) })
		}), 1},
	} {
		for _, o := range []Options{{Preemptions: -1}, {Strategy: "random", Executions: 20 * c.want}} {
			r := countClasses(t, c.p, o)
			if r.Classes > c.want || o.Strategy == "" && (r.Classes != c.want || r.Verdict == Bounded) || r.ClassesFull {
				t.Errorf("%s, %q: %d classes of %d executions, want %d", c.p.Name, o.Strategy, r.Classes, r.Executions, c.want)
			}
		}
	}
}

// Fingerprints do not depend on the indices of tasks, which differ between
// searches whose first executions make tasks in different orders.
func TestClassesDoNotDependOnIndices(t *testing.T) {
	seen := map[fingerprint]bool{}
	for seed := range uint64(8) {
		c := newClassSet(1)
		explore(t, program("crossed spawn", crossedSpawn), Options{Strategy: "random", Seed: seed, Preemptions: -1, Executions: 200,
			After: func(r *Result) { seen[c.class(r)] = true }})
	}
	want := countClasses(t, program("crossed spawn", crossedSpawn), Options{Preemptions: -1}).Classes
	if int64(len(seen)) != want {
		t.Errorf("%d classes, want %d", len(seen), want)
	}
}

// A set of classes that is full says so, and estimates from what it saw before.
func TestClassesFull(t *testing.T) {
	p := counter(3, 2) // 90 classes
	for _, c := range []struct {
		most, want int64
		full       bool
		note       string
	}{
		{89, 89, true, "more than 89 classes of schedules seen; not counted any further"},
		{90, 90, false, "90 classes of schedules seen; the next execution is of a new one with probability about 0.222"},
	} {
		r := countClasses(t, p, Options{Preemptions: -1, Classes: c.most})
		if r.Classes != c.want || r.ClassesFull != c.full {
			t.Errorf("at most %d: %d classes, full %v", c.most, r.Classes, r.ClassesFull)
		}
		if c.full && r.ClassesNote() != c.note {
			t.Errorf("at most %d: %s", c.most, r.ClassesNote())
		}
	}
	if r := explore(t, p, Options{Preemptions: -1}); r.Classes != 0 || r.ClassesNote() != "" {
		t.Errorf("%d classes that nobody asked for", r.Classes)
	}
}

// The set finds what it has, also after it has grown, and knows what it saw once.
func TestClassSet(t *testing.T) {
	c := newClassSet(1 << 20)
	of := func(i int) fingerprint {
		f := fingerprint{}
		f.add(uint64(i) + 1)
		return f
	}
	const n = 5000
	for i := range n {
		c.enter(of(i))
	}
	if c.seen != n || c.once != n {
		t.Errorf("%d seen, %d of them once; want %d, all once", c.seen, c.once, n)
	}
	for range 2 {
		for i := range n / 2 {
			c.enter(of(i))
		}
	}
	c.enter(fingerprint{})
	c.enter(fingerprint{b: repeated})
	if c.seen != n+1 || c.once != n/2 || c.of != 2*n+2 {
		t.Errorf("%d seen, %d of them once, of %d; want %d, %d, %d", c.seen, c.once, c.of, n+1, n/2, 2*n+2)
	}
	var r Report
	c.report(&r)
	if want := 2500. / 10002; r.Unseen != want || r.Classes != n+1 {
		t.Errorf("unseen %v, want %v", r.Unseen, want)
	}
}

// The estimate of what was not seen is near the truth, where that is known: the
// classes of counter/3/3 are equally likely under urw.
func TestUnseen(t *testing.T) {
	for _, n := range []int64{500, 2000, 8000} {
		r := countClasses(t, counter(3, 3), Options{Strategy: "surw", Seed: 5, Executions: n})
		truth := 1 - float64(r.Classes)/1680
		if math.Abs(r.Unseen-truth) > 0.05 {
			t.Errorf("%d executions: estimate %.3f, truth %.3f", n, r.Unseen, truth)
		}
	}
}

// Counting allocates nothing once the tables have grown.
func TestClassesAllocateNothing(t *testing.T) {
	c := newClassSet(1 << 20)
	p := heaplock(2, true)
	o := Options{Strategy: "random", Preemptions: -1, Executions: 3000, After: func(r *Result) {
		c.add(r)
		if c.of == 2900 {
			if n := testing.AllocsPerRun(10, func() { c.add(r) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		}
	}}
	explore(t, p, o)
	if c.of < 2900 {
		t.Error(fmt.Sprint("only ", c.of))
	}
}
