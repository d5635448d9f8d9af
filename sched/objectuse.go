package sched

import "slices"

// learner finds out from executions who uses which objects, for [surw].
type learner struct {
	index   map[ObjID]int
	uses    []objectUse
	ordered []int   // uses of several tasks that do not all commute
	tasks   weights // the tasks that there are and who starts them
	outer   [maxTasks]outerLock
}

// objectUse is what the tasks do with one object. Of a lock, only acquisitions
// are steps on it.
type objectUse struct {
	obj    ObjID
	most   []int64 // by task: the most steps of an execution while it held no lock
	now    []int64 // in the execution that is being learnt
	users  uint64
	modes  uint8   // set of them
	covers []ObjID // locks under which the object was used: the first that the task held
}

// outerLock is the first of the locks that a task holds.
type outerLock struct {
	obj  ObjID
	held int8 // locks, of all
}

// learn takes over the numbers of steps where they are higher.
func (l *learner) learn(log []Step) {
	l.outer = [maxTasks]outerLock{}
	for i := range log {
		s := &log[i]
		l.tasks.meet(s)
		if orders(s.Kind) && s.Obj != 0 {
			l.use(s)
		}
		o := &l.outer[s.Task]
		if o.held == 0 {
			o.obj = s.Obj
		}
		o.held += lockChange(s)
	}
	for i := range l.uses {
		u := &l.uses[i]
		for t := range u.now {
			u.most[t] = max(u.most[t], u.now[t])
			u.now[t] = 0
		}
	}
}

// orders reports whether steps of a kind count as steps on their object: not the
// release of a lock, which follows its acquisition, nor what has one order only.
// A wait counts for its place in the queue, a wake-up for the lock.
func orders(k OpKind) bool {
	switch k {
	case OpUnlock, OpRUnlock, OpWUnlock, OpSpawn, OpJoin:
		return false
	}
	return true
}

// use enters a step.
func (l *learner) use(s *Step) {
	i, ok := l.index[s.Obj]
	if !ok {
		i = len(l.uses)
		l.index[s.Obj] = i
		l.uses = append(l.uses, objectUse{obj: s.Obj})
	}
	u := &l.uses[i]
	u.users |= 1 << uint(s.Task)
	u.modes |= 1 << modeOf(s.Kind, s.OK)
	if o := &l.outer[s.Task]; o.held > 0 {
		if !slices.Contains(u.covers, o.obj) {
			u.covers = append(u.covers, o.obj)
		}
		return
	}
	for len(u.now) <= int(s.Task) {
		u.now, u.most = append(u.now, 0), append(u.most, 0)
	}
	u.now[s.Task]++
}

// order makes what was learnt count from now on.
func (l *learner) order() {
	l.ordered = l.ordered[:0]
	for i := range l.uses {
		u := &l.uses[i]
		several := u.users&(u.users-1) != 0
		if several && (u.modes&(1<<modeWrite) != 0 || u.modes&(u.modes-1) != 0) {
			l.ordered = append(l.ordered, i)
		}
	}
}

// weigh sets w to the steps that count for u.
func (l *learner) weigh(u *objectUse, w *weights) {
	w.tasks, w.parent = l.tasks.tasks, l.tasks.parent
	clear(w.own[copy(w.own[:], u.most):])
	for _, lock := range u.covers {
		if lock == u.obj {
			continue
		}
		for t, n := range l.uses[l.index[lock]].most {
			w.own[t] += n
		}
	}
	w.refresh()
}

// counts reports whether p, of a task that holds no lock, counts for u.
func (l *learner) counts(u *objectUse, p *Pending) bool {
	return orders(p.Kind) && (p.Obj == u.obj || slices.Contains(u.covers, p.Obj))
}
