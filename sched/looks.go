package sched

import (
	"fmt"
	"slices"
	"strings"
)

// Code of a task may look at an object without a step: at who holds a lock, at
// the value of a word. What it sees there is not part of the order that the
// reduction knows. That does no harm as long as the steps that change the object
// are ordered before or after the step behind which the task looked, in every
// execution of the class: then it sees the same in all of them. Otherwise an
// equivalent execution may go on in another way, which the reduction does not see,
// and the search is not complete.
//
// A hook of a lock looks for others: the program does not go on in another way
// for what it sees, but what it would report may be missed. The report names the
// objects, as it names properties that declare no reads.

// look is that a task looked at an object after a step and before its next one.
type look struct {
	step  int32 // position in the log
	hook  bool  // in a hook of a lock
	moves bool  // obj is a task: at where it is, not only whether it has ended
	obj   ObjID // a task counts as what others join, allTasks as all of them
}

// allTasks stands for which tasks there are.
const allTasks = ^ObjID(0)

// looked notes that code looks at an object, and what it sees.
func (w *World) looked(id ObjID, v uint64) {
	if x := w.x; x != nil && w.current != nil {
		x.looked(look{obj: id}, v)
	}
}

// lookedAtTask notes that code looks at a task: whether it has ended or, if moves
// is true, how far it has come.
func (w *World) lookedAtTask(u *Task, moves bool) {
	if x := w.x; x != nil && w.current != nil && w.current != u {
		v := uint64(u.state)
		if moves && u.state == taskParked {
			v |= uint64(u.pend.Kind)<<8 | uint64(u.pend.Obj)<<32
		}
		x.looked(look{obj: u.joinID(), moves: moves}, v)
	}
}

// looked notes a look of the running task, not of a property. A task that looks
// before its first operation cannot be started late.
func (x *engine) looked(l look, v uint64) {
	t := x.w.current
	switch {
	case x.deciding || x.checking || t.state != taskStarting && t.state != taskRunning:
		return
	case t.state == taskStarting:
		t.touched = true
	}
	l.step, l.hook = int32(len(x.log)-1), x.hooked
	if x.tellsLooks && !l.hook {
		t.sees(l, v)
	}
	if n := len(x.looks); !x.reduces && !x.tellsLooks || l.step < 0 || n > 0 && x.looks[n-1] == l {
		return
	}
	x.looks = append(x.looks, l)
}

// judgeLooks finds looks at what is changed by a step that is ordered neither
// before nor after them.
func (d *dpor) judgeLooks(r *Result) {
	for _, l := range r.w.x.looks {
		name := ""
		if d.openLook(r, l) {
			name = r.w.ObjectName(l.obj)
		}
		switch {
		case name == "":
		case l.hook && !slices.Contains(d.hooked, name):
			d.hooked = append(d.hooked, name)
		case !l.hook && !slices.Contains(d.unordered, name):
			d.unordered, d.less = append(d.unordered, name), true
		}
	}
}

// openLook reports whether something that changes what was looked at is ordered
// neither before nor after the look. What was judged with an execution before is
// left out.
func (d *dpor) openLook(r *Result, l look) bool {
	switch task := int(l.obj & (1<<objCreatorShift - 1)); {
	case l.obj>>objCreatorShift != joinObjects:
		on := d.number(l.obj)
		for k := d.heads[on]; k >= 0 && max(k, l.step) >= int32(d.common); k = d.older(k, on) {
			if d.events[k].mode.changes() && d.open(k, l.step) {
				return true
			}
		}
	case l.obj == allTasks:
		for _, k := range d.madeBy {
			if k >= 0 && d.open(k, l.step) {
				return true
			}
		}
	case l.moves:
		for k := d.lastOf[task]; k >= 0; k = d.events[k].prev {
			if d.open(k, l.step) {
				return true
			}
		}
	case r.w.tasks[task].Ended():
		k := d.lastOf[task]
		if k < 0 {
			k = d.madeBy[task] // it ended where it was made
		}
		return k >= 0 && d.open(k, l.step)
	}
	return false
}

// open reports whether neither of two events comes before the other in all
// executions of the trace.
func (d *dpor) open(i, j int32) bool { return !d.follows(i, j) && !d.follows(j, i) }

// joined returns the names of both lists, sorted.
func joined(a, b []string) []string {
	for _, name := range b {
		if i, known := slices.BinarySearch(a, name); !known {
			a = slices.Insert(a, i, name)
		}
	}
	return a
}

// tellLooks adds to a report what was looked at.
func (t *tally) tellLooks(r *Report) {
	r.Looks = t.hooked
	if len(t.unordered) > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("tasks looked at %s without a step while others may change it; "+
			"schedules in which they see something else may be left out", strings.Join(t.unordered, ", ")))
	}
}
