package sched

import (
	"fmt"
	"slices"
)

// newObj gives the next count ids of whoever is creating, and registers o. A
// nil o has nothing to restore.
func (w *World) newObj(o object, by namer, count int) ObjID {
	creator := 0
	if t := w.current; t != nil {
		creator = t.index + 1
		if t.state == taskStarting {
			t.touched = true
		}
	}
	first := w.nextObj[creator]
	if count < 0 || count >= 1<<objCreatorShift-int(first) {
		panic(fmt.Sprintf("sched: more than %d objects made by one creator", 1<<objCreatorShift-1))
	}
	w.nextObj[creator] += uint32(count)
	id := ObjID(uint32(creator)<<objCreatorShift | first)
	if o != nil {
		w.objects = append(w.objects, o)
	}
	w.named = append(w.named, named{id, uint32(count), by})
	return id
}

// namerOf returns who names an object, or nil if there is none of that id.
func (w *World) namerOf(id ObjID) namer {
	// What Setup makes has ascending ids.
	setup := w.named[:w.setupNamed]
	i, found := slices.BinarySearchFunc(setup, id, func(n named, id ObjID) int {
		return int(int64(n.first) - int64(id))
	})
	if !found {
		i--
	}
	if i >= 0 && id-setup[i].first < ObjID(setup[i].n) {
		return setup[i].by
	}
	for _, n := range w.named[w.setupNamed:] {
		if id >= n.first && id-n.first < ObjID(n.n) {
			return n.by
		}
	}
	return nil
}

// ObjectName returns the name of an object of the current execution. That of a
// task, as what others join, is the name of the task.
func (w *World) ObjectName(id ObjID) string {
	if n := w.namerOf(id); n != nil {
		return n.objectName(id)
	}
	if id == allTasks {
		return "the list of tasks"
	}
	creator, n := id>>objCreatorShift, id&(1<<objCreatorShift-1)
	if creator == joinObjects && int(n) < len(w.tasks) {
		return w.tasks[n].name
	}
	return fmt.Sprintf("object %d.%d", creator, n)
}

// describe names an operation and its object.
func (w *World) describe(k OpKind, id ObjID) string {
	if id == 0 {
		return k.String()
	}
	return k.String() + " " + w.ObjectName(id)
}
