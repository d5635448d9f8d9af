package sched

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// sampling returns the names of the strategies that sample.
func sampling() (names []string) {
	for _, s := range Strategies() {
		if s.Kind == Sampling {
			names = append(names, s.Name)
		}
	}
	return append(names, "pct/1", "pct/5")
}

// schedules returns those of a sample, as text.
func schedules(t *testing.T, p *Program, o Options) (all []string, r *Report) {
	t.Helper()
	o.Preemptions, o.Shrink, o.All = -1, -1, true
	o.After = func(r *Result) { all = append(all, fmt.Sprint(r.Schedule())) }
	r = explore(t, p, o)
	return all, r
}

// A sample depends on its seed alone: not on its size, on what else is asked
// for, or on how tasks switch. Another seed gives another one.
func TestSamplesRepeat(t *testing.T) {
	for _, name := range sampling() {
		for _, p := range []*Program{heaplock(2, false), program("crossed spawn", crossedSpawn), program("choices", func(w *World) {
			x := NewWord(w, "x", 0)
			pick := func(t *Task) {
				x.Add(t, uint64(t.Choose("c", 5)))
				t.Yield()
				x.Load(t)
			}
			tasks(w, pick, pick, pick)
		})} {
			o := Options{Strategy: name, Seed: 11, Executions: 150}
			all, r := schedules(t, p, o)
			o.Recheck, o.Driven, o.Classes = 7, true, 10
			again, r2 := schedules(t, p, o)
			if !slices.Equal(all, again) || r.Hash != r2.Hash {
				t.Errorf("%s, %s: a second sample is different", name, p.Name)
			}
			o.Executions = 70
			if some, r3 := schedules(t, p, o); !slices.Equal(all[:70], some) || r3.Hash == r.Hash {
				t.Errorf("%s, %s: a smaller sample is not the beginning of a larger one", name, p.Name)
			}
			o.Seed, o.Executions = 12, 150
			if other, r4 := schedules(t, p, o); slices.Equal(all, other) || r4.Hash == r.Hash {
				t.Errorf("%s, %s: another seed gives the same sample", name, p.Name)
			}
		}
	}
}

// What strategies learn from executions outside the profile does not matter:
// any worker that runs the profile can go on anywhere.
func TestSamplesNeedTheProfileOnly(t *testing.T) {
	for i, want := range map[uint64]bool{0: true, 15: true, 16: true, 31: true, 32: false, 47: false, 48: true, 63: true,
		64: false, 111: false, 112: true, 4095: true, 4096: false} {
		if profiled(i) != want {
			t.Errorf("execution %d is in the profile: %v", i, !want)
		}
	}
	p := heaplock(3, true)
	for _, name := range sampling() {
		if name == "portfolio" {
			continue // its members have their own profiles
		}
		all, _ := schedules(t, p, Options{Strategy: name, Seed: 3, Executions: 300})
		e, err := LookupStrategy(name)
		if err != nil {
			t.Fatal(err)
		}
		s := &profileOnly{sampler: e.make(&Options{Seed: 3}).(sampler), to: 256, end: 300}
		var some []string
		x := newEngine(p, s, newSymmetric())
		x.after = func(r *Result) {
			if s.made > 256 {
				some = append(some, fmt.Sprint(r.Schedule()))
			}
		}
		if err := x.run(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(all[256:], some) {
			t.Errorf("%s: without the executions outside the profile, those from 256 on are different", name)
		}
	}
}

// profileOnly leaves out the executions before number to that are not in the
// profile.
type profileOnly struct {
	sampler
	made, to, end uint64
}

func (s *profileOnly) Next(r *Result) (Schedule, bool) {
	if r != nil {
		s.learn(r)
	}
	s.begin()
	for s.made++; s.made <= s.to && !profiled(s.made-1); s.made++ {
		s.begin()
	}
	return nil, s.made <= s.end
}

// buggy are small programs with a bug, and what finds it.
func buggy() map[string]*Program {
	late := program("late", func(w *World) { // depth 3: B in A's window, and A in B's
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		tasks(w, func(t *Task) {
			x.Store(t, 1)
			for range 4 {
				t.Syscall("s")
			}
			if y.Load(t) == 1 {
				t.Fail(Violation{Kind: KindAssertion, Site: "late"})
			}
			x.Store(t, 2)
		}, func(t *Task) {
			for range 3 {
				t.Syscall("s")
			}
			if x.Load(t) == 1 {
				y.Store(t, 1)
				y.Store(t, 0)
			}
		})
	})
	return map[string]*Program{"lost": lostUpdate(3, 0), "philosophers": philosophers(3), "heaplock": heaplock(3, false), "late": late,
		"wakeup": program("wakeup", lostWakeup(false))}
}

// Every strategy finds each of the bugs, with each of ten seeds, among so many
// executions.
func TestSamplesFindBugs(t *testing.T) {
	most := map[string]int64{"lost": 8, "philosophers": 200, "heaplock": 60, "late": 200, "wakeup": 20}
	for _, name := range sampling() {
		if name == "pct/1" {
			continue
		}
		for bug, p := range buggy() {
			var worst int64
			for seed := range uint64(10) {
				r := explore(t, p, Options{Strategy: name, Preemptions: -1, Seed: seed, Executions: 10_000, Shrink: -1})
				if r.Verdict != Violated {
					t.Errorf("%s, seed %d: %s not found", name, seed, bug)
				}
				worst = max(worst, r.Executions)
			}
			if worst > most[bug] {
				t.Errorf("%s: %s found in %d executions at worst, want %d", name, bug, worst, most[bug])
			}
		}
	}
}

// No bug of depth 2 is shown by priorities that are never lowered.
func TestDepthOne(t *testing.T) {
	for bug, p := range buggy() {
		if bug == "wakeup" {
			continue // its depth is 1: the signal comes first
		}
		if r := explore(t, p, Options{Strategy: "pct/1", Preemptions: -1, Executions: 500}); r.Verdict != Sampled {
			t.Errorf("%s was found in execution %d", bug, r.Executions)
		}
	}
}

// A portfolio shares its executions evenly, each member runs as it would alone,
// and it says who did what.
func TestPortfolio(t *testing.T) {
	p := heaplock(2, true)
	all, r := schedules(t, p, Options{Strategy: "portfolio", Seed: 4, Executions: 103})
	for i, name := range []string{"random", "pct", "pos", "urw", "surw"} {
		var own []string
		for j := i; j < len(all); j += 5 {
			own = append(own, all[j])
		}
		n := int64(20)
		if i < 3 {
			n = 21
		}
		alone, _ := schedules(t, p, Options{Strategy: name, Seed: 4 + uint64(i)*portfolioSeed, Executions: n})
		if !slices.Equal(own, alone) {
			t.Errorf("%s does something else than alone", name)
		}
	}
	const shares = "executions: random 21, pct 21, pos 21, urw 20, surw 20"
	if len(r.Notes) != 2 || r.Notes[0] != shares || !strings.HasPrefix(r.Notes[1], "pct: a bug of depth 3 was missed") {
		t.Errorf("notes %q", r.Notes)
	}
	r = explore(t, heaplock(3, false), Options{Strategy: "portfolio", Preemptions: -1, Executions: 100})
	f := &r.Findings[0]
	name := []string{"random", "pct", "pos", "urw", "surw"}[(f.At-1)%5]
	if want := fmt.Sprintf("assertion B/scavenged was found by %s, in execution %d", name, f.At); r.Notes[len(r.Notes)-1] != want {
		t.Errorf("notes %q, want %q at last", r.Notes, want)
	}
}

// A sample twice as large allocates hardly more.
func TestSamplesAllocateNothing(t *testing.T) {
	for _, name := range sampling() {
		var allocs [2]uint64
		more := func() bool { return allocs[1] > allocs[0]+50 }
		for try := 0; try == 0 || more() && try < 20; try++ { // the runtime itself allocates at times
			for i := range allocs {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				explore(t, heaplock(2, true), Options{Strategy: name, Preemptions: -1, Executions: int64(3000 * (i + 1)), Recheck: -1, Classes: 1 << 20})
				runtime.ReadMemStats(&after)
				allocs[i] = after.Mallocs - before.Mallocs
			}
		}
		if more() {
			t.Errorf("%s: %d allocations, %d for twice as many executions", name, allocs[0], allocs[1])
		}
	}
}
