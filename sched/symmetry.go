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
// A search with [Options.Symmetry] then lets them make their first steps in the
// order in which they are given. Every other schedule is one of these with tasks
// exchanged, so that nothing else is lost: with n tasks in a group, up to n! times
// fewer schedules are explored; see [StrategyEntry.Symmetric]. To strategy dpor
// it is as if the first step of each task of a group enabled that of the next: it
// runs each class of equivalent schedules that has one in which they begin in
// their order, once.
//
// The search believes the declaration, but for the kind of the first operation, and
// that in no state only some of those that have not begun can begin; it panics
// then. [Exchange] checks all of it. Symmetric panics if it is not called in Setup, or if a task is not one of Setup, is a
// daemon while another is not, or is in a group already.
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

// groupNames returns the names of the tasks of each group, nil if there is none.
func (w *World) groupNames() [][]string {
	var list [][]string
	for _, g := range w.groups {
		var names []string
		for ; g != 0; g &= g - 1 {
			names = append(names, w.tasks[lowest(g)].name)
		}
		list = append(list, names)
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

// turns returns w if tasks have to begin in an order, else nil.
func (w *World) turns() *World {
	if w.x != nil && w.x.symmetry && len(w.groups) > 0 {
		return w
	}
	return nil
}

// ahead returns the task that has to make its first step just before that of
// task, -1 if there is none.
func (w *World) ahead(task int16) int {
	for _, g := range w.groups {
		if g>>uint(task)&1 != 0 {
			return bits.Len64(g&(1<<uint(task)-1)) - 1
		}
	}
	return -1
}

// outOfTurn returns the tasks that are not to make their first step now, as they
// can be exchanged with one that comes before them and has not made its first
// step either. It panics if the state tells such tasks apart: then they are not
// interchangeable, as no step that led to it was theirs.
func (x *engine) outOfTurn() uint64 {
	var set uint64
	for _, g := range x.w.groups {
		rest := g &^ x.moved
		can := rest & x.enabled
		if can != 0 && can != rest {
			panic(fmt.Sprintf("sched: %s are declared symmetric, but only %s can begin", x.names(rest), x.names(can)))
		}
		set |= can & (can - 1)
	}
	return set
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
