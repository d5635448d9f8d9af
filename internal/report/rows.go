package report

import (
	"fmt"
	"slices"

	"lockheld/sched"
)

// row is a line of the table of a trace, or several if its cell is wide.
type row struct {
	first, last int    // steps, -1: none
	task        int    // whose column, -1: across all
	heading     string // function, "" if it is that of the row above in the column
	cell        string
	locks       string // who holds the lock, or the locks, after each of its steps
	alone       bool   // nothing may be joined to it
}

// rower turns the events of a trace into rows. The short form leaves out steps
// on objects that no other task touches in this trace, other than locks, and
// joins consecutive steps of a task in one function.
type rower struct {
	trace   *sched.Trace
	subject *Subject
	verbose bool
	lock    string // lock of the column, "" for all locks
	st      *state
	shared  []sched.ObjID // objects that several tasks touch, not all reading
	end     int           // last event of the task that met the violation, -1: none
	in      []string      // function of the last row of each task
	skipped int           // steps left out since the last row
	skipper int           // task that made them
	from    int           // first of them
	within  string        // function of all of them, "" if there are several
	rows    []row
}

func newRower(tr *sched.Trace, s *Subject, verbose bool) *rower {
	r := &rower{trace: tr, subject: s, verbose: verbose, st: newState(tr, s)}
	r.in = make([]string, len(tr.Tasks))
	r.end = -1
	for _, v := range tr.Violations {
		at := slices.Index(tr.Tasks, v.Task)
		for i := range tr.Events {
			if !tr.Events[i].Note && tr.Events[i].Task == at {
				r.end = i
			}
		}
	}
	if !verbose {
		r.lock = columnLock(tr, s)
	}
	r.shared = sharedObjects(tr)
	return r
}

// columnLock chooses the lock that has its own column: one of the subject's,
// else the only one of the trace, else none.
func columnLock(tr *sched.Trace, s *Subject) string {
	var used []string
	for i := range tr.Events {
		e := &tr.Events[i]
		if !e.Note && locking(e.Kind) && e.Kind != sched.OpCondWait && !slices.Contains(used, e.Object) {
			used = append(used, e.Object)
		}
	}
	for _, l := range s.Locks {
		if slices.Contains(used, l) {
			return l
		}
	}
	switch {
	case len(s.Locks) > 0:
		return s.Locks[0]
	case len(used) == 1:
		return used[0]
	}
	return ""
}

// sharedObjects finds the objects on which steps of different tasks do not commute.
func sharedObjects(tr *sched.Trace) []sched.ObjID {
	type use struct {
		tasks            uint64
		allRead, allIncr bool
	}
	uses := map[sched.ObjID]use{}
	var order []sched.ObjID
	for i := range tr.Steps {
		s := &tr.Steps[i]
		if s.Obj == 0 {
			continue
		}
		u, ok := uses[s.Obj]
		if !ok {
			u = use{0, true, true}
			order = append(order, s.Obj)
		}
		u.tasks |= 1 << uint(s.Task)
		u.allRead = u.allRead && reads(s)
		u.allIncr = u.allIncr && s.Kind == sched.OpInc
		uses[s.Obj] = u
	}
	return slices.DeleteFunc(order, func(id sched.ObjID) bool {
		u := uses[id]
		return u.tasks&(u.tasks-1) == 0 || u.allRead || u.allIncr
	})
}

// build makes the rows of the whole trace, with a row for each violation and
// for each task that is stuck.
func (r *rower) build() []row {
	found := r.trace.Violations
	next := 0
	for i := range r.trace.Events {
		for next < len(found) && found[next].Step < r.trace.Events[i].Step {
			r.violation(next)
			next++
		}
		r.event(i)
	}
	r.tellSkipped(r.locksNow())
	for ; next < len(found); next++ {
		r.violation(next)
	}
	return r.rows
}

// event adds event i.
func (r *rower) event(i int) {
	e := &r.trace.Events[i]
	stopped, locks := r.st.stopped, r.locksNow()
	r.st.apply(i)
	if r.skipper != e.Task || r.locksNow() != locks {
		r.tellSkipped(locks)
	}
	if !r.keeps(i) {
		r.skip(e)
		return
	}
	w := row{first: e.Step, last: e.Step, task: e.Task, heading: r.heading(e), locks: r.locksNow()}
	if e.Note {
		w.cell, w.alone = r.subject.words(e, nil), true
		w.first, w.last = -1, -1
	} else {
		w.cell = r.subject.words(e, &r.trace.Steps[e.Step])
	}
	if r.skipped > 0 && r.within != w.heading {
		r.tellSkipped(locks)
	}
	if r.skipped > 0 {
		w.first, w.cell = r.from, steps(r.skipped)+"; "+w.cell
		r.skipped = 0
	}
	r.put(w)
	if r.st.stopped != stopped {
		r.rows = append(r.rows, r.worldRow())
	}
}

// skip leaves a step out.
func (r *rower) skip(e *sched.Event) {
	heading := r.heading(e)
	if r.skipped == 0 {
		r.skipper, r.from, r.within = e.Task, e.Step, heading
	}
	if r.within != heading {
		r.within = ""
	}
	r.skipped++
}

func (r *rower) worldRow() row {
	text := "-- world runs --"
	if r.st.stopped {
		text = "-- world stopped by " + r.trace.Tasks[r.st.stopper] + " --"
	}
	return row{first: -1, last: -1, task: -1, cell: text, locks: r.locksNow()}
}

// keeps reports whether event i is shown.
func (r *rower) keeps(i int) bool {
	e := &r.trace.Events[i]
	if r.verbose || e.Note || locking(e.Kind) || i == r.end {
		return true
	}
	if i+1 < len(r.trace.Events) && r.trace.Events[i+1].Note {
		return true // the note is about it
	}
	switch e.Kind {
	case sched.OpChoose, sched.OpSpawn, sched.OpJoin, sched.OpSyscall:
		return true
	case sched.OpYield:
		return false
	}
	return e.Object != "" && e.Object == r.subject.Stopped || slices.Contains(r.shared, r.trace.Steps[e.Step].Obj)
}

// locksNow is what the column of locks shows now.
func (r *rower) locksNow() string {
	if r.lock == "" {
		return r.st.all()
	}
	return r.st.holdersOf(r.lock)
}

// put adds w, to the last row if that is by the same task in the same function
// under the same locks.
func (r *rower) put(w row) {
	if r.in[w.task] == w.heading {
		w.heading = ""
	} else {
		r.in[w.task] = w.heading
	}
	if n := len(r.rows); !r.verbose && n > 0 && w.heading == "" {
		last := &r.rows[n-1]
		if last.task == w.task && last.locks == w.locks && !last.alone && !w.alone {
			last.cell += "; " + w.cell
			last.last = w.last
			return
		}
	}
	r.rows = append(r.rows, w)
}

// tellSkipped says that steps were left out, made under locks, before another
// task moves or the locks change.
func (r *rower) tellSkipped(locks string) {
	if r.skipped > 0 {
		r.put(row{first: r.from, last: r.from + r.skipped - 1, task: r.skipper, heading: r.in[r.skipper],
			cell: steps(r.skipped), locks: locks})
		r.skipped = 0
	}
}

func steps(n int) string {
	if n == 1 {
		return "... 1 step"
	}
	return fmt.Sprintf("... %d steps", n)
}

// heading is what stands above the steps of one function.
func (r *rower) heading(e *sched.Event) string {
	switch {
	case e.Note:
		return r.in[e.Task]
	case r.verbose:
		return r.subject.stack(e.Frames)
	}
	return r.subject.innermost(e.Frames)
}

// violation adds the row of violation i, and a row for each stuck task if it
// is about these.
func (r *rower) violation(i int) {
	v := &r.trace.Violations[i]
	task := slices.Index(r.trace.Tasks, v.Task)
	switch {
	case task >= 0:
		w := row{first: -1, last: -1, task: task, heading: r.in[task], locks: r.locksNow(), alone: true}
		if where := r.trace.Where[i]; len(where) > 0 {
			w.heading = r.heading(&sched.Event{Frames: where})
		}
		w.cell = "*** " + v.Kind.String() + " " + v.Site
		r.putAlone(w)
		return
	case v.Kind != sched.KindDeadlock && v.Kind != sched.KindStuck && v.Kind != sched.KindSelfDeadlock:
		return
	}
	for j := range r.trace.Waiting {
		e := &r.trace.Waiting[j]
		w := row{first: -1, last: -1, task: e.Task, heading: r.heading(e), locks: r.locksNow(), alone: true}
		w.cell = "*** waits: " + r.subject.intention(e)
		r.putAlone(w)
	}
}

func (r *rower) putAlone(w row) {
	if r.in[w.task] == w.heading {
		w.heading = ""
	}
	r.rows = append(r.rows, w)
}
