package sched

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// touch is an access to a cell, made after the step number at.
type touch struct {
	task, cell, at int
	write          bool
}

// racyProgram is a random program on two mutexes (one of readers and writers),
// two words and two cells, which are accessed with and without locks, by two or
// three tasks and one that they may start. It notes the accesses in touches, unless
// that is nil, as it must be where several workers run the program.
func racyProgram(seed uint64, touches *[]touch) *Program {
	rnd := rand.New(rand.NewPCG(seed, 0))
	bodies := make([][]int, 3)
	for i := range bodies {
		for range 1 + rnd.IntN(4) {
			bodies[i] = append(bodies[i], rnd.IntN(17))
		}
	}
	n := 2 + rnd.IntN(2)
	return &Program{Name: fmt.Sprint("racy ", seed), Reusable: seed%2 == 0, Setup: func(w *World) {
		m, rw := NewMutex(w, "m"), NewRWMutex(w, "rw")
		words := []*Word{NewWord(w, "x", 0), NewWord(w, "y", 0)}
		cells := []*Cell{new(Cell), new(Cell)}
		for i, c := range cells {
			c.Init(w, fmt.Sprint("c", i), nil)
		}
		w.OnStart(func() {
			if touches != nil {
				*touches = (*touches)[:0]
			}
		})
		access := func(t *Task, cell int, write bool) {
			if touches != nil {
				*touches = append(*touches, touch{t.ID(), cell, w.Now() - 1, write})
			}
			if write {
				cells[cell].Write(t)
			} else {
				cells[cell].Read(t)
			}
		}
		started := NewWord(w, "started", 0)
		var child *Task // of T0; others know of it by started
		var run func(t *Task, ops []int)
		run = func(t *Task, ops []int) {
			for _, op := range ops {
				racyStep(t, op, m, rw, words, func(cell int, write bool) { access(t, cell, write) })
				switch {
				case op == 15 && t.ID() == 0 && child == nil:
					child = t.Go("child", func(t *Task) { run(t, bodies[2]) })
					started.Store(t, 1)
				case op == 16 && t.parent == nil && started.Load(t) == 1:
					t.Join(child)
				}
			}
		}
		Save(w, &child)
		for i := range n {
			w.Go(fmt.Sprint("T", i), func(t *Task) {
				t.Yield() // child must not be looked at before the first operation
				run(t, bodies[i])
			})
		}
	}}
}

// racyStep does one of the things that tasks of a racy program do.
func racyStep(t *Task, op int, m *Mutex, rw *RWMutex, words []*Word, access func(cell int, write bool)) {
	word := words[op&1]
	switch op {
	case 0, 1:
		m.Lock(t)
		access(op, true)
		m.Unlock(t)
	case 2:
		rw.Lock(t)
		access(1, true)
		rw.Unlock(t)
	case 3:
		rw.RLock(t)
		access(1, false)
		rw.RUnlock(t)
	case 4, 5:
		access(op&1, op == 4)
	case 6, 7:
		word.Store(t, 1)
	case 8, 9:
		if word.Load(t) != 0 {
			access(op&1, false)
		}
	case 10:
		word.Add(t, 1)
	case 11, 14:
		word.Inc(t, 1)
	case 12:
		word.CAS(t, 1, 2)
	case 13:
		if m.TryLock(t) {
			access(0, false)
			m.Unlock(t)
		}
	}
}

// ordered computes happens-before between the steps of a log by definition: an
// edge for each pair of steps that synchronises, closed transitively.
func ordered(log []Step) [][]bool {
	before := make([][]bool, len(log))
	for j := range log {
		before[j] = make([]bool, len(log)) // before[j][i]: i happens before j, or is j
		before[j][j] = true
		for i := j - 1; i >= 0; i-- {
			if before[j][i] || !synchronises(log, i, j) {
				continue
			}
			for k := range i + 1 {
				before[j][k] = before[j][k] || before[i][k]
			}
		}
	}
	return before
}

func synchronises(log []Step, i, j int) bool {
	a, b := &log[i], &log[j]
	switch {
	case a.Task == b.Task:
		return true
	case a.Kind == OpSpawn && a.Obj == joinObjects<<objCreatorShift|ObjID(b.Task):
		return true
	case b.Kind == OpJoin && b.Obj == joinObjects<<objCreatorShift|ObjID(a.Task):
		return true
	case a.Obj != b.Obj || !a.OK && a.Kind != OpCAS:
		return false
	}
	switch b.Kind {
	case OpLock, OpTryLock:
		return a.Kind == OpUnlock && b.OK
	case OpRLock:
		return a.Kind == OpWUnlock
	case OpWLock:
		return a.Kind == OpWUnlock || a.Kind == OpRUnlock
	case OpLoad, OpAdd, OpCAS: // they see a, or what was made of it
		if a.Kind == OpLoad || a.Kind == OpCAS && !a.OK {
			return false
		}
		for k := i + 1; k < j; k++ {
			if log[k].Obj == a.Obj && log[k].Kind == OpStore {
				return false
			}
		}
		return true
	}
	return false
}

// firstRace returns the first access that is not ordered after an earlier one
// that it conflicts with, or -1.
func firstRace(log []Step, touches []touch) int {
	before := ordered(log)
	for j, b := range touches {
		for _, a := range touches[:j] {
			if a.cell != b.cell || a.task == b.task || !a.write && !b.write {
				continue
			}
			next := a.at + 1 // the step with which a's task makes its access known: its next one, or a join
			for next < len(log) && int(log[next].Task) != a.task && (log[next].Kind != OpJoin || log[next].Obj&0xff != ObjID(a.task)) {
				next++
			}
			if next >= len(log) || b.at < next || !before[b.at][next] {
				return j
			}
		}
	}
	return -1
}

// The vector clocks find the races that the definition has, and where.
func TestRacesAgainstDefinition(t *testing.T) {
	var touches []touch
	races, clean, executions := 0, 0, int64(0)
	for seed := range uint64(400) {
		p := racyProgram(seed, &touches)
		r := explore(t, p, Options{Strategy: "random", Executions: 60, Seed: seed, All: true, Recheck: -1, Shrink: -1, After: func(r *Result) {
			want := firstRace(r.Log, touches)
			switch {
			case len(r.Violations) == 0 && want < 0:
				clean++
			case len(r.Violations) == 0:
				t.Errorf("%s %v: no race, want one at access %d of %v", p.Name, r.Schedule(), want, touches)
			case want < 0:
				t.Errorf("%s %v: %v, want none; %v", p.Name, r.Schedule(), r.Violations[0], touches)
			default:
				races++
				v, b := r.Violations[0], touches[want]
				if v.Kind != KindRace || v.Site != fmt.Sprint("c", b.cell) || v.Step != b.at {
					t.Errorf("%s %v: %v at step %d, want access %d of %v", p.Name, r.Schedule(), v, v.Step, want, touches)
				}
			}
		}})
		if executions += r.Executions; t.Failed() {
			return
		}
	}
	if races < 1000 || clean < 1000 {
		t.Errorf("%d races and %d executions without: the programs are too alike", races, clean)
	}
}

// Incs commute: that one came first must not hide a race from those who look at
// one order only.
func TestIncOrdersNothingAfterIt(t *testing.T) {
	p := program("incs", withCell(false, func(t *Task, m *Mutex, x *Word, c *Cell) {
		t.Yield()
		c.Write(t)
		x.Inc(t, 1)
	}, func(t *Task, m *Mutex, x *Word, c *Cell) {
		x.Inc(t, 1)
		c.Write(t)
	}))
	orders := 0
	explore(t, p, Options{Preemptions: -1, All: true, Shrink: -1, After: func(r *Result) {
		orders++
		if len(r.Violations) != 1 || r.Violations[0].Kind != KindRace {
			t.Errorf("%v: %v, want a race", r.Schedule(), r.Violations)
		}
	}})
	if orders != 3 {
		t.Errorf("%d orders", orders)
	}
}

// A signal orders the end of the wait that it ends after it, and of no other.
func TestSignalOrdersItsWait(t *testing.T) {
	for _, woken := range []int{0, 1} {
		p := program("signals", func(w *World) {
			turn, c := NewWord(w, "turn", 0), NewCond(w, "c")
			var cell Cell
			cell.Init(w, "data", nil)
			for i := range 2 { // both wait, 0 first, each with a mutex of its own
				m := NewMutex(w, fmt.Sprint("m", i))
				w.Go(fmt.Sprint("wait", i), func(t *Task) {
					turn.Await(t, Eq, uint64(i))
					m.Lock(t)
					turn.Inc(t, 1)
					c.Wait(t, m)
					if i == woken {
						cell.Read(t)
					}
				})
			}
			for i := range 2 { // the signals follow each other without order
				w.Go(fmt.Sprint("signal", i), func(t *Task) {
					t.Yield()
					if c.Waiting() != 2-i || c.queue[0].Name() != fmt.Sprint("wait", i) {
						t.Fail(Violation{Kind: KindAssertion, Site: "out of order"})
					}
					if i == 0 {
						cell.Write(t)
					}
					c.Signal(t)
				})
			}
		})
		ends := map[string]int{}
		explore(t, p, Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1, After: func(r *Result) {
			switch {
			case len(r.Violations) == 0:
				ends["ok"]++
			case r.Violations[0].Kind == KindRace:
				ends["race"]++
			}
		}})
		if woken == 0 && (ends["race"] != 0 || ends["ok"] == 0) || woken == 1 && (ends["ok"] != 0 || ends["race"] == 0) {
			t.Errorf("wait%d after the write of signal0: %v", woken, ends)
		}
	}
}
