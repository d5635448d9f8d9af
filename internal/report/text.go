package report

import (
	"fmt"
	"io"
	"strings"

	"lockheld/sched"
)

// WriteText writes a result as text: notes, each finding with its trace and
// the command that repeats it, outcomes, and last the line of the scenario.
func WriteText(w io.Writer, r *Result, verbose bool) error {
	var b strings.Builder
	for i := range r.Findings {
		f := &r.Findings[i]
		if err := WriteFinding(&b, r.Scenario, r.Variant, f, r.Subject, verbose); err != nil {
			return err
		}
		if f.Replay != "" {
			fmt.Fprintf(&b, "replay: %s\n", f.Replay)
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s: %s\n", r.Scenario, n)
	}
	if verbose {
		for _, f := range r.Figures {
			for _, line := range wrap(f, tableWidth, "    ") {
				b.WriteString(line + "\n")
			}
		}
	}
	for _, o := range r.Outcomes {
		fmt.Fprintf(&b, "outcome %s\n", o)
	}
	b.WriteString(lastLine(r) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteFinding writes what broke and where, the trace as a table, and the state
// in which the violation stands.
func WriteFinding(w io.Writer, scenario, variant string, f *Finding, s *Subject, verbose bool) error {
	v := &f.Violation
	name := scenario
	if variant != "-" {
		name += ", variant " + variant
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s: %s %s\n", name, v.Kind, v.Site)
	if !stuck(f) { // the details below say it better
		writeIndented(&b, v.Message)
	}
	if f.Trace != nil {
		b.WriteString("\n")
		if err := writeTrace(&b, f.Trace, s, verbose); err != nil {
			return err
		}
		b.WriteString("\n")
	}
	writeDetails(&b, f, s)
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteTrace writes a trace in which nothing was found.
func WriteTrace(w io.Writer, scenario, variant string, tr *sched.Trace, s *Subject, verbose bool) error {
	name := scenario
	if variant != "-" {
		name += ", variant " + variant
	}
	if _, err := fmt.Fprintf(w, "--- %s: nothing found\n\n", name); err != nil {
		return err
	}
	if err := writeTrace(w, tr, s, verbose); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func writeIndented(b *strings.Builder, text string) {
	if text == "" {
		return
	}
	for line := range strings.Lines(text) {
		b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
	}
}

// field writes a named line of details, wrapped.
func field(b *strings.Builder, name, text string) {
	for i, line := range wrap(text, tableWidth-9, "  ") {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(b, "%-8s %s\n", name, line)
	}
}
