package sched

import (
	"math"
	"testing"
)

// samples returns the schedules of n random executions.
func samples(t *testing.T, p *Program, seed uint64, n int64) ([]string, uint64) {
	t.Helper()
	var list []string
	r := explore(t, p, Options{Strategy: "random", Seed: seed, Executions: n, All: true, Shrink: -1,
		After: func(r *Result) { list = append(list, r.Schedule().String()) }})
	if r.Executions != n || len(r.Findings) == 0 && r.Verdict != Sampled {
		t.Fatalf("%s: %d executions, %v", p.Name, r.Executions, r.Verdict)
	}
	return list, r.Hash
}

// A seed determines the executions, and they have its hash; execution i does not
// depend on how many there are.
func TestRandomIsDeterminedByItsSeed(t *testing.T) {
	for _, p := range suite() {
		a, h := samples(t, p, 1, 40)
		b, h2 := samples(t, p, 1, 40)
		few, h3 := samples(t, p, 1, 10)
		other, h4 := samples(t, p, 2, 40)
		same := true
		for i := range a {
			if a[i] != b[i] || i < len(few) && a[i] != few[i] {
				t.Errorf("%s: execution %d is %s, %s", p.Name, i, a[i], b[i])
			}
			same = same && a[i] == other[i]
		}
		if h != h2 || h == h3 || same != (h == h4) {
			t.Errorf("%s: hashes %x %x, of fewer %x, of another seed %x", p.Name, h, h2, h3, h4)
		}
	}
}

// Each decision is uniform over what is possible: the counts of all outcomes of
// independent decisions are within five standard deviations.
func TestRandomIsUniform(t *testing.T) {
	const n = 30_000
	for _, c := range []struct {
		p    *Program
		prob map[string]float64
	}{
		{independent(1, 1, 1), map[string]float64{"abc": 1. / 6, "acb": 1. / 6, "bac": 1. / 6, "bca": 1. / 6, "cab": 1. / 6, "cba": 1. / 6}},
		{independent(2, 1), map[string]float64{"a2b": 1. / 4, "aba": 1. / 4, "ba2": 1. / 2}}, // not over interleavings
		{program("choose", func(w *World) { w.Go("A", func(t *Task) { t.Choose("v", 5) }) }),
			map[string]float64{"a=0": .2, "a=1": .2, "a=2": .2, "a=3": .2, "a=4": .2}},
	} {
		list, _ := samples(t, c.p, 3, n)
		count := map[string]float64{}
		for _, s := range list {
			count[s]++
		}
		for s, p := range c.prob {
			if d := math.Abs(count[s] - n*p); d > 5*math.Sqrt(n*p*(1-p)) {
				t.Errorf("%s: %s comes %.0f times of %d, want about %.0f", c.p.Name, s, count[s], n, n*p)
			}
			delete(count, s)
		}
		if len(count) > 0 {
			t.Errorf("%s: also %v", c.p.Name, count)
		}
	}
}

// Tasks that are made in another order than before are the same tasks, and a
// schedule names them so that a new world understands it.
func TestTasksMadeInAnotherOrder(t *testing.T) {
	names := func(r *Result) (list []string) {
		for i := range r.Log {
			list = append(list, r.w.tasks[r.Log[i].Task].name)
		}
		return list
	}
	p := program("crossed spawn", crossedSpawn)
	index := map[string]int{}
	renumbered := 0
	explore(t, p, Options{Preemptions: -1, Shrink: -1, After: func(r *Result) {
		for _, u := range r.w.created {
			if i, ok := index[u.name]; ok && i != u.index {
				t.Errorf("%s was task %d, is %d", u.name, i, u.index)
			}
			index[u.name] = u.index
		}
		if r.w.x.renumbered {
			renumbered++
		}
		s := r.Schedule()
		tr, err := Replay(p, s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range names(r) {
			if got := tr.Tasks[tr.Steps[i].Task]; got != name {
				t.Errorf("%v: step %d by %s, in the replay by %s", s, i, name, got)
			}
		}
	}})
	// Half of the executions make the second task's child first.
	if renumbered != 3 {
		t.Errorf("%d executions make tasks in another order than the first", renumbered)
	}
}

// A random execution does not depend on the order in which earlier executions
// made their tasks.
func TestRandomDoesNotDependOnEarlierTasks(t *testing.T) {
	p := program("crossed spawn", crossedSpawn)
	all, _ := samples(t, p, 5, 60)
	for i, want := range all {
		s := newRandom(&Options{Seed: 5})
		for range i { // executions that are skipped
			s.Next(nil)
		}
		var got string
		x := newEngine(p, &atMost{s, 1}, newSymmetric())
		x.after = func(r *Result) { got = r.Schedule().String() }
		if err := x.run(); err != nil || got != want {
			t.Errorf("execution %d alone is %s, %v; it was %s", i, got, err, want)
		}
	}
}
