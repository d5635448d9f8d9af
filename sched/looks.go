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
	step int32 // position in the log
	hook bool  // in a hook of a lock
	obj  ObjID
}

// looked notes that code looks at an object.
func (w *World) looked(id ObjID) {
	if x := w.x; x != nil && w.current != nil {
		x.looked(id)
	}
}

// looked notes a look of the running task, not of a property. A task that looks
// before its first operation cannot be started late.
func (x *engine) looked(id ObjID) {
	t := x.w.current
	switch {
	case x.deciding || x.checking || t.state != taskStarting && t.state != taskRunning:
		return
	case t.state == taskStarting:
		t.touched = true
	}
	l := look{int32(len(x.log) - 1), x.hooked, id}
	if n := len(x.looks); !x.reduces || l.step < 0 || n > 0 && x.looks[n-1] == l {
		return
	}
	x.looks = append(x.looks, l)
}

// judgeLooks finds looks at what is changed by a step that is ordered neither
// before nor after them.
func (d *dpor) judgeLooks(r *Result) {
	for _, l := range r.w.x.looks {
		name := ""
		for k := d.heads[d.number(l.obj)]; k >= 0; k = d.older(k, d.number(l.obj)) {
			if max(k, l.step) < int32(d.common) {
				break // judged before
			}
			if d.events[k].mode.changes() && !d.follows(k, l.step) && !d.follows(l.step, k) {
				name = r.w.ObjectName(l.obj)
				break
			}
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
