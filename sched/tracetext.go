package sched

import (
	"fmt"
	"strings"
)

// Lines returns the trace as text, a line for each event: number of the step,
// task, what it did and in which function. Notes, violations and, if tasks are
// stuck, what they wait for have no number. Where the same steps are made over and
// over, one round of them is shown.
func (r *Trace) Lines() []string {
	width := 0
	for _, name := range r.Tasks {
		width = max(width, len(name))
	}
	line := func(number, task, what string) string {
		return strings.TrimRight(fmt.Sprintf("%5s  %-*s  %s", number, width, task, what), " ")
	}
	var lines []string
	for i := 0; i < len(r.Events); i++ {
		e := &r.Events[i]
		if e.Note {
			lines = append(lines, line("", r.Tasks[e.Task], "- "+e.Text))
		} else {
			lines = append(lines, line(fmt.Sprint(e.Step), r.Tasks[e.Task], e.what()))
		}
		if round, rounds := r.roundsTo(i); rounds > 1 {
			lines = append(lines, line("...", "", fmt.Sprintf("and %d times the same again", rounds)))
			i += round * rounds
		}
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

// Rounds that a text leaves out: of so many events at most, so often at least.
const (
	longestRound = 32
	fewestRounds = 4
)

// roundsTo returns how long the shortest round is that ends with event i, and how
// often it follows again; 0 if that is not often.
func (r *Trace) roundsTo(i int) (round, rounds int) {
	for round = 1; round <= min(longestRound, i+1); round++ {
		same := 0
		for j := i + 1; j < len(r.Events) && r.Events[j].again(&r.Events[j-round]); j++ {
			same++
		}
		if rounds = same / round; rounds >= fewestRounds {
			return round, rounds
		}
	}
	return 0, 0
}

// again reports whether e is o once more.
func (e *Event) again(o *Event) bool {
	return e.Task == o.Task && e.Note == o.Note && e.Kind == o.Kind && e.Object == o.Object && e.Text == o.Text && e.Func() == o.Func()
}
