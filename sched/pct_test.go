package sched

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"testing"
)

// everyPCT is pct with all of its random choices made in turn: the order of the
// n tasks, and d-1 different ones of k decisions in every order.
type everyPCT struct {
	pct
	n, k int
	at   int
}

func (s *everyPCT) choices() int {
	total := 1
	for i := 2; i <= s.n; i++ {
		total *= i
	}
	for i := range s.depth - 1 {
		total *= s.k - i
	}
	return total
}

func (s *everyPCT) Next(*Result) (Schedule, bool) {
	if s.at == s.choices() {
		return nil, false
	}
	x := s.at
	s.at++
	s.length, s.decisions, s.lowered, s.low = s.k, 0, 0, 0
	s.known = 1<<uint(s.n) - 1
	var order []int
	for i := range s.n {
		order = slices.Insert(order, x%(i+1), i)
		x /= i + 1
	}
	for p, t := range order {
		s.priority[t] = int64(1000 + p)
	}
	s.changes = s.changes[:0]
	free := make([]int, s.k)
	for i := range free {
		free[i] = i + 1
	}
	for level := 1; level < s.depth; level++ {
		i := x % len(free)
		x /= len(free)
		s.changes = append(s.changes, change{at: free[i], level: int64(level)})
		free = slices.Delete(free, i, i+1)
	}
	slices.SortFunc(s.changes, func(a, b change) int { return a.at - b.at })
	return nil, true
}

// orders are executions by the places of their steps: those of step j of task i.
type stepOrders struct {
	places [][]int // by execution: place of each step, -1: not made
}

func (o *stepOrders) add(r *Result) {
	row := slices.Repeat([]int{-1}, 64)
	var made [maxTasks]int
	for i := range r.Log {
		t := r.Log[i].Task
		row[int(t)*8+made[t]] = i
		made[t]++
	}
	o.places = append(o.places, row)
}

// before returns the set of the executions in which step a comes before step b.
func (o *stepOrders) before(a, b int) []uint64 {
	set := make([]uint64, len(o.places)/64+1)
	for i, row := range o.places {
		if row[a] >= 0 && row[b] >= 0 && row[a] < row[b] {
			set[i/64] |= 1 << uint(i%64)
		}
	}
	return set
}

// all returns the number of elements that are in all sets.
func all(sets [][]uint64) (n int) {
	for i := range sets[0] {
		x := ^uint64(0)
		for _, s := range sets {
			x &= s[i]
		}
		n += bits.OnesCount64(x)
	}
	return n
}

// pctPrograms have at most 8 tasks and 8 steps of each.
func pctPrograms() []*Program {
	return []*Program{
		independent(3, 3, 3), independent(2, 4), independent(2, 2, 2, 1), philosophers(2), counter(3, 1),
		program("waiting", func(w *World) {
			m, x := NewMutex(w, "m"), NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				m.Lock(t)
				x.Store(t, 1)
				m.Unlock(t)
			}, func(t *Task) {
				x.Await(t, Eq, 1)
				x.Load(t)
			}, func(t *Task) {
				x.Load(t)
				m.Lock(t)
				m.Unlock(t)
			})
		}),
		program("spawning", func(w *World) {
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				u := t.Go("U", func(t *Task) { x.Load(t); x.Load(t) })
				x.Load(t)
				t.Join(u)
			}, func(t *Task) { x.Load(t); x.Load(t) })
		}),
	}
}

// TestPCTBound checks the theorem of the paper on every set of d ordering
// constraints that some execution meets: at least 1 of n k^(d-1) of all random
// choices meets them. Where tasks wait, some sets imply a further constraint.
func TestPCTBound(t *testing.T) {
	for _, p := range pctPrograms() {
		implied := 0
		if p.Name == "waiting" {
			implied = 1
		}
		for d := 1; d <= 3; d++ {
			c := newConstraints(t, p, d+implied)
			c.forSets(d, func(set []int, met int) {
				if float64(met)*c.bound() < float64(len(c.sampled.places)) {
					t.Errorf("%s, depth %d: %s are met by %d of %d choices, n=%d k=%d", p.Name, d+implied,
						c.text(set), met, len(c.sampled.places), c.n, c.k)
				}
			})
			if len(c.pairs) == 0 {
				t.Errorf("%s: no constraints", p.Name)
			}
		}
	}
}

// The check of the bound can fail: fewer lowered priorities do not do.
func TestPCTBoundFails(t *testing.T) {
	for d := 2; d <= 3; d++ {
		c := newConstraints(t, independent(3, 3, 3), d-1)
		missed := 0
		c.forSets(d, func(_ []int, met int) {
			if met == 0 {
				missed++
			}
		})
		if missed == 0 {
			t.Errorf("depth %d shows all sets of %d constraints", d-1, d)
		}
	}
}

// constraints are the ordered pairs of steps of different tasks that some
// execution of a program has, and what the choices of pct make of them.
type constraints struct {
	depth, n, k int
	pairs       [][2]int
	can, did    [][]uint64 // by pair: in which executions, in which choices it is met
	sampled     stepOrders
}

func newConstraints(t *testing.T, p *Program, depth int) *constraints {
	t.Helper()
	c := &constraints{depth: depth}
	var possible stepOrders
	r := explore(t, p, Options{Preemptions: -1, All: true, Shrink: -1, After: func(r *Result) {
		c.n = max(c.n, len(r.w.created))
		possible.add(r)
	}})
	c.k = r.MaxSteps + depth
	for range 2 { // with too many decisions, to find out how many there are, and with them
		c.sampled = stepOrders{}
		c.k = c.every(t, p)
	}
	for a := range c.n * 8 {
		for b := range c.n * 8 {
			if set := possible.before(a, b); a/8 != b/8 && all([][]uint64{set}) > 0 {
				c.pairs = append(c.pairs, [2]int{a, b})
				c.can, c.did = append(c.can, set), append(c.did, c.sampled.before(a, b))
			}
		}
	}
	return c
}

// every runs all choices and returns the largest number of decisions.
func (c *constraints) every(t *testing.T, p *Program) (most int) {
	t.Helper()
	s := &everyPCT{pct: pct{depth: c.depth}, n: c.n, k: c.k}
	x := newEngine(p, s, newSymmetric())
	x.after = func(r *Result) {
		c.sampled.add(r)
		most = max(most, s.decisions-s.lowered+c.depth-1)
	}
	if err := x.run(); err != nil {
		t.Fatal(err)
	}
	return max(most, 1)
}

func (c *constraints) bound() float64 {
	return float64(c.n) * math.Pow(float64(c.k), float64(c.depth-1))
}

func (c *constraints) text(set []int) string {
	var b strings.Builder
	for _, i := range set {
		p := c.pairs[i]
		fmt.Fprintf(&b, " %d.%d<%d.%d", p[0]/8, p[0]%8, p[1]/8, p[1]%8)
	}
	return b.String()[1:]
}

// forSets calls check for every set of d constraints that an execution meets
// all of, with the number of choices that do.
func (c *constraints) forSets(d int, check func(set []int, met int)) {
	set := make([]int, d)
	can, did := make([][]uint64, d), make([][]uint64, d)
	for i := 0; i >= 0; {
		if set[i] == len(c.pairs) {
			if i--; i >= 0 {
				set[i]++
			}
			continue
		}
		can[i], did[i] = c.can[set[i]], c.did[set[i]]
		switch {
		case all(can[:i+1]) == 0:
			set[i]++
		case i == d-1:
			check(set, all(did))
			set[i]++
		default:
			set[i+1] = set[i] + 1
			i++
		}
	}
}

// The bound, by hand. Four tasks of one step make three decisions, and lowering
// a priority is another: a bug of depth 2 is found with probability 1/16. The
// first execution, without an estimate of the length, does not count.
func TestPCTNotes(t *testing.T) {
	for _, c := range []struct {
		strategy string
		setup    func(w *World)
		n        int64
		want     string
	}{
		{"pct/2", independent(1, 1, 1, 1).Setup, 12, // (15/16)^11
			"a bug of depth 2 was missed with probability at most 0.492: n=4 tasks, k=4 decisions, 11 executions"},
		{"pct/1", independent(1, 1).Setup, 40,
			"a bug of depth 1 was missed with probability at most 1.82e-12: n=2 tasks, k=1 decisions, 39 executions"},
		{"pct/1", independent(1, 1).Setup, 41,
			"a bug of depth 1 was missed with probability below 1e-12: n=2 tasks, k=1 decisions, 40 executions"},
		{"pct", independent(1, 1).Setup, 1, "no bound for bugs of depth 3: too few executions"},
		{"pct", func(w *World) { tasks(w, (*Task).Yield, (*Task).Yield) }, 10, "no bound for bugs of depth 3: tasks yield or spin"},
		{"pct/2", func(w *World) {
			choose := func(t *Task) { t.Choose("c", 2) }
			tasks(w, choose, choose)
		}, 4, "a bug of depth 2 was missed with probability at most 0.422: n=2 tasks, k=2 decisions, 3 executions; " +
			"it is about the order of steps, not about data choices"},
	} {
		r := explore(t, program("p", c.setup), Options{Strategy: c.strategy, Preemptions: -1, Executions: c.n})
		if len(r.Notes) != 1 || r.Notes[0] != c.want {
			t.Errorf("%s: %q, want %q", c.strategy, r.Notes, c.want)
		}
	}
}

func TestPCTNames(t *testing.T) {
	for name, want := range map[string]string{
		"pct/1": "", "pct/64": "",
		"pct/":    `strategy "pct/": the depth is "", not a number from 1 to 64`,
		"pct/0":   `strategy "pct/0": the depth is "0", not a number from 1 to 64`,
		"pct/65":  `strategy "pct/65": the depth is "65", not a number from 1 to 64`,
		"pct/03":  `strategy "pct/03": the depth is "03", not a number from 1 to 64`,
		"pct/3/4": `strategy "pct/3/4": the depth is "3/4", not a number from 1 to 64`,
		"pos/3":   `unknown strategy "pos/3"`,
		"":        "",
	} {
		e, err := LookupStrategy(name)
		switch {
		case want == "" && (err != nil || e.Name != name && name != "" || e.Doc == ""):
			t.Errorf("%q: %v, %v", name, e, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}
