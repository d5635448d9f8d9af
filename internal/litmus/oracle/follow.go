package oracle

import (
	"fmt"

	"lockheld/internal/litmus"
)

// Run is what one execution of a program comes to.
type Run struct {
	// Trace identifies the Mazurkiewicz trace: executions of one program are
	// equivalent if and only if their Trace is equal. It is not for reading.
	Trace string
	// Outcome is the end, as the explorer prints it after the word outcome.
	Outcome string
	Steps   []Step
	// Preemptions counts the switches away from a task that was still enabled.
	Preemptions int
}

// Step is one step of a Run.
type Step struct {
	Enabled uint64 // the tasks that could have taken it, as bits
	Object  int    // index in the program
	Before  int64  // the value before, of a variable
	Failed  bool   // a cas or trylock that failed
}

// Follow executes p by a schedule: the index of the task of each step. The
// error says at which step the task is not enabled, or that the execution is
// not complete after the last one. It panics if p has more than 64 tasks.
func Follow(p *litmus.Program, schedule []int) (*Run, error) {
	n := begin(p)
	r := &Run{}
	last := -1
	for i, t := range schedule {
		enabled := n.state.enabledSet(p)
		if t < 0 || t >= len(p.Tasks) || enabled&(1<<t) == 0 {
			return nil, fmt.Errorf("oracle: step %d: task %d is not enabled", i, t)
		}
		if last >= 0 && last != t && enabled&(1<<last) != 0 {
			r.Preemptions++
		}
		last = t
		op := p.Tasks[t].Ops[n.state.pc[t]]
		step := Step{Enabled: enabled, Object: op.Object, Before: n.state.value[op.Object]}
		n = n.extend(p, t, true)
		tried := op.Code == litmus.CAS || op.Code == litmus.TryLock
		e := n.events[t][len(n.events[t])-1].event
		step.Failed = tried && e.access == reads
		r.Steps = append(r.Steps, step)
	}
	if enabled := n.state.enabledSet(p); enabled != 0 {
		return nil, fmt.Errorf("oracle: not complete after %d steps: enabled are %b", len(schedule), enabled)
	}
	r.Trace = n.classKey()
	r.Outcome = n.state.outcome(p)
	return r, nil
}

func (s *state) enabledSet(p *litmus.Program) uint64 {
	if len(p.Tasks) > 64 {
		panic("oracle: more than 64 tasks")
	}
	set := uint64(0)
	for t := range p.Tasks {
		if s.enabled(p, t) {
			set |= 1 << t
		}
	}
	return set
}
