package sched

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// findings lists the kinds and sites of the violations of a report.
func findings(r *Report) string {
	var all []string
	for i := range r.Findings {
		v := &r.Findings[i].Violation
		all = append(all, v.Kind.String()+" "+v.Site)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func exploreCache(t *testing.T, p *Program, o Options) *Report {
	t.Helper()
	o.Strategy, o.All, o.Shrink = "cache", true, -1
	return explore(t, p, o)
}

// Cache finds what plain search finds in programs that use each part of the
// package, whether it sees what they share or not.
func TestCacheFindsWhatDFSFinds(t *testing.T) {
	programs := suite()
	for i := range verdictCases {
		if c := &verdictCases[i]; c.kind != KindNondeterminism {
			programs = append(programs, program(c.name, c.bad))
		}
	}
	for _, p := range programs {
		want := explore(t, p, Options{Preemptions: -1, All: true, Shrink: -1, Recheck: -1})
		for _, reusable := range []bool{true, false} {
			q := *p
			q.Reusable = reusable
			r := exploreCache(t, &q, Options{Preemptions: -1, Recheck: 1})
			if findings(want) == "sometimes both" { // a goal is not judged where sleep sets leave something out
				if r.Verdict != Complete || !slices.Equal(r.Unreached, []string{"both"}) {
					t.Errorf("%s: %v %s, unreached %q", p.Name, r.Verdict, findings(r), r.Unreached)
				}
				r = exploreCache(t, &q, Options{Preemptions: 9, Recheck: 1}) // without sleep sets, if states are seen
				if judged := findings(r) == findings(want); judged != reusable {
					t.Errorf("%s: %v %s", p.Name, r.Verdict, findings(r))
				}
				continue
			}
			if got := findings(r); got != findings(want) || r.Verdict != want.Verdict {
				t.Errorf("%s: %v %s, dfs: %v %s", p.Name, r.Verdict, got, want.Verdict, findings(want))
			}
		}
	}
}

// States have closed forms where every task only counts its steps; the ends of
// executions are not among them.
func TestCacheCountsStates(t *testing.T) {
	for _, c := range []struct {
		p      *Program
		states int64
	}{
		{independent(3), 3},
		{independent(3, 3, 3), 4*4*4 - 1},
		{independent(1, 2, 3, 4), 2*3*4*5 - 1},
		// Before the store each reader has read or not; after it, it has not,
		// or it has read 0 or 1, but not all have.
		{readers(3), 8 + 27 - 8},
		{readers(8), 256 + 6561 - 256},
		{program("await", func(w *World) { // x goes from 0 to 3; A has waited or not once it was 2
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) { x.Await(t, Gt, 1) }, func(t *Task) { x.Add(t, 1); x.Add(t, 1); x.Add(t, 1) })
		}), 4 + 1},
		{program("choice", func(w *World) { // before the choice, after each value, and at the end
			tasks(w, func(t *Task) { t.Choose("c", 5); t.Yield() })
		}), 1 + 5},
		{program("forgotten choice", func(w *World) {
			tasks(w, func(t *Task) { t.Choose("c", 5); t.Live(1); t.Yield() })
		}), 1 + 1},
		{program("forever", func(w *World) { // waiting in a loop: x is 0 or 1, at the load or at the yield
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				t.Yield()
				for t.Live(); x.Load(t) == 0; t.Live() {
					t.Yield()
				}
			}, func(t *Task) { x.Store(t, 1) })
		}), 2 + 2 + 2},
	} {
		for _, recheck := range []int64{-1, 1} {
			r := exploreCache(t, c.p, Options{Preemptions: -1, Recheck: recheck})
			if want := map[bool]VerdictKind{true: Bounded}[c.p.Name == "forever"]; r.States != c.states || r.Verdict != want {
				t.Errorf("%s: %d states, %v %s, want %d", c.p.Name, r.States, r.Verdict, findings(r), c.states)
			}
		}
	}
}

// Two executions of cache are the same, and a report says what was done.
func TestCacheIsDeterministic(t *testing.T) {
	for _, p := range suite() {
		a := exploreCache(t, p, Options{Preemptions: -1, Recheck: 1})
		b := exploreCache(t, p, Options{Preemptions: -1, Recheck: 1, Driven: true})
		a.Options, b.Options = Options{}, Options{}
		for _, r := range []*Report{a, b} {
			for i := range r.Findings {
				r.Findings[i].Violation.Stack = ""
			}
		}
		if x, y := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b); x != y {
			t.Errorf("%s:\n%s\n%s", p.Name, x, y)
		}
		if len(a.Notes) == 0 || a.CacheBytes == 0 {
			t.Errorf("%s: %+v", p.Name, a)
		}
	}
}

// A table that is full ends the search, which proves nothing then.
func TestCacheFull(t *testing.T) {
	p := independent(5, 5, 5)
	r := exploreCache(t, p, Options{Preemptions: -1, CacheBytes: 1000})
	if r.Verdict != Stopped || !strings.HasPrefix(r.Why, "cache full states=25 memory=1000") {
		t.Errorf("%v %q", r.Verdict, r.Why)
	}
	if r = exploreCache(t, p, Options{Preemptions: -1, CacheBytes: 100_000}); r.Verdict != Complete || r.CacheBytes > 100_000 {
		t.Errorf("%v %q, %d bytes", r.Verdict, r.Why, r.CacheBytes)
	}
	if r = exploreCache(t, p, Options{Preemptions: -1, Depth: 14}); r.Verdict != Bounded || r.Cut == 0 {
		t.Errorf("%v, %d cut", r.Verdict, r.Cut)
	}
	if r = exploreCache(t, p, Options{Preemptions: 1}); r.Verdict != Bounded {
		t.Errorf("%v", r.Verdict)
	}
	if r = exploreCache(t, p, Options{Preemptions: 14}); r.Verdict != Complete {
		t.Errorf("%v", r.Verdict)
	}
}

// A declaration that forgets something that matters is found.
func TestCacheDoubtsDeclarations(t *testing.T) {
	for _, c := range []struct {
		name  string
		setup func(w *World)
		says  string
	}{
		{"a value that is used", func(w *World) {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			tasks(w, func(t *Task) {
				v := x.Load(t)
				t.Live() // not v
				x.Load(t)
				y.Store(t, v)
			}, func(t *Task) { x.Store(t, 1) })
		}, "A store y"},
		{"the round", func(w *World) {
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				for range 3 {
					x.Load(t)
					t.Live() // not the round
				}
			})
		}, "over"},
		{"memory", func(w *World) {
			w.Hidden(nil) // but n is not registered
			n := 0
			w.OnStart(func() { n = 0 })
			m, y := NewMutex(w, "m"), NewWord(w, "y", 0)
			body := func(i int) func(t *Task) {
				return func(t *Task) {
					m.Lock(t)
					n = i
					m.Unlock(t)
					t.Live()
					m.Lock(t)
					v := n
					m.Unlock(t)
					y.Store(t, uint64(v))
				}
			}
			tasks(w, body(1), body(2))
		}, "store y"},
	} {
		r := exploreCache(t, program(c.name, c.setup), Options{Preemptions: -1})
		if r.Verdict != Violated || findings(r) != "nondeterminism live state" {
			t.Errorf("%s: %v %s", c.name, r.Verdict, findings(r))
			continue
		}
		if f := &r.Findings[0]; !strings.Contains(f.Violation.Message, c.says) || len(f.Schedule) == 0 {
			t.Errorf("%s: %s %v", c.name, f.Violation.Message, f.Schedule)
		}
		if r := exploreCache(t, program(c.name, c.setup), Options{Preemptions: -1, Recheck: -1}); r.Verdict == Violated {
			t.Errorf("%s, unchecked: %v %s", c.name, r.Verdict, findings(r))
		}
	}
}

// A property that declares nothing sees every state, and is named if it does not.
func TestCacheShowsEveryState(t *testing.T) {
	setup := func(reads bool) func(w *World) {
		return func(w *World) {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			apart := Property{Name: "apart", Check: func() string {
				if x.Peek() == 0 && y.Peek() == 1 {
					return "y is ahead"
				}
				return ""
			}}
			if reads {
				apart.Reads = []ObjID{x.ID(), y.ID()}
			}
			w.Always(apart)
			tasks(w, func(t *Task) { x.Store(t, 1) }, func(t *Task) { y.Store(t, 1) })
		}
	}
	for _, reads := range []bool{false, true} {
		p := program("apart", setup(reads))
		r := exploreCache(t, p, Options{Preemptions: -1})
		if findings(r) != "property apart" || r.Unreduced != nil {
			t.Errorf("reads %v: %s, unreduced %v", reads, findings(r), r.Unreduced)
		}
	}
	anew := Program{Name: "apart", Setup: setup(false)}
	if r := exploreCache(t, &anew, Options{Preemptions: -1}); !slices.Equal(r.Unreduced, []string{"apart"}) {
		t.Errorf("unreduced %v", r.Unreduced)
	}
}
