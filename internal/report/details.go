package report

import (
	"fmt"
	"slices"
	"strings"

	"lockheld/sched"
)

// writeDetails writes what rule a violation breaks, where in the code, which
// locks are held and whether the world is stopped.
func writeDetails(b *strings.Builder, f *Finding, s *Subject) {
	v := &f.Violation
	if rule := s.rule(v); rule != "" {
		field(b, "rule:", rule)
	}
	if f.Trace == nil {
		return
	}
	st := stateAt(f.Trace, s, v.Step)
	at := slices.Index(f.Trace.Tasks, v.Task)
	if at >= 0 {
		writePlace(b, f, s, st, at)
	}
	writeWaiting(b, f, s, st)
	if v.Stack != "" {
		for i, line := range panicStack(v.Stack) {
			field(b, []string{"panic:", ""}[min(i, 1)], line)
		}
	}
	writeHeld(b, f.Trace, st)
	if s.Stopped != "" {
		world := "runs"
		if st.stopped {
			world = "stopped by " + f.Trace.Tasks[st.stopper]
		}
		field(b, "world:", world)
	}
}

// stateAt is the state after a step.
func stateAt(tr *sched.Trace, s *Subject, step int) *state {
	st := newState(tr, s)
	for i := range tr.Events {
		if tr.Events[i].Step > step {
			break
		}
		st.apply(i)
	}
	return st
}

// writePlace says where task met the violation, and for a self-deadlock where
// it acquired the lock before.
func writePlace(b *strings.Builder, f *Finding, s *Subject, st *state, task int) {
	v := &f.Violation
	if v.Kind == sched.KindSelfDeadlock {
		for i := range st.locks {
			l := &st.locks[i]
			if l.name != v.Site {
				continue
			}
			for _, h := range l.holders {
				if e := &f.Trace.Events[h.event]; h.task == task {
					field(b, "first:", fmt.Sprintf("%s acquires %s at step %d in %s", v.Task, l.name, e.Step, s.stack(e.Frames)))
				}
			}
		}
	}
	for i := range f.Trace.Violations {
		if w := &f.Trace.Violations[i]; w.Kind != v.Kind || w.Site != v.Site || w.Task != v.Task {
			continue
		}
		if where := f.Trace.Where[i]; len(where) > 0 {
			name := "in:"
			if v.Kind == sched.KindSelfDeadlock {
				name = "again:"
			}
			field(b, name, s.stack(where))
		}
		return
	}
}

// stuck reports whether f is about tasks that will never go on, which its trace tells.
func stuck(f *Finding) bool {
	switch f.Violation.Kind {
	case sched.KindDeadlock, sched.KindStuck, sched.KindSelfDeadlock:
		return f.Violation.Task == "" && f.Trace != nil
	}
	return false
}

// writeWaiting says who waits for whom, for tasks that will never go on.
func writeWaiting(b *strings.Builder, f *Finding, s *Subject, st *state) {
	if !stuck(f) {
		return
	}
	for i := range f.Trace.Waiting {
		e := &f.Trace.Waiting[i]
		text := f.Trace.Tasks[e.Task] + " waits to " + s.intention(e)
		for j := range st.locks {
			if l := &st.locks[j]; l.name == e.Object && len(l.holders) > 0 {
				text += ", held by " + holders(f.Trace, l, e.Task)
			}
		}
		if len(e.Frames) > 0 {
			text += ", in " + s.stack(e.Frames)
		}
		field(b, "stuck:", text)
	}
}

// holders says who holds l since when, to the task that waits for it.
func holders(tr *sched.Trace, l *lockState, waiter int) string {
	var list []string
	for _, h := range l.holders {
		name := tr.Tasks[h.task]
		if h.task == waiter {
			name = "itself"
		}
		list = append(list, fmt.Sprintf("%s since step %d", name, tr.Events[h.event].Step))
	}
	return strings.Join(list, " and ")
}

// writeHeld lists the locks of each task that holds any.
func writeHeld(b *strings.Builder, tr *sched.Trace, st *state) {
	var held []string
	for i, name := range tr.Tasks {
		if locks := st.heldBy(i); len(locks) > 0 {
			held = append(held, name+" holds "+strings.Join(locks, ", "))
		}
	}
	if len(held) == 0 {
		held = []string{"none is held"}
	}
	field(b, "locks:", strings.Join(held, "; "))
}

// panicStack keeps the functions of the program from the stack of a panic, each
// with its file and line but without directories, innermost first.
func panicStack(stack string) []string {
	lines := strings.Split(stack, "\n")
	start := 0
	for i, l := range lines {
		if strings.HasPrefix(l, "panic(") {
			start = i + 2
		}
	}
	var out []string
	for i := start; i+1 < len(lines); i++ {
		fn, at := lines[i], lines[i+1]
		if strings.HasPrefix(fn, "\t") || !strings.HasPrefix(at, "\t") {
			continue
		}
		if strings.HasPrefix(fn, "lockheld/sched.") {
			break
		}
		if strings.HasPrefix(fn, "runtime.") {
			continue
		}
		out = append(out, functionName(fn)+" "+position(at))
	}
	return out
}

// functionName strips package path, arguments and the numbers of function
// literals from a function in a stack: lockheld/heap.(*mheap).grow.func1(0x1)
// becomes (*mheap).grow.
func functionName(call string) string {
	if i := strings.LastIndexByte(call, '('); i > 0 {
		call = call[:i]
	}
	if i := strings.LastIndexByte(call, '/'); i >= 0 {
		call = call[i+1:]
	}
	if i := strings.IndexByte(call, '.'); i >= 0 {
		call = call[i+1:]
	}
	if i := strings.Index(call, ".func"); i >= 0 {
		call = call[:i]
	}
	return call
}

// position keeps file.go:LINE of a line of a stack.
func position(at string) string {
	at, _, _ = strings.Cut(strings.TrimSpace(at), " ")
	if i := strings.LastIndexAny(at, `/\`); i >= 0 {
		at = at[i+1:]
	}
	return at
}
