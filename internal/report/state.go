package report

import (
	"slices"
	"strings"

	"lockheld/sched"
)

// state is who holds what, followed along a trace.
type state struct {
	trace   *sched.Trace
	subject *Subject
	locks   []lockState // in the order of their first use
	stopped bool        // the world is
	stopper int         // task that stopped it
}

// lockState is a lock and the tasks that hold it.
type lockState struct {
	id      sched.ObjID
	name    string
	holders []holding
}

// holding is an acquisition that has not been given back.
type holding struct {
	task   int
	event  int // index of the event that acquired it
	shared bool
}

func newState(tr *sched.Trace, s *Subject) *state { return &state{trace: tr, subject: s} }

// apply performs event i.
func (st *state) apply(i int) {
	e := &st.trace.Events[i]
	if e.Note {
		return
	}
	step := &st.trace.Steps[e.Step]
	switch e.Kind {
	case sched.OpLock, sched.OpWLock, sched.OpCondWake:
		st.acquire(step.Obj, e.Object, holding{task: e.Task, event: i})
	case sched.OpTryLock:
		if step.OK {
			st.acquire(step.Obj, e.Object, holding{task: e.Task, event: i})
		}
	case sched.OpRLock:
		st.acquire(step.Obj, e.Object, holding{task: e.Task, event: i, shared: true})
	case sched.OpUnlock, sched.OpWUnlock, sched.OpRUnlock:
		st.release(step.Obj, e.Task)
	case sched.OpCondWait:
		st.release(step.Obj2, e.Task)
	default:
		st.watchWorld(e, step)
	}
}

func (st *state) acquire(id sched.ObjID, name string, h holding) {
	l := st.find(id)
	if l == nil {
		st.locks = append(st.locks, lockState{id: id, name: name})
		l = &st.locks[len(st.locks)-1]
	}
	l.holders = append(l.holders, h)
}

func (st *state) release(id sched.ObjID, task int) {
	l := st.find(id)
	if l == nil {
		return
	}
	for i := len(l.holders) - 1; i >= 0; i-- {
		if l.holders[i].task == task {
			l.holders = slices.Delete(l.holders, i, i+1)
			return
		}
	}
}

func (st *state) find(id sched.ObjID) *lockState {
	for i := range st.locks {
		if st.locks[i].id == id {
			return &st.locks[i]
		}
	}
	return nil
}

// watchWorld follows the word that says whether the world is stopped.
func (st *state) watchWorld(e *sched.Event, step *sched.Step) {
	if st.subject.Stopped == "" || e.Object != st.subject.Stopped {
		return
	}
	v := step.Before
	switch e.Kind {
	case sched.OpStore, sched.OpSwap:
		v = step.N
	case sched.OpAdd, sched.OpInc:
		v += step.N
	case sched.OpCAS:
		if step.OK {
			v = step.New
		}
	}
	if v != 0 && !st.stopped {
		st.stopper = e.Task
	}
	st.stopped = v != 0
}

// holdersOf names the tasks that hold the lock called name, "" if nobody does.
func (st *state) holdersOf(name string) string {
	for i := range st.locks {
		if l := &st.locks[i]; l.name == name && len(l.holders) > 0 {
			return st.tasks(l)
		}
	}
	return ""
}

func (st *state) tasks(l *lockState) string {
	var names []string
	for _, h := range l.holders {
		name := st.trace.Tasks[h.task]
		if h.shared {
			name += " (r)"
		}
		names = append(names, name)
	}
	return strings.Join(names, "+")
}

// all lists every lock that is held, with its holders.
func (st *state) all() string {
	var held []string
	for i := range st.locks {
		if l := &st.locks[i]; len(l.holders) > 0 {
			held = append(held, l.name+"="+st.tasks(l))
		}
	}
	return strings.Join(held, " ")
}

// heldBy lists the locks that a task holds in the order in which it acquired them.
func (st *state) heldBy(task int) []string {
	type held struct {
		event int
		name  string
	}
	var list []held
	for i := range st.locks {
		for _, h := range st.locks[i].holders {
			if h.task != task {
				continue
			}
			name := st.locks[i].name
			if h.shared {
				name += " (to read)"
			}
			list = append(list, held{h.event, name})
		}
	}
	slices.SortFunc(list, func(a, b held) int { return a.event - b.event })
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].name
	}
	return names
}
