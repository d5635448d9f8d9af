package sched

import "fmt"

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
// index and its coroutine, so that the steps of two executions can be compared
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
	if len(w.tasks) == maxTasks {
		x.tooMany(parent)
	}
	t := &Task{w: w, index: len(w.tasks), parent: parent, child: child}
	w.tasks = append(w.tasks, t)
	w.nextObj = append(w.nextObj, 0)
	if parent != nil {
		parent.children = append(parent.children, t)
	}
	x.drv.add(t.coroutine)
	return t
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
