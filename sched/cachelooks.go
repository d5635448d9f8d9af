package sched

import "slices"

// looksOf has what tasks look at without a step, by the history that a task has before
// the step behind which it looks. A step counts as a read of all that: a task that
// sleeps must not go on sleeping when that changes, nor when it would change what
// another one has just looked at. What a task looks at is known when it is put to
// sleep, since its step has been followed then.
type looksOf map[Hash][]ObjID

// learn notes what a task with the given history looked at in its step, the last
// one, and returns it.
func (l *looksOf) learn(x *engine, history Hash) []ObjID {
	var list []ObjID
	for i := len(x.looks) - 1; i >= 0 && int(x.looks[i].step) == len(x.log)-1; i-- {
		if x.looks[i].hook {
			continue
		}
		if list == nil {
			if *l == nil {
				*l = looksOf{}
			}
			list = (*l)[history]
		}
		if obj := x.looks[i].obj; !slices.Contains(list, obj) {
			list = append(list, obj)
			(*l)[history] = list
		}
	}
	return list
}

// looksDisturb reports whether step s, behind which its task looked at seen, and the
// operation p of task u do not commute because of what one of the two tasks looks at.
func (c *cache) looksDisturb(s *Step, seen []ObjID, u int, p *Pending) bool {
	if len(c.looks) == 0 {
		return false
	}
	history, _ := c.history(u)
	return sees(seen, p.footprint(true), p.Kind, u) || sees(c.looks[history], s.footprint(), s.Kind, int(s.Task))
}

// sees reports whether one who looks at list sees the difference that an operation
// of task t makes.
func sees(list []ObjID, f footprint, k OpKind, t int) bool {
	for _, id := range list {
		switch {
		case id == allTasks:
			if k == OpSpawn {
				return true
			}
		case id>>objCreatorShift == joinObjects:
			if int(id&(1<<objCreatorShift-1)) == t {
				return true
			}
		case f.mode.changes() && (id == f.obj || id == f.obj2):
			return true
		}
	}
	return false
}

func one(ok bool) uint64 {
	if ok {
		return 1
	}
	return 0
}
