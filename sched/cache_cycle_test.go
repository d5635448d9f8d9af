package sched

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// automata is a program of tasks that go round for ever between a few places,
// and declare where they are: its states form cycles.
type automata struct {
	tasks  [][]place
	values uint64 // words count modulo it
}

// place is what a task does there, and where it goes then, by what it learns.
type place struct {
	op   OpKind
	word int
	n    uint64
	next [3]int // len of the task: it ends
}

func randomAutomata(seed uint64) *automata {
	rnd := rand.New(rand.NewPCG(seed, 2))
	a := &automata{values: 2 + rnd.Uint64N(2)}
	back := rnd.IntN(4) // how often tasks go elsewhere than to the next place
	finite := rnd.IntN(3) == 0
	for range 3 {
		places := make([]place, 2+rnd.IntN(6))
		for i := range places {
			p := place{word: rnd.IntN(2), n: rnd.Uint64N(a.values)}
			p.op = []OpKind{OpLoad, OpLoad, OpStore, OpStore, OpCAS, OpYield, OpTryLock, OpUnlock}[rnd.IntN(8)]
			for j := range p.next {
				p.next[j] = i + 1
				if rnd.IntN(4) < back {
					p.next[j] += rnd.IntN(2) * rnd.IntN(len(places))
				}
				switch {
				case finite || rnd.IntN(3) == 0:
					p.next[j] = min(p.next[j], len(places))
				default:
					p.next[j] %= len(places)
				}
			}
			places[i] = p
		}
		a.tasks = append(a.tasks, places)
	}
	return a
}

func (a *automata) program() *Program {
	return &Program{Name: "automata", Reusable: true, Setup: func(w *World) {
		words := [2]*Word{NewWord(w, "x", 0), NewWord(w, "y", 0)}
		m := NewMutex(w, "m")
		for i, places := range a.tasks {
			w.Go(fmt.Sprint("T", i), func(t *Task) {
				for at := 0; at < len(places); t.Live(uint64(at)) {
					at = places[at].step(t, words, m)
				}
			})
		}
	}}
}

func (p *place) step(t *Task, words [2]*Word, m *Mutex) int {
	x := words[p.word]
	learned := uint64(0)
	switch p.op {
	case OpLoad:
		learned = x.Load(t)
	case OpStore:
		x.Store(t, p.n)
	case OpCAS:
		if x.CAS(t, p.n, 1-p.n&1) {
			learned = 1
		}
	case OpYield:
		t.Yield()
	case OpTryLock:
		if m.TryLock(t) {
			learned = 1
		}
	case OpUnlock: // or a look at x if it does not hold m
		if m.HeldBy(t) {
			m.Unlock(t)
		} else {
			learned = x.Load(t)
		}
	}
	return p.next[learned]
}

// autoState is a state of automata: it is its own key.
type autoState struct {
	at     [3]int8 // place of each task
	moved  [3]bool // tasks that have not moved yet have declared nothing
	words  [2]uint64
	holder int8 // of the mutex, -1: nobody
}

// states counts the reachable states from which a task can move, and the ends.
// cyclic tells whether a way of states leads back to where it came from.
func (a *automata) states() (states, ends int, cyclic bool) {
	first := autoState{holder: -1}
	next := map[autoState][]autoState{first: nil}
	into := map[autoState]int{}
	for todo := []autoState{first}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for t, places := range a.tasks {
			if int(s.at[t]) == len(places) {
				continue
			}
			to := places[s.at[t]].move(s, int8(t))
			if _, seen := next[to]; !seen {
				next[to] = nil
				todo = append(todo, to)
			}
			next[s] = append(next[s], to)
			into[to]++
		}
		if len(next[s]) == 0 {
			ends++
		}
	}
	left := len(next) // take away what nothing leads to, for as long as there is something
	free := []autoState{first}
	for ; len(free) > 0 && into[free[0]] == 0; free = free[1:] {
		left--
		for _, to := range next[free[0]] {
			if into[to]--; into[to] == 0 {
				free = append(free, to)
			}
		}
	}
	return len(next) - ends, ends, left > 0
}

func (p *place) move(s autoState, t int8) autoState {
	x := &s.words[p.word]
	learned := uint64(0)
	switch p.op {
	case OpLoad:
		learned = *x
	case OpStore:
		*x = p.n
	case OpCAS:
		if *x == p.n {
			*x, learned = 1-p.n&1, 1
		}
	case OpTryLock:
		if s.holder < 0 {
			s.holder, learned = t, 1
		}
	case OpUnlock:
		if s.holder == t {
			s.holder = -1
		} else {
			learned = *x
		}
	}
	s.at[t], s.moved[t] = int8(p.next[learned]), true
	return s
}

// In a graph of states with cycles, all states and all ends are reached, and the
// verdict is not complete.
func compareAutomata(t *testing.T, seed uint64, faults cacheFault) (string, bool) {
	a := randomAutomata(seed)
	states, ends, cyclic := a.states()
	if states > 3000 {
		return "", false
	}
	seen := false
	r := faulty(t, a.program(), Options{Preemptions: -1, Recheck: -1, After: func(r *Result) {
		seen = seen || !r.Pruned && len(r.Violations) == 0
	}}, faults)
	want := Complete
	switch {
	case strings.HasPrefix(findings(r), KindLivelock.String()) && cyclic:
		want = Violated
	case cyclic:
		want = Bounded
	}
	if r.States != int64(states) || ends > 0 != seen || r.Verdict != want {
		return fmt.Sprintf("seed %d: %d states, want %d; an end %v, there are %d; cyclic %v, %v %s", seed, r.States, states, seen, ends,
			cyclic, r.Verdict, findings(r)), true
	}
	return "", true
}

// The automata are of all kinds.
func TestAutomataDiffer(t *testing.T) {
	kinds := map[string]int{}
	for seed := range uint64(120) {
		_, ends, cyclic := randomAutomata(seed).states()
		kinds[fmt.Sprintf("ends %v, cyclic %v", ends > 0, cyclic)]++
	}
	if len(kinds) != 3 || kinds["ends true, cyclic true"] == 0 {
		t.Error(kinds)
	}
}

// polite tasks make way for each other.
func polite(me, other *Word) func(t *Task) {
	return func(t *Task) {
		for t.Live(0); ; t.Live(0) {
			me.Store(t, 1)
			if t.Live(1); other.Load(t) == 0 {
				break
			}
			t.Live(2)
			me.Store(t, 0)
			t.Live(3)
			t.Yield()
		}
		t.Live(4)
		me.Store(t, 0)
	}
}

// livelocks are programs of tasks that declare their state, and the sites of
// their livelocks.
var livelocks = []struct {
	name  string
	setup func(w *World)
	site  string
}{
	{"a flag that nobody sets", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) {
			t.Yield()
			for t.Live(); x.Load(t) == 0; t.Live() {
				t.Yield()
			}
		}, func(t *Task) { t.Yield() })
	}, "x"},
	{"each waits for the other", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		wait := func(a, b *Word) func(t *Task) {
			return func(t *Task) {
				t.Yield()
				for t.Live(); a.Load(t) == 0; t.Live() {
					t.Yield()
				}
				b.Store(t, 1)
			}
		}
		tasks(w, wait(x, y), wait(y, x))
	}, "x"},
	{"each makes way for the other, and some schedules end", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		tasks(w, polite(x, y), polite(y, x))
	}, "x"},
}

// A livelock is found though no state is followed twice.
func compareLivelocks(t *testing.T, n uint64, faults cacheFault) (string, bool) {
	c := &livelocks[n]
	r := faulty(t, program(c.name, c.setup), Options{Preemptions: -1}, faults)
	if findings(r) != "livelock "+c.site {
		return fmt.Sprintf("%s: %v %s", c.name, r.Verdict, findings(r)), true
	}
	return "", true
}
