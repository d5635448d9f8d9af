package report

import (
	"fmt"
	"io"
	"strings"

	"lockheld/sched"
)

// Result is what there is to say about one scenario.
type Result struct {
	Scenario string
	Variant  string // "-" for a program that has none
	Report   *sched.Report
	Findings []Finding // one for each of Report.Findings, in that order
	Notes    []string  // what a reader must know to judge the verdict, sentences
	Outcomes []string  // distinct ends, if they were asked for
	Figures  []string  // what only the verbose form shows
	Subject  *Subject  // never nil
}

// Finding is a violation with the trace that leads to it.
type Finding struct {
	Violation sched.Violation
	Trace     *sched.Trace // nil: none belongs to it, as for a goal that was not reached
	Replay    string       // command that repeats it, "" if Trace is nil
}

// Subject says what a trace of one kind of program means. The zero Subject is
// that of a program of which nothing is known.
type Subject struct {
	// Locks names the locks that may have the column of who holds the lock;
	// the first one of them that a trace uses has it. None is the only lock of
	// the trace, if there is one.
	Locks []string
	// Stopped names the word that is not 0 while the world is stopped; "" if
	// there is no such thing.
	Stopped string
	// Func turns the name of a function of the program into the name that
	// readers know. Nil keeps it.
	Func func(name string) string
	// Hides says which functions are left out of traces, by the name that the
	// program has for them: thin wrappers around what a reader looks for. Nil
	// hides none.
	Hides func(name string) bool
	// Value turns the value of a word into text, "" for a plain number. Nil
	// is always "".
	Value func(object string, v int64) string
	// Rule says what the site of a violation requires, "" if unknown. Nil is
	// always "".
	Rule func(v *sched.Violation) string
}

// frames turns functions, innermost first, into those that a reader sees. At
// least one is left.
func (s *Subject) frames(names []string) []string {
	var seen []string
	for _, n := range names {
		if s.Hides == nil || !s.Hides(n) {
			seen = append(seen, s.function(n))
		}
	}
	if len(seen) == 0 && len(names) > 0 {
		seen = append(seen, s.function(names[0]))
	}
	return seen
}

func (s *Subject) function(name string) string {
	if s.Func == nil {
		return name
	}
	return s.Func(name)
}

// stack writes functions, innermost first.
func (s *Subject) stack(names []string) string { return strings.Join(s.frames(names), " < ") }

// innermost is the first function of a stack, "" if it has none.
func (s *Subject) innermost(names []string) string {
	if seen := s.frames(names); len(seen) > 0 {
		return seen[0]
	}
	return ""
}

func (s *Subject) value(object string, v int64) string {
	if s.Value != nil {
		if text := s.Value(object, v); text != "" {
			return text
		}
	}
	return fmt.Sprint(v)
}

func (s *Subject) rule(v *sched.Violation) string {
	if s.Rule == nil {
		return ""
	}
	return s.Rule(v)
}

// Format is an output format.
type Format struct {
	Name string
	Doc  string // one sentence
	// Write writes one result. With verbose, nothing is left out.
	Write func(w io.Writer, r *Result, verbose bool) error
}

// Formats returns the output formats, the default first.
func Formats() []Format {
	return []Format{
		{"text", "Traces as tables for a reader, and one line for each scenario.", WriteText},
		{"json", "One JSON object on a line of its own for each scenario, for programs.", WriteJSON},
	}
}

// Verdict says in words how an exploration ended, as the last line of a
// scenario does.
func Verdict(r *sched.Report) string {
	switch r.Verdict {
	case sched.Bounded:
		var b strings.Builder
		b.WriteString("bounded")
		if r.Cut > 0 {
			fmt.Fprintf(&b, " depth=%d cut=%d", max(r.Options.Depth, 0), r.Cut)
		}
		if r.Options.Preemptions >= 0 {
			fmt.Fprintf(&b, " preemptions=%d", r.Options.Preemptions)
		}
		if r.Loops > 0 {
			fmt.Fprintf(&b, " loops=%d", r.Loops)
		}
		return b.String() + upToSymmetry(r)
	case sched.Sampled:
		text := fmt.Sprintf("sampled seed=%d schedules=%016x", r.Options.Seed, r.Hash)
		if r.Cut > 0 {
			text += fmt.Sprintf(" depth=%d cut=%d", max(r.Options.Depth, 0), r.Cut)
		}
		return text
	case sched.Stopped:
		return "stopped " + r.Why
	case sched.Violated:
		text := ""
		if n := len(r.Findings); n > 1 {
			text = fmt.Sprintf("violations=%d ", n)
		}
		if len(r.Findings) > 0 {
			v := &r.Findings[0].Violation
			text += v.Kind.String() + " " + v.Site
		}
		return text
	}
	return r.Verdict.String() + upToSymmetry(r)
}

// upToSymmetry says that schedules were left out which others become when tasks
// are exchanged.
func upToSymmetry(r *sched.Report) string {
	if r.Symmetric {
		return " up to symmetry"
	}
	return ""
}

// lastLine is the line of a scenario that scripts read.
func lastLine(r *Result) string {
	word := "ok"
	if r.Report.Verdict == sched.Violated {
		word = "FAIL"
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\texecutions=%d steps=%d blocked=%d %s", word, r.Scenario, r.Variant,
		r.Report.Strategy, r.Report.Executions, r.Report.Steps, r.Report.Blocked, Verdict(r.Report))
}
