package sched

import (
	"fmt"
	"strings"
)

// Lines returns the trace as text, a line for each event: number of the step,
// task, what it did and in which function. Notes, violations and, if tasks are
// stuck, what they wait for have no number.
func (r *Trace) Lines() []string {
	width := 0
	for _, name := range r.Tasks {
		width = max(width, len(name))
	}
	line := func(number, task, what string) string {
		return strings.TrimRight(fmt.Sprintf("%5s  %-*s  %s", number, width, task, what), " ")
	}
	var lines []string
	for i := range r.Events {
		e := &r.Events[i]
		if e.Note {
			lines = append(lines, line("", r.Tasks[e.Task], "- "+e.Text))
			continue
		}
		lines = append(lines, line(fmt.Sprint(e.Step), r.Tasks[e.Task], e.what()))
	}
	stuck := false
	for i := range r.Violations {
		v := &r.Violations[i]
		lines = append(lines, line("", v.Task, "*** "+v.Error()))
		stuck = stuck || v.Kind == KindDeadlock || v.Kind == KindStuck || v.Kind == KindSelfDeadlock
	}
	for i := range r.Waiting {
		if e := &r.Waiting[i]; stuck {
			lines = append(lines, line("", r.Tasks[e.Task], "waits: "+e.what()))
		}
	}
	return lines
}

// what describes a step.
func (e *Event) what() string {
	s := e.Kind.String()
	if e.Object != "" {
		s += " " + e.Object
	}
	if e.Text != "" && e.Text != e.Object {
		s += " " + e.Text
	}
	if f := e.Func(); f != "" {
		s += "  in " + f
	}
	return s
}
