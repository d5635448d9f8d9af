package sched

import (
	"fmt"
	"math/bits"
	"strings"
)

// diagnose says why nobody can go on although tasks have not finished.
func (w *World) diagnose() Violation {
	var stuck uint64
	for _, t := range w.created {
		if !t.daemon && !t.Ended() {
			stuck |= t.bit()
		}
	}
	first := w.firstOf(stuck)
	v := Violation{Kind: KindStuck, Step: w.Now() - 1}
	if cycle := w.findCycle(stuck); cycle != 0 {
		v.Kind = KindDeadlock
		if bits.OnesCount64(cycle) == 1 {
			v.Kind = KindSelfDeadlock
		}
		first = w.firstOf(cycle)
		stuck |= cycle
	}
	v.Site = first.waitsAt()
	var waits []string
	for _, t := range w.created {
		if stuck&t.bit() != 0 {
			waits = append(waits, w.waitsFor(t))
		}
	}
	v.Message = strings.Join(waits, "; ")
	return v
}

// firstOf returns the task of set that was created first.
func (w *World) firstOf(set uint64) *Task {
	for _, t := range w.created {
		if set&t.bit() != 0 {
			return t
		}
	}
	panic("sched: no task in the set")
}

// waitsAt names the object that t cannot pass.
func (t *Task) waitsAt() string {
	if t.pend.Kind == OpCondWake && !t.signalled {
		return t.w.ObjectName(t.pend.Obj2)
	}
	return t.w.ObjectName(t.pend.Obj)
}

// waitsFor says what t waits for and who has it.
func (w *World) waitsFor(t *Task) string {
	at := t.waitsAt()
	switch t.pend.Kind {
	case OpJoin:
		s := t.name + " waits for the end of " + at
		if u := w.tasks[bits.TrailingZeros64(t.block.holders(t))]; u == t {
			s += ", which is itself"
		} else if u.Ended() {
			s += ", which a violation ended"
		}
		return s
	case OpAwait:
		return fmt.Sprintf("%s waits for %s %v %d", t.name, at, t.pend.Cmp, int64(t.pend.N))
	case OpCondWake:
		if !t.signalled {
			return t.name + " waits to be woken at " + at
		}
		return fmt.Sprintf("%s waits to lock %s again%s", t.name, at, w.heldBy(t))
	}
	return fmt.Sprintf("%s waits to %v %s%s", t.name, t.pend.Kind, at, w.heldBy(t))
}

// heldBy says who holds what t waits for.
func (w *World) heldBy(t *Task) string {
	if t.block == nil {
		return ""
	}
	var by []string
	set := t.block.holders(t)
	if set == t.bit() {
		return ", which it holds itself"
	}
	for _, u := range w.created {
		switch {
		case set&u.bit() == 0:
		case u == t:
			by = append(by, "itself")
		case u.Ended():
			by = append(by, u.name+", which has ended")
		default:
			by = append(by, u.name)
		}
	}
	if len(by) == 0 {
		return ""
	}
	return ", held by " + strings.Join(by, " and ")
}

// waits returns the tasks that t waits for.
func (t *Task) waits() uint64 {
	if !t.Blocked() {
		return 0
	}
	return t.block.holders(t)
}

// findCycle returns the tasks of a shortest cycle of tasks that wait for each
// other, among those of set and all that they wait for, or 0.
func (w *World) findCycle(set uint64) uint64 {
	for todo := set; todo != 0; todo &= todo - 1 {
		more := w.tasks[bits.TrailingZeros64(todo)].waits() &^ set
		set |= more
		todo |= more
	}
	var shortest uint64
	for _, t := range w.created {
		if set&t.bit() == 0 {
			continue
		}
		c := w.cycleOf(t)
		if c != 0 && (shortest == 0 || bits.OnesCount64(c) < bits.OnesCount64(shortest)) {
			shortest = c
		}
	}
	return shortest
}

// cycleOf returns the tasks of a shortest cycle through start, or 0. It looks
// at the tasks in the order of their distance from start.
func (w *World) cycleOf(start *Task) uint64 {
	var queue [maxTasks]*Task
	var path [maxTasks]uint64 // by task: the tasks on the way to it, itself included
	queue[0] = start
	path[start.index] = start.bit()
	seen := start.bit()
	n := 1
	for i := 0; i < n; i++ {
		t := queue[i]
		set := t.waits()
		if set&start.bit() != 0 {
			return path[t.index]
		}
		for set &^= seen; set != 0; set &= set - 1 {
			u := w.tasks[bits.TrailingZeros64(set)]
			seen |= u.bit()
			path[u.index] = path[t.index] | u.bit()
			queue[n] = u
			n++
		}
	}
	return 0
}
