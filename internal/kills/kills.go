// Package kills measures what the checker catches: for each variant of the heap
// that has a mistake, the property that reports it and what the search costs with
// each strategy. It writes docs/KILLS.md.
//
// It knows no variant by name: what there is to measure is what package heap
// lists. It stands above properties and is used by tests only.
package kills

import (
	"context"
	"fmt"
	"slices"

	"lockheld/heap"
	"lockheld/properties"
	"lockheld/sched"
)

// Limits of a measurement.
const (
	Reduced  = 20000 // most executions with dpor
	Bounded  = 50000 // most executions with dfs, for each bound on preemptions
	Bounds   = 3     // bounds on preemptions that are tried: 0, 1 and 2
	Drawn    = 2000  // most executions with a strategy that samples, for each seed
	Seeds    = 20    // seeds of a median
	Depth    = 400   // most steps of an execution
	Survived = 2000  // most executions of a scenario with a variant that nothing catches
)

// Samplers are the strategies whose medians are measured.
var Samplers = [...]string{"random", "pct", "surw"}

// A Row is what was measured of a variant in the scenario that its entry names.
// A number of executions is that at which the first violation was found, 0 if
// there was none within the limit.
type Row struct {
	Variant  *heap.Variant
	First    string // kind and site of what is found first
	Strategy string // that finds it
	Reduced  int64  // executions with dpor
	Finished bool   // dpor has run every class of schedules
	Drawn    [len(Samplers)]int64
	Bound    int // fewest preemptions with which dfs finds it, -1: it does not
	Steps    int // of the shortest schedule that is known
	Switches int // preemptions of that schedule
}

// Expected lists the variants that something is expected to catch.
func Expected(list []*heap.Variant) []*heap.Variant {
	return slices.DeleteFunc(slices.Clone(list), func(v *heap.Variant) bool { return v.Catch == "" })
}

// Measure measures a variant. The error says what cannot be run.
func Measure(v *heap.Variant) (Row, error) {
	row := Row{Variant: v, Bound: -1}
	p, err := properties.Build{Scenario: v.Scenario, Variant: v.Name}.Program()
	if err != nil {
		return row, err
	}
	m := &measuring{Row: &row, program: p}
	for _, step := range []func() error{m.reduced, m.bounded, m.drawn, m.minimal} {
		if err := step(); err != nil {
			return row, fmt.Errorf("%s in %s: %w", v.Name, v.Scenario, err)
		}
	}
	return row, nil
}

// measuring is a row that is being filled in.
type measuring struct {
	*Row
	program *sched.Program
	found   sched.Options // with which the violation was found first
	short   *sched.Finding
}

// reduced counts the executions of dpor.
func (m *measuring) reduced() error {
	r, err := m.explore(sched.Options{Strategy: "dpor", Preemptions: -1, Executions: Reduced, Shrink: -1})
	if err != nil {
		return err
	}
	m.Reduced, m.Finished = m.take(r), r.Verdict == sched.Complete
	return nil
}

// bounded looks for the fewest preemptions, and takes the schedule from there.
func (m *measuring) bounded() error {
	for k := range Bounds {
		r, err := m.explore(sched.Options{Strategy: "dfs", Preemptions: k, Executions: Bounded})
		if err != nil {
			return err
		}
		if m.take(r) > 0 {
			m.Bound, m.short = k, &r.Findings[0]
			break
		}
	}
	return nil
}

// drawn measures the medians.
func (m *measuring) drawn() error {
	for i, name := range Samplers {
		var at []int64
		for seed := range uint64(Seeds) {
			r, err := m.explore(sched.Options{Strategy: name, Preemptions: -1, Seed: seed + 1, Executions: Drawn, Shrink: -1})
			if err != nil {
				return err
			}
			if n := m.take(r); n > 0 {
				at = append(at, n)
			}
			if missed := int(seed) + 1 - len(at); missed > Seeds-middle {
				break // the median is above the limit
			}
		}
		m.Drawn[i] = medianOf(at)
	}
	return nil
}

// minimal measures the shortest schedule that is known.
func (m *measuring) minimal() error {
	if m.First == "" {
		return nil
	}
	if m.short == nil {
		o := m.found
		o.Shrink = 0
		r, err := m.explore(o)
		if err != nil {
			return err
		}
		m.short = &r.Findings[0]
	}
	tr, err := sched.Replay(m.program, m.short.Schedule, sched.Options{Depth: Depth})
	if err != nil {
		return err
	}
	m.Steps, m.Switches = len(tr.Steps), preemptions(tr.Steps)
	return nil
}

// explore runs the program up to the first violation.
func (m *measuring) explore(o sched.Options) (*sched.Report, error) {
	o.Depth = Depth
	o.Recheck = -1
	return sched.Explore(context.Background(), m.program, o)
}

// take notes what a search has found, unless another has before, and returns the
// execution.
func (m *measuring) take(r *sched.Report) int64 {
	if len(r.Findings) == 0 {
		return 0
	}
	f := &r.Findings[0]
	if m.First == "" {
		m.First = fmt.Sprint(f.Violation.Kind, " ", f.Violation.Site)
		m.Strategy, m.found = r.Strategy, r.Options
	}
	return f.At
}

// middle is the place of the lower median among the seeds, from 1.
const middle = Seeds / 2

// medianOf returns the lower median of the executions of all seeds, of which at
// has those that found something; 0 if it is not among them.
func medianOf(at []int64) int64 {
	if len(at) < middle {
		return 0
	}
	slices.Sort(at)
	return at[middle-1]
}

// preemptions counts the switches away from a task that could have gone on.
func preemptions(steps []sched.Step) int {
	n := 0
	for i := 1; i < len(steps); i++ {
		if last := steps[i-1].Task; steps[i].Task != last && steps[i].Enabled&(1<<uint(last)) != 0 {
			n++
		}
	}
	return n
}
