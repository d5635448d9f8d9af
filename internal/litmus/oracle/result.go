package oracle

import (
	"fmt"
	"slices"
	"strings"

	"lockheld/internal/litmus"
)

// Result is what there is to know about a program.
type Result struct {
	// Ends are the distinct ends of executions, sorted by their outcome.
	Ends []End
	// Violations are the things that go wrong in some execution, sorted:
	// "assertion", "deadlock", "unlock of unheld", "final COND".
	Violations []string
	// Interleavings is the number of complete executions.
	Interleavings uint64
	// Traces is the number of Mazurkiewicz traces of complete executions. Only Classes knows it.
	Traces uint64
	// Bounded[k] is the number of traces that some execution with at most k
	// preemptions belongs to; the last is the first that equals Traces. A
	// preemption is a switch away from a task that is still enabled. Only
	// Classes knows it.
	Bounded []uint64
	// Nodes is the number of beginnings (up to equivalence) that Classes
	// looked at, or of states that States looked at; a state that is reached
	// by different numbers of steps counts once for each.
	Nodes int
	// Last is the number of those from which no task can move.
	Last int
	// Steps is the number of steps of the longest execution.
	Steps int
}

// End is one distinct end of executions.
type End struct {
	Outcome       string // as the explorer prints it after the word outcome
	Interleavings uint64 // complete executions that end so
}

// Outcomes returns the outcome of each end, sorted.
func (r *Result) Outcomes() []string {
	var out []string
	for _, e := range r.Ends {
		out = append(out, e.Outcome)
	}
	return out
}

// Expectations returns what a litmus file may promise of the program.
func (r *Result) Expectations() *litmus.Expectations {
	return &litmus.Expectations{
		Traces:        r.Traces,
		Interleavings: r.Interleavings,
		Preemptions:   r.Bounded,
		Outcomes:      r.Outcomes(),
		Violations:    r.Violations,
	}
}

// end enters a node at which executions end.
func (r *Result) end(p *litmus.Program, n *node) error {
	outcome := n.state.outcome(p)
	i, found := slices.BinarySearchFunc(r.Ends, outcome, func(e End, o string) int {
		return strings.Compare(e.Outcome, o)
	})
	if !found {
		r.Ends = slices.Insert(r.Ends, i, End{Outcome: outcome})
	}
	r.Ends[i].Interleavings += n.ways
	if r.Interleavings += n.ways; r.Interleavings < n.ways {
		return fmt.Errorf("oracle: more than 2^64 executions: %w", ErrBudget)
	}
	for _, v := range n.state.violations(p) {
		if i, found := slices.BinarySearch(r.Violations, v); !found {
			r.Violations = slices.Insert(r.Violations, i, v)
		}
	}
	return nil
}

// outcome returns what the explorer prints for an execution that ends in s.
func (s *state) outcome(p *litmus.Program) string {
	var violated, stuck []string
	for t := range p.Tasks {
		switch {
		case s.wrong[t] != "":
			violated = append(violated, p.Tasks[t].Name)
		case !s.finished(p, t):
			stuck = append(stuck, p.Tasks[t].Name)
		}
	}
	switch {
	case violated != nil:
		return "violation " + strings.Join(violated, " ")
	case stuck != nil:
		return "deadlock " + strings.Join(stuck, " ")
	}
	var values []string
	for i, o := range p.Objects {
		if o.Kind == litmus.Var {
			values = append(values, fmt.Sprintf("%s=%d", o.Name, s.value[i]))
		}
	}
	if values == nil {
		return "-"
	}
	return strings.Join(values, " ")
}

// violations returns what went wrong in an execution that ends in s.
func (s *state) violations(p *litmus.Program) []string {
	var all []string
	stuck := false
	for t := range p.Tasks {
		if s.wrong[t] != "" {
			all = append(all, s.wrong[t])
		}
		stuck = stuck || !s.finished(p, t)
	}
	if all != nil {
		return all
	}
	if stuck {
		return []string{"deadlock"}
	}
	for _, f := range p.Finals {
		if !f.Cond.Holds(s.value[f.Object]) {
			all = append(all, "final "+p.FinalString(f))
		}
	}
	return all
}
