package sched

import (
	"fmt"
	"slices"
	"sync"
)

// maxTasks is the number of tasks that a set of tasks can hold.
const maxTasks = 64

// newTask declares a task.
func (w *World) newTask(name string, body func(*Task), parent *Task) *Task {
	x := w.x
	if x == nil {
		panic("sched: task in a direct world")
	}
	t := x.slotFor(parent)
	t.name, t.body, t.daemon = name, body, false
	t.ordinal = len(w.created)
	w.created = append(w.created, t)
	if parent != nil {
		x.renumbered = x.renumbered || t.ordinal != t.index
		x.log[len(x.log)-1].Obj = t.joinID()
		t.renew()
		x.ready(t)
	}
	return t
}

// slotFor returns the task that stands for the next one made by parent, nil
// being Setup. Over executions, the k-th task made by the same parent keeps its
// index, so that the steps of two executions can be compared
// whatever the order in which tasks were made.
func (x *engine) slotFor(parent *Task) *Task {
	w := x.w
	child := len(w.created)
	if parent == nil {
		for _, t := range w.tasks {
			if t.parent == nil && t.child == child {
				return t
			}
		}
	} else {
		child = parent.nchild
		parent.nchild++
		if child < len(parent.children) {
			return parent.children[child]
		}
	}
	switch {
	case x.slots != nil:
		if !x.slots.lead(x, parent, child) {
			x.tooMany(parent)
		}
	case len(w.tasks) == maxTasks:
		x.tooMany(parent)
	default:
		x.addSlot(parent, child)
	}
	return w.tasks[len(w.tasks)-1]
}

// taskSlot says which task an index stands for: the child-th made by the parent.
type taskSlot struct{ parent, child int16 } // parent is -1 for tasks of Setup

// slotTable makes the workers of a search agree on the indices of tasks.
type slotTable struct {
	mu    sync.Mutex
	slots []taskSlot
}

// lead makes x know all tasks up to the child-th made by parent, which becomes the
// last one. It returns false if there are too many.
func (s *slotTable) lead(x *engine, parent *Task, child int) bool {
	want := taskSlot{-1, int16(child)}
	if parent != nil {
		want.parent = int16(parent.index)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.slots, want)
	if i < 0 {
		if i = len(s.slots); i == maxTasks {
			return false
		}
		s.slots = append(s.slots, want)
	}
	for _, t := range s.slots[len(x.w.tasks) : i+1] {
		var parent *Task
		if t.parent >= 0 {
			parent = x.w.tasks[t.parent]
		}
		x.addSlot(parent, int(t.child))
	}
	return true
}

// all returns the tasks by index.
func (s *slotTable) all() []taskSlot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.slots)
}

// addSlot makes the task that stands for the child-th one made by parent.
func (x *engine) addSlot(parent *Task, child int) {
	w := x.w
	t := &Task{w: w, index: len(w.tasks), alone: 1 << uint(len(w.tasks)), parent: parent, child: child}
	w.tasks = append(w.tasks, t)
	w.nextObj = append(w.nextObj, 0)
	if parent != nil {
		parent.children = append(parent.children, t)
	}
	x.addCarrier()
}

// tooMany ends the search: this is a limit of the engine, no violation.
func (x *engine) tooMany(parent *Task) {
	what := fmt.Sprintf("sched: more than %d tasks", maxTasks)
	if parent == nil {
		panic(what)
	}
	x.fatal(fmt.Errorf("%s, at a task made by %s", what, parent.name))
	parent.state = taskFailed
	panic(failed)
}
