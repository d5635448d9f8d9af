package sched

import (
	"fmt"
	"math"
	"testing"
)

// critical returns about the value that a chi-square statistic of so many
// degrees of freedom exceeds with probability 1/10,000 (Wilson and Hilferty,
// The distribution of chi-square, 1931).
func critical(degrees int) float64 {
	const z = 3.719
	v := 2 / (9 * float64(degrees))
	return float64(degrees) * math.Pow(1-v+z*math.Sqrt(v), 3)
}

// chiSquare returns the statistic of counts against probabilities, which have
// the same keys.
func chiSquare(t *testing.T, counts map[string]int, p map[string]float64) (x float64) {
	t.Helper()
	n := 0
	for key, c := range counts {
		if _, ok := p[key]; !ok {
			t.Fatalf("%s is not possible", key)
		}
		n += c
	}
	for key, p := range p {
		want := p * float64(n)
		x += (float64(counts[key]) - want) * (float64(counts[key]) - want) / want
	}
	return x
}

// interleavings returns those of a program, by their tasks, as equally likely.
func interleavings(t *testing.T, p *Program) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	explore(t, p, Options{Preemptions: -1, After: func(r *Result) { all[taskText(r.Log)] = 0 }})
	for key := range all {
		all[key] = 1 / float64(len(all))
	}
	return all
}

func taskText(log []Step) string {
	var b []byte
	for i := range log {
		b = append(b, byte('a'+log[i].Task))
	}
	return string(b)
}

// sampleOf counts the interleavings of so many executions after the first 16.
func sampleOf(t *testing.T, strategy string, p *Program, n int, key func(r *Result) string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	made := 0
	explore(t, p, Options{Strategy: strategy, Preemptions: -1, Seed: 7, Executions: int64(n + profileRuns), After: func(r *Result) {
		if made++; made > profileRuns {
			counts[key(r)]++
		}
	}})
	return counts
}

// forests are programs in which no task waits.
func forests() []*Program {
	loads := func(x *Word, n int) func(t *Task) {
		return func(t *Task) {
			for range n {
				x.Load(t)
			}
		}
	}
	return []*Program{
		independent(1, 1), independent(3, 3), independent(1, 5), independent(2, 2, 2), independent(1, 2, 4), independent(1, 1, 1, 1),
		lostUpdate(2, 1), readers(4),
		program("spawn one", func(w *World) {
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				x.Load(t)
				t.Go("U", loads(x, 3))
				x.Load(t)
			}, loads(x, 2))
		}),
		program("spawn in spawn", func(w *World) {
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				t.Go("U", func(t *Task) {
					t.Go("V", loads(x, 2))
					x.Load(t)
				})
				x.Load(t)
			}, func(t *Task) {
				x.Load(t)
				t.Go("W", loads(x, 1))
			})
		}),
		program("choices", func(w *World) { // the value of a data choice does not matter
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) { t.Choose("c", 3); x.Load(t) }, loads(x, 3))
		}),
	}
}

// Where no task waits, urw makes all interleavings equally likely. A random walk
// does not, which shows that the test can fail.
func TestURWIsUniform(t *testing.T) {
	skewed := 0
	for _, p := range forests() {
		want := interleavings(t, p)
		limit := critical(len(want) - 1)
		n := max(2000, 20*len(want))
		if x := chiSquare(t, sampleOf(t, "urw", p, n, func(r *Result) string { return taskText(r.Log) }), want); x > limit {
			t.Errorf("%s: chi-square %.1f, at most %.1f, %d interleavings", p.Name, x, limit, len(want))
		}
		if x := chiSquare(t, sampleOf(t, "random", p, n, func(r *Result) string { return taskText(r.Log) }), want); x > limit {
			skewed++
		}
	}
	if skewed < 5 {
		t.Errorf("only %d programs show that a random walk is not uniform", skewed)
	}
}

// surwOn is surw that counts steps on one object only.
type surwOn struct {
	*surw
	obj  ObjID
	made int
}

func (s *surwOn) Next(r *Result) (Schedule, bool) {
	s.made++
	p, more := s.surw.Next(r)
	if s.made > profileRuns {
		s.chosen = &s.uses[s.index[s.obj]]
		s.weigh(s.chosen, &s.w)
		s.w.begin()
	}
	return p, more
}

// Every order of the steps that count for an object is equally likely.
func TestSURWIsUniform(t *testing.T) {
	two := program("two words", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		tasks(w, func(t *Task) { x.Add(t, 1); y.Add(t, 1); x.Add(t, 1) },
			func(t *Task) { y.Add(t, 1); y.Add(t, 1); x.Add(t, 1); t.Yield(); x.Add(t, 1) },
			func(t *Task) { x.Add(t, 1); t.Yield() })
	})
	spawn := program("spawned users", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		tasks(w, func(t *Task) {
			y.Add(t, 1)
			t.Go("U", func(t *Task) { y.Add(t, 1); x.Add(t, 1); x.Add(t, 1) })
			x.Add(t, 1)
		}, func(t *Task) { x.Add(t, 1); y.Add(t, 1) })
	})
	for _, c := range []struct {
		p      *Program
		obj    ObjID
		orders int
	}{
		{two, 1, 30},   // x: 5!/(2! 2! 1!)
		{two, 2, 3},    // y: 3!/(1! 2!)
		{spawn, 1, 12}, // x: 4!/(1! 2! 1!), all orders: U is made before A uses x
		{spawn, 2, 3},  // y: A before U, B anywhere
		{counter(3, 2), 1, 90},
		{heaplock(2, true), 1, 105}, // acquisitions: 7!/(2! 4! 1!)
		{heaplock(2, true), 2, 252}, // and two looks of B without the lock: 9!/(2! 6! 1!)
		{philosophers(3), 1, 2},
	} {
		counts := map[string]int{}
		s := &surwOn{surw: newSURW(&Options{Seed: 3}).(*surw), obj: c.obj}
		x := newEngine(c.p, &stopAfter{s, 16 + 100*c.orders}, newSymmetric())
		x.after = func(r *Result) {
			if s.made > profileRuns {
				counts[s.projection(r.Log)]++
			}
		}
		if err := x.run(); err != nil {
			t.Fatal(err)
		}
		want := map[string]float64{}
		for key := range counts {
			want[key] = 1 / float64(len(counts))
		}
		if len(counts) != c.orders {
			t.Errorf("%s, object %d: %d orders, want %d", c.p.Name, c.obj, len(counts), c.orders)
		}
		if x, limit := chiSquare(t, counts, want), critical(len(want)-1); x > limit {
			t.Errorf("%s, object %d: chi-square %.1f, at most %.1f", c.p.Name, c.obj, x, limit)
		}
	}
}

// stopAfter ends a search after so many executions.
type stopAfter struct {
	Strategy
	n int
}

func (s *stopAfter) Next(r *Result) (Schedule, bool) {
	s.n--
	p, more := s.Strategy.Next(r)
	return p, more && s.n >= 0
}

// projection is the tasks of the steps that count.
func (s *surwOn) projection(log []Step) string {
	var held [maxTasks]int8
	var b []byte
	for i := range log {
		st := &log[i]
		p := Pending{Kind: st.Kind, Obj: st.Obj}
		if held[st.Task] == 0 && s.counts(s.chosen, &p) {
			b = append(b, byte('a'+st.Task))
		}
		held[st.Task] += lockChange(st)
	}
	return string(b)
}

// The probabilities of partial order sampling, by hand. A and B each write x,
// then y. Say A is first on x, with probability 1/2. Its next step and that of B,
// which conflicts with it, get new priorities u and v. If u > v, A is first on y,
// too. Otherwise B moves, and its next step, with priority w, is first on y if
// w > u; as u is the smaller one of two, that is so with probability 2/3.
func TestPOSProbabilities(t *testing.T) {
	p := program("two words", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		both := func(t *Task) { x.Store(t, 1); y.Store(t, 1) }
		tasks(w, both, both)
	})
	want := map[string]float64{"aa": 1. / 3, "ab": 1. / 6, "ba": 1. / 6, "bb": 1. / 3}
	counts := sampleOf(t, "pos", p, 6000, func(r *Result) string {
		first := map[ObjID]byte{}
		for i := len(r.Log) - 1; i >= 0; i-- {
			first[r.Log[i].Obj] = byte('a' + r.Log[i].Task)
		}
		return fmt.Sprintf("%c%c", first[1], first[2])
	})
	if x, limit := chiSquare(t, counts, want), critical(3); x > limit {
		t.Errorf("chi-square %.1f, at most %.1f: %v", x, limit, counts)
	}
	// If only steps of its own task got new priorities, it would be these.
	basic := map[string]float64{"aa": 3. / 8, "ab": 1. / 8, "ba": 1. / 8, "bb": 3. / 8}
	if x := chiSquare(t, counts, basic); x < critical(3) {
		t.Errorf("chi-square %.1f of the probabilities without conflicts", x)
	}
}
