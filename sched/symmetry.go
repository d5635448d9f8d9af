package sched

import (
	"fmt"
	"math/bits"
)

// Symmetric declares that tasks of Setup are interchangeable: to exchange what
// two of them do in a schedule leads to an execution that differs only in which
// is which. They have the same body but for what tells them apart, what they
// share does not tell them apart before they have moved, and properties, goals
// and the sites of violations do not depend on which of them it was.
//
// A search with [Options.Symmetry] then lets them take turns in the order in which
// they are given. A task takes its turn with its first step or, where that leaves
// out more, with the first one that conflicts with its like, such as a lock or a
// store; see [Turns]. Every other schedule is one of these with tasks exchanged: so
// that those that have a turn come first, in its order. Nothing else is lost, and
// with n tasks in a group up to n! times fewer schedules are explored. Where a task
// whose turn it is never comes to it, an execution is abandoned, and counts as
// blocked.
//
// Strategy dpor treats the turn of a task as what enables that of the next. So it
// runs each class of equivalent schedules once that has one in which turns are taken
// in order, and no other. See [StrategyEntry.Symmetric] for who takes the option.
//
// The search believes the declaration, but for the kind of the first operation, and
// that in no state only some of those that have not begun can begin; it panics
// then. [Exchange] checks all of it. Symmetric panics if it is not called in Setup,
// or if a task is not one of Setup, is a daemon while another is not, or is in a
// group already.
func (w *World) Symmetric(tasks ...*Task) {
	if w.current != nil {
		panic("sched: Symmetric outside Setup")
	}
	var group uint64
	for _, t := range tasks {
		switch {
		case t.w != w || t.parent != nil:
			panic(fmt.Sprintf("sched: Symmetric of %s, which Setup did not declare", t.name))
		case t.daemon != tasks[0].daemon:
			panic(fmt.Sprintf("sched: Symmetric of %s and %s, of which one is a daemon", tasks[0].name, t.name))
		case (w.grouped()|group)&t.bit() != 0:
			panic(fmt.Sprintf("sched: Symmetric of %s twice", t.name))
		}
		group |= t.bit()
	}
	if group&(group-1) != 0 {
		w.groups = append(w.groups, group)
	}
}

// grouped returns the tasks of all groups.
func (w *World) grouped() uint64 {
	var all uint64
	for _, g := range w.groups {
		all |= g
	}
	return all
}

// Turns is the order in which a search by symmetry lets the tasks of a group go.
type Turns struct {
	Tasks []string
	// ByWrites says by which step it is the turn of a task: by its first one that
	// conflicts with its like, as a lock or a store does, not by its first one.
	// Tasks that make no such step have no turn.
	ByWrites bool
}

// listTurns returns the order of each group, nil if there is none.
func (x *engine) listTurns() []Turns {
	var list []Turns
	for i, g := range x.w.groups {
		t := Turns{ByWrites: x.byWrites>>uint(i)&1 != 0}
		for ; g != 0; g &= g - 1 {
			t.Tasks = append(t.Tasks, x.w.tasks[lowest(g)].name)
		}
		list = append(list, t)
	}
	return list
}

// refusesSymmetry is the error of a strategy that does not take
// [Options.Symmetry].
func (e *StrategyEntry) refusesSymmetry() error {
	if e.Chooses {
		return fmt.Errorf("strategy %s weighs searches without symmetry", e.Name)
	}
	return fmt.Errorf("strategy %s samples: symmetry would change how probable executions are", e.Name)
}

// turns returns w if tasks take turns in an order, else nil.
func (w *World) turns() *World {
	if w.x != nil && w.x.symmetry && len(w.groups) > 0 {
		return w
	}
	return nil
}

// takesTurn reports whether a task that has not done so takes its turn with an
// operation of kind k.
func (w *World) takesTurn(task int16, k OpKind) bool {
	if kindModes[k] == modeWrite {
		return true
	}
	for i, g := range w.groups {
		if g>>uint(task)&1 != 0 {
			return w.x.byWrites>>uint(i)&1 == 0
		}
	}
	return true
}

// ahead returns the task that has to take its turn just before task, -1 if there
// is none.
func (w *World) ahead(task int16) int {
	for _, g := range w.groups {
		if g>>uint(task)&1 != 0 {
			return bits.Len64(g&(1<<uint(task)-1)) - 1
		}
	}
	return -1
}

// outOfTurn returns the tasks that are not to move now, as it is not their turn.
// It panics if the state tells tasks apart of which none has moved: then they are
// not interchangeable, as no step that led to it was theirs.
func (x *engine) outOfTurn() uint64 {
	x.seeTurns()
	var set uint64
	for _, g := range x.w.groups {
		rest := g &^ x.moved
		if can := rest & x.enabled; can != 0 && can != rest {
			panic(fmt.Sprintf("sched: %s are declared symmetric, but only %s can begin", x.names(rest), x.names(can)))
		}
		left := g &^ x.took
		for wait := left & (left - 1) & x.enabled; wait != 0; wait &= wait - 1 {
			if t := x.w.tasks[lowest(wait)]; x.w.takesTurn(int16(t.index), t.pend.Kind) {
				set |= t.bit()
			}
		}
	}
	return set
}

// seeTurns enters the steps that are new in took.
func (x *engine) seeTurns() {
	for ; x.turned < len(x.log); x.turned++ {
		if s := &x.log[x.turned]; x.w.takesTurn(s.Task, s.Kind) {
			x.took |= 1 << uint(s.Task)
		}
	}
}

// tookByWrites returns the tasks that have taken their turn, of groups where that need
// not be the first step.
func (x *engine) tookByWrites() uint64 {
	var set uint64
	if x.byWrites != 0 {
		for i, g := range x.w.groups {
			if x.byWrites>>uint(i)&1 != 0 {
				set |= g
			}
		}
		x.seeTurns()
	}
	return set & x.took
}

// mostLearnt is the number of steps from which it is chosen how tasks take turns.
const mostLearnt = 10000

// findTurns chooses by which step the tasks of each group take turns: by the first
// that conflicts with its like if two of them come to one in the execution in which
// each task goes on as long as it can, else by the first of all.
func (s *search) findTurns() error {
	x := newEngine(s.p, &replay{}, newDriver(&s.o))
	x.stopAtFail, x.depth, x.done = !s.o.All, mostLearnt, s.ctx.Done()
	x.reduces, x.drain = s.entry.Reduces, s.o.Drain || s.entry.Reduces
	if err := x.run(); err != nil {
		return err
	}
	var writers uint64
	for i := range x.log {
		if kindModes[x.log[i].Kind] == modeWrite {
			writers |= 1 << uint(x.log[i].Task)
		}
	}
	for i, g := range x.w.groups {
		if bits.OnesCount64(g&writers) > 1 {
			s.byWrites |= 1 << uint(i)
		}
	}
	return nil
}

// turnBefore returns the event with which the task ahead of that of event i took
// its turn, if i is the turn of its task; otherwise -1.
func (h *causality) turnBefore(task int16, i int32) int32 {
	if h.turns == nil || h.turnOf[task] != i {
		return -1
	}
	if other := h.turns.ahead(task); other >= 0 {
		return h.turnOf[other]
	}
	return -1
}

// turnAhead is turnBefore for an operation of kind k that is pending.
func (h *causality) turnAhead(task int16, k OpKind) int32 {
	if h.turns == nil || h.turnOf[task] >= 0 || !h.turns.takesTurn(task, k) {
		return -1
	}
	if other := h.turns.ahead(task); other >= 0 {
		return h.turnOf[other]
	}
	return -1
}

// awaitsTurn reports whether it is not the turn of task t, which waits with p: no
// step that was made could have come later for it.
func (h *causality) awaitsTurn(t int, p *Pending) bool {
	if h.turns == nil || h.turnOf[t] >= 0 || !h.turns.takesTurn(int16(t), p.Kind) {
		return false
	}
	other := h.turns.ahead(int16(t))
	return other >= 0 && h.turnOf[other] < 0
}

// alike panics if tasks that are declared to be interchangeable begin with
// operations of different kinds: then they are not.
func (x *engine) alike() {
	for _, g := range x.w.groups {
		first := x.w.tasks[lowest(g)]
		for rest := g; rest != 0; rest &= rest - 1 {
			if t := x.w.tasks[lowest(rest)]; t.pend.Kind != first.pend.Kind {
				panic(fmt.Sprintf("sched: %s and %s are declared symmetric, but begin with %v and %v",
					first.name, t.name, first.pend.Kind, t.pend.Kind))
			}
		}
	}
}
