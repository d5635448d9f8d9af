package sched

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// cacheFamily is a kind of generated programs on which cache is held against a
// search that leaves nothing out, or against a count that knows nothing of it.
type cacheFamily struct {
	name  string
	seeds uint64
	least int // programs that must be small enough to be compared
	// compare says how cache, with the faults, differs on a program, "" if it
	// does not. compared is false if the program is too large.
	compare func(t *testing.T, seed uint64, faults cacheFault) (what string, compared bool)
}

var cacheFamilies = []cacheFamily{
	{"secrets", 1600, 800, compareSecrets},
	{"bounded secrets", 400, 200, compareBounded},
	{"races", 2000, 1100, compareRaces},
	{"automata", 120, 100, compareAutomata},
	{"fixed", uint64(len(fixed)), len(fixed), compareFixed},
	{"livelocks", uint64(len(livelocks)), len(livelocks), compareLivelocks},
}

// faulty runs cache with deliberate errors.
func faulty(t *testing.T, p *Program, o Options, faults cacheFault) *Report {
	t.Helper()
	e, err := LookupStrategy("cache")
	if err != nil {
		t.Fatal(err)
	}
	entry := *e
	entry.make = func(o *Options) Strategy {
		c := newCache(o).(*cache)
		c.faults = faults
		return c
	}
	o.Strategy, o.All, o.Shrink = "cache", true, -1
	r, err := exploreBy(t.Context(), p, o, &entry)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// most is the number of executions of programs that are compared.
const most = 1000

// Cache finds all ends that plain search finds, whatever tasks share.
func compareSecrets(t *testing.T, seed uint64, faults cacheFault) (string, bool) {
	want := map[string]bool{}
	d := explore(t, secretsProgram(seed, false, want), Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1, Executions: most})
	if d.Executions == most {
		return "", false
	}
	for _, f := range secretsForms {
		got := map[string]bool{}
		p := secretsProgram(seed, f.live, got)
		f.p(p)
		recheck := int64(seed%2)*2 - 1
		if faults != 0 {
			recheck = -1 // or it would find some faults
		}
		r := faulty(t, p, Options{Preemptions: -1, Recheck: recheck}, faults)
		if !maps.Equal(got, want) || findings(r) != findings(d) || r.Verdict != d.Verdict {
			return fmt.Sprintf("%s, %s: %v %s\nends %q\nwant %s\nends %q", p.Name, f.name, r.Verdict, findings(r),
				slices.Sorted(maps.Keys(got)), findings(d), slices.Sorted(maps.Keys(want))), true
		}
	}
	return "", true
}

// The same within bounds on preemptions and steps.
func compareBounded(t *testing.T, seed uint64, faults cacheFault) (string, bool) {
	for k := range 3 {
		o := Options{Preemptions: k, Recheck: -1, Shrink: -1, All: true, Executions: most}
		if seed%2 == 1 {
			o.Depth = 6 + k
		}
		want := map[string]bool{}
		d := explore(t, secretsProgram(seed, false, want), o)
		if d.Executions == most {
			return "", false
		}
		o.Executions = 0
		for _, f := range secretsForms {
			got := map[string]bool{}
			p := secretsProgram(seed, f.live, got)
			f.p(p)
			r := faulty(t, p, o, faults)
			if !maps.Equal(got, want) || findings(r) != findings(d) || r.Cut > 0 != (d.Cut > 0) {
				return fmt.Sprintf("%s, %s, preemptions %d, depth %d: %v %s\nends %q\nwant %s\nends %q", p.Name, f.name, k, o.Depth,
					r.Verdict, findings(r), slices.Sorted(maps.Keys(got)), findings(d), slices.Sorted(maps.Keys(want))), true
			}
		}
	}
	return "", true
}

// Cells of which a race is found are those of plain search, though states are
// merged: who has seen which access is part of a state.
func compareRaces(t *testing.T, seed uint64, faults cacheFault) (string, bool) {
	p := racyProgram(seed, nil)
	d := explore(t, p, Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1, Executions: most})
	if d.Executions == most {
		return "", false
	}
	for _, hidden := range []bool{true, false} {
		q := *p
		if hidden {
			q.Reusable = true
			q.Setup = func(w *World) {
				p.Setup(w)
				w.Hidden(nil)
			}
		}
		recheck := int64(1)
		if faults != 0 || seed%8 > 0 {
			recheck = -1
		}
		if r := faulty(t, &q, Options{Preemptions: -1, Recheck: recheck}, faults); findings(r) != findings(d) || r.Verdict != d.Verdict {
			return fmt.Sprintf("%s, declared %v: %v %s, dfs %v %s", p.Name, hidden, r.Verdict, findings(r), d.Verdict, findings(d)), true
		}
	}
	return "", true
}

// fixed are programs for what generated ones do not meet often enough.
var fixed = []struct {
	name  string
	setup func(w *World)
}{
	// T1 sees c only if T0 is through, and it is no race only if T1 had the lock
	// after T0. Then all is as it is if T1 had it first.
	{"who knows of the write", func(w *World) {
		m, through, c := NewMutex(w, "m"), NewMutex(w, "through"), new(Cell)
		c.Init(w, "c", nil)
		tasks(w, func(t *Task) {
			t.Yield()
			c.Write(t)
			m.Lock(t)
			m.Unlock(t)
			through.Lock(t)
		}, func(t *Task) {
			m.Lock(t)
			m.Unlock(t)
			if !through.TryLock(t) {
				c.Read(t)
			}
		})
	}},
	{"who knows of the read", func(w *World) {
		m, through, c := NewRWMutex(w, "m"), NewMutex(w, "through"), new(Cell)
		c.Init(w, "c", nil)
		tasks(w, func(t *Task) {
			t.Yield()
			c.Read(t)
			m.RLock(t)
			m.RUnlock(t)
			through.Lock(t)
		}, func(t *Task) {
			m.Lock(t)
			m.Unlock(t)
			if !through.TryLock(t) {
				c.Write(t)
			}
		})
	}},
	{"who waits first", func(w *World) {
		m, c, waiting, woken := NewMutex(w, "m"), NewCond(w, "c"), NewWord(w, "waiting", 0), NewWord(w, "woken", 0)
		wait := func(n uint64) func(t *Task) {
			return func(t *Task) {
				m.Lock(t)
				waiting.Inc(t, 1)
				c.Wait(t, m)
				if woken.Load(t) == 0 {
					woken.Store(t, n)
				}
				m.Unlock(t)
			}
		}
		tasks(w, wait(1), wait(2), func(t *Task) {
			waiting.Await(t, Eq, 2)
			m.Lock(t)
			c.Signal(t)
			m.Unlock(t)
			if woken.Await(t, Ne, 0); woken.Load(t) == 2 {
				t.Fail(Violation{Kind: KindAssertion, Site: "second"})
			}
			c.Broadcast(t)
		})
	}},
}

// compareFixed compares the violations.
func compareFixed(t *testing.T, n uint64, faults cacheFault) (string, bool) {
	c := &fixed[n]
	d := explore(t, program(c.name, c.setup), Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1})
	for _, reusable := range []bool{true, false} {
		p := program(c.name, c.setup)
		p.Reusable = reusable
		r := faulty(t, p, Options{Preemptions: -1, Recheck: -1}, faults)
		if findings(r) != findings(d) || r.Verdict != d.Verdict {
			return fmt.Sprintf("%s, reusable %v: %v %s, dfs %v %s", c.name, reusable, r.Verdict, findings(r), d.Verdict, findings(d)), true
		}
	}
	return "", true
}

// TestCacheDifferential: cache finds what a search without reduction finds, and
// nothing else, on generated programs of every family.
func TestCacheDifferential(t *testing.T) {
	for i := range cacheFamilies {
		f := &cacheFamilies[i]
		t.Run(f.name, func(t *testing.T) {
			seeds, least := f.seeds, f.least
			if testing.Short() {
				seeds, least = min(seeds, 100+seeds/10), least/10
			}
			compared := 0
			for seed := range seeds {
				what, ok := f.compare(t, seed, 0)
				if what != "" {
					t.Fatal(what)
				}
				if ok {
					compared++
				}
			}
			if compared < least {
				t.Errorf("only %d of %d programs compared", compared, seeds)
			}
			t.Logf("%d programs", compared)
		})
	}
}

// TestCacheDifferentialCatches: each deliberate error shows in one of as many
// programs as TestCacheDifferential tries.
func TestCacheDifferentialCatches(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  cacheFault
		family string
		from   uint64 // the first programs do not show it
	}{
		{"nothing wakes", cacheFaultWake, "secrets", 0},
		{"daemons may always move later", cacheFaultDaemon, "secrets", 0},
		{"no history", cacheFaultHistory, "secrets", 0},
		{"no values", cacheFaultValue, "automata", 0},
		{"no holders", cacheFaultHolder, "automata", 0},
		{"no queue", cacheFaultQueue, "fixed", 0},
		{"no memory", cacheFaultMemory, "secrets", 0},
		{"no races", cacheFaultRaces, "fixed", 0},
		{"the order of races", cacheFaultOrder, "races", 3270},
		{"no budget", cacheFaultBudget, "bounded secrets", 0},
		{"no loops", cacheFaultCycle, "livelocks", 0},
	} {
		i := slices.IndexFunc(cacheFamilies, func(f cacheFamily) bool { return f.name == c.family })
		f := &cacheFamilies[i]
		caught := false
		for seed := c.from; seed < c.from+f.seeds && !caught; seed++ {
			what, _ := f.compare(t, seed, c.fault)
			if caught = what != ""; caught {
				t.Logf("%s: caught by %s %d", c.name, c.family, seed)
			}
		}
		if !caught {
			t.Errorf("%s: not caught by %d programs of %s", c.name, f.seeds, c.family)
		}
	}
}
