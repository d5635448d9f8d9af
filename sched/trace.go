package sched

import (
	"fmt"
	"runtime"
	"strings"
)

// Trace is what happened in one execution, for a reader.
type Trace struct {
	Tasks      []string // names, by index
	Events     []Event
	Violations []Violation
	Where      [][]string // Violations[i]: functions in which it was found, innermost first; nil if found between steps
	Waiting    []Event    // next operations of the tasks that have not ended; Text is the condition that they wait for
	Steps      []Step     // the records that the events describe
	hide, join []string
}

// Event is a line of a trace: a step, or a note made during the step before it.
type Event struct {
	Step   int // index of the step
	Task   int
	Note   bool
	Kind   OpKind   // of a step
	Object string   // that the step works on, "" if none
	Text   string   // what came of it, or the note
	Frames []string // functions of the program, innermost first
}

// Func returns the innermost function of the program, or "".
func (e *Event) Func() string {
	if len(e.Frames) == 0 {
		return ""
	}
	return e.Frames[0]
}

// HideFrames leaves functions whose full name begins with one of the prefixes
// out of traces: thin wrappers around operations.
func (w *World) HideFrames(prefixes ...string) {
	if w.x != nil && w.x.tracing {
		w.x.trace.hide = append(w.x.trace.hide, prefixes...)
	}
}

// JoinFrames shows functions whose full name begins with one of the prefixes
// together with what calls them: those of a library, of which a reader wants to
// know who used it.
func (w *World) JoinFrames(prefixes ...string) {
	if w.x != nil && w.x.tracing {
		w.x.trace.join = append(w.x.trace.join, prefixes...)
	}
}

func (r *Trace) begin(w *World) {
	r.Tasks = r.Tasks[:0]
	r.Events = r.Events[:0]
	r.Violations, r.Where, r.Waiting = nil, nil, nil
	for _, t := range w.created {
		r.Tasks = append(r.Tasks, t.name)
	}
}

func (r *Trace) step(w *World, t *Task) {
	r.Events = append(r.Events, r.pending(w, t, len(w.x.log)-1))
}

// pending describes the next operation of t.
func (r *Trace) pending(w *World, t *Task, step int) Event {
	e := Event{Step: step, Task: t.index, Kind: t.pend.Kind, Frames: r.frames(t.where)}
	if t.pend.Obj != 0 {
		e.Object = w.ObjectName(t.pend.Obj)
	}
	return e
}

// found notes where the running task met its latest violation.
func (r *Trace) found(n int) {
	var pcs [64]uintptr
	for len(r.Where) < n {
		r.Where = append(r.Where, nil)
	}
	r.Where[n-1] = r.frames(pcs[:runtime.Callers(2, pcs[:])])
}

func (r *Trace) end(res *Result) {
	r.Violations = append([]Violation(nil), res.Violations...)
	for len(r.Where) < len(r.Violations) {
		r.Where = append(r.Where, nil)
	}
	for _, t := range res.w.created[len(r.Tasks):] {
		r.Tasks = append(r.Tasks, t.name)
	}
	for _, t := range res.w.created {
		if t.state != taskParked {
			continue
		}
		e := r.pending(res.w, t, len(res.Log))
		switch {
		case e.Kind == OpAwait:
			e.Text = fmt.Sprintf("%v %d", t.pend.Cmp, int64(t.pend.N))
		case e.Kind == OpCondWake && !t.signalled:
			e.Text = res.w.ObjectName(t.pend.Obj2)
		}
		r.Waiting = append(r.Waiting, e)
	}
	r.Steps = append([]Step(nil), res.Log...)
}

func (x *engine) outcomeText(text string) {
	if n := len(x.trace.Events); n > 0 {
		x.trace.Events[n-1].Text = text
	}
}

func (x *engine) note(t *Task, text string) {
	x.trace.Events = append(x.trace.Events, Event{Step: len(x.log) - 1, Task: t.index, Note: true, Text: text})
}

// frames turns program counters into names of functions of the program.
func (r *Trace) frames(pcs []uintptr) []string {
	if len(pcs) == 0 {
		return nil
	}
	var names []string
	joined := ""
	it := runtime.CallersFrames(pcs)
	for {
		f, more := it.Next()
		if r.shows(f.Function) {
			n := joined + shortFunc(f.Function)
			switch {
			case begins(f.Function, r.join):
				joined = n + " < "
			case len(names) == 0 || names[len(names)-1] != n:
				names, joined = append(names, n), ""
			}
		}
		if !more {
			break
		}
	}
	if joined != "" {
		names = append(names, strings.TrimSuffix(joined, " < "))
	}
	return names
}

const ownPackage = "lockheld/sched."

// shown reports whether a function belongs to the program.
func shown(fn string) bool {
	return fn != "" && !strings.HasPrefix(fn, ownPackage) && !strings.HasPrefix(fn, "runtime.") &&
		!strings.HasPrefix(fn, "iter.")
}

func (r *Trace) shows(fn string) bool { return shown(fn) && !begins(fn, r.hide) }

func begins(fn string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(fn, p) {
			return true
		}
	}
	return false
}

// shortFunc strips the package path and the numbers of function literals from
// the full name of a function: lockheld/heap.(*mheap).grow.func1 becomes
// (*mheap).grow.
func shortFunc(full string) string {
	if i := strings.LastIndexByte(full, '/'); i >= 0 {
		full = full[i+1:]
	}
	if i := strings.IndexByte(full, '.'); i >= 0 {
		full = full[i+1:]
	}
	if i := strings.Index(full, ".func"); i >= 0 {
		full = full[:i]
	}
	if i := strings.Index(full, "[...]"); i >= 0 {
		full = full[:i] + full[i+len("[...]"):]
	}
	return full
}

// callerOf returns the innermost function outside this package, looked for
// from skip frames up.
func callerOf(skip int) string {
	var pcs [16]uintptr
	n := runtime.Callers(skip, pcs[:])
	names := new(Trace).frames(pcs[:n])
	if len(names) == 0 {
		return ""
	}
	return names[0]
}
