package bridge

import (
	"slices"
	"strconv"
	"sync"

	"lockheld/internal/litmus"
	"lockheld/sched"
)

// Outcomes collects the distinct ends of the executions of a litmus program.
// It knows them from the records of the steps alone, so that it serves any
// number of workers.
type Outcomes struct {
	p *litmus.Program

	mu     sync.Mutex
	counts map[string]int64
	values []int64 // scratch
	text   []byte  // scratch
}

// NewOutcomes returns an empty collection for p.
func NewOutcomes(p *litmus.Program) *Outcomes {
	return &Outcomes{p: p, counts: map[string]int64{}, values: make([]int64, len(p.Objects))}
}

// Add enters one execution of the [Program] of p; it is for Options.After.
// Executions that the step limit or the strategy cut off have no end. One that
// the engine left at its first violation counts as a violation of that task alone.
func (o *Outcomes) Add(r *sched.Result) {
	if r.Cut || r.Pruned {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = o.text[:0]
	switch {
	case o.violated(r):
	case r.Stuck != 0:
		o.text = append(o.text, "deadlock"...)
		for i := range o.p.Tasks {
			if r.Stuck&(1<<uint(i)) != 0 {
				o.word(o.p.Tasks[i].Name)
			}
		}
	default:
		o.valuesAtEnd(r.Log)
	}
	o.counts[string(o.text)]++
}

func (o *Outcomes) word(s string) {
	if len(o.text) > 0 {
		o.text = append(o.text, ' ')
	}
	o.text = append(o.text, s...)
}

// violated writes the tasks that a violation ended, if there are any.
func (o *Outcomes) violated(r *sched.Result) bool {
	byTask := func(name string) bool {
		return slices.ContainsFunc(r.Violations, func(v sched.Violation) bool { return v.Task == name })
	}
	for i := range o.p.Tasks {
		if len(r.Violations) == 0 || !byTask(o.p.Tasks[i].Name) {
			continue
		}
		if len(o.text) == 0 {
			o.word("violation")
		}
		o.word(o.p.Tasks[i].Name)
	}
	return len(o.text) > 0
}

// valuesAtEnd writes the variables and the values that the steps of log leave in them.
func (o *Outcomes) valuesAtEnd(log []sched.Step) {
	for i, obj := range o.p.Objects {
		o.values[i] = obj.Init
	}
	for i := range log {
		s := &log[i]
		switch s.Kind {
		case sched.OpStore:
			o.values[index(s.Obj)] = int64(s.N)
		case sched.OpAdd, sched.OpInc:
			o.values[index(s.Obj)] += int64(s.N)
		case sched.OpCAS:
			if s.OK {
				o.values[index(s.Obj)] = int64(s.New)
			}
		}
	}
	for i, obj := range o.p.Objects {
		if obj.Kind != litmus.Var {
			continue
		}
		o.word(obj.Name)
		o.text = append(o.text, '=')
		o.text = strconv.AppendInt(o.text, o.values[i], 10)
	}
	if len(o.text) == 0 {
		o.text = append(o.text, '-')
	}
}

// index is the index of an object in the program: ids follow the order of
// creation, and the engine counts from 1.
func index(id sched.ObjID) int { return int(id) - 1 }

// List returns the distinct ends as they stand after the word outcome, sorted by bytes.
func (o *Outcomes) List() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := make([]string, 0, len(o.counts))
	for text := range o.counts {
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

// Count returns how many executions ended so.
func (o *Outcomes) Count(outcome string) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.counts[outcome]
}
